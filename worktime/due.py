"""The due time of a ledger on a calendar.

A budget is an amount of time that runs from the moment at which counting begins and stands still while paused. For
hours and calendar days that is real time, for the other units office time. A budget of N working days is N times the
office time of a day, counted from the midnight after receipt (or before it, where the day of receipt counts): without
a pause it is used up at exactly the close of business of the N-th working day. A pause moves the end of the budget by
exactly the office time that it covered between the beginning of counting and the deadline: minutes for minutes, nothing
for a night, a weekend or the day of receipt. A limit that is counted in days then ends with the day in which its budget
is used up: at close of business, or at midnight where calendar days are counted. So a longer pause never shortens, what
several cover is added up before the day is rounded, and no order of pauses matters; overlapping ones count once.

Where the calendar is not official, the deadline is computed on its two extreme readings. Office time of the true
calendar is never more than the earliest reading's and never less than the latest's, at any moment, so the true
deadline lies between the two, pauses or not.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Annotated, Final, Literal, assert_never

from pydantic import AwareDatetime, Field

from worktime.calendar import Calendar, CountedDays
from worktime.days import Frozen
from worktime.hours import SHANGHAI, OfficeHours, local
from worktime.ledger import Ledger, Pause, StartRule, Unit
from worktime.office import moment, position

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_HOUR: Final = 3_600_000_000
_MINUTE: Final = 60_000_000
_DAY: Final = timedelta(days=1)


class Official(Frozen):
    """The deadline, every day up to it settled by a published notice (or none needed)."""

    kind: Literal["official"] = "official"
    at: AwareDatetime


class Provisional(Frozen):
    """The bounds of a deadline that lies beyond the published notices; it is neither before nor after them."""

    kind: Literal["provisional"] = "provisional"
    earliest: AwareDatetime
    latest: AwareDatetime


class Held(Frozen):
    """No deadline while a pause is open: since when, and how much is left at most, in the budget's kind of time."""

    kind: Literal["held"] = "held"
    since: AwareDatetime
    remaining: timedelta


Due = Annotated[Official | Provisional | Held, Field(discriminator="kind")]


def due(ledger: Ledger, calendar: Calendar, hours: OfficeHours) -> Due:
    """When the clock runs out; raises OutOfCalendarError when that lies outside 2004 to 2050."""
    begin = counting_from(ledger, hours)
    pauses = ledger.live_pauses
    budget = budget_micros(ledger, hours)
    if not ledger.budget.unit.is_office_time:
        whole = _end_of_day if ledger.budget.unit.is_days else _exactly
        end = _run(budget, begin, pauses, _real, whole)
        return end if isinstance(end, Held) else Official(at=_real_moment(end))
    whole = partial(_close_of_business, day=hours.length) if ledger.budget.unit.is_days else _exactly
    run = partial(_office_due, budget, begin, pauses, whole=whole, hours=hours)
    latest = run(reading=calendar.latest)
    if isinstance(latest, Held):
        return latest
    if calendar.is_official(latest.date()):
        return Official(at=latest)
    earliest = run(reading=calendar.earliest)
    # A clock that has run out on the latest reading has run out on the earliest too: this one is never held.
    return earliest if isinstance(earliest, Held) else Provisional(earliest=earliest, latest=latest)


def counting_from(ledger: Ledger, hours: OfficeHours) -> datetime:
    """The moment from which the budget is counted: the last start, or the midnight that its start rule names."""
    start = local(ledger.begins_at)
    midnight = datetime.combine(start.date(), time(), SHANGHAI)
    match ledger.budget.start:
        case StartRule.MOMENT:
            return start
        case StartRule.DAY_AFTER:
            return midnight + _DAY
        case StartRule.SAME_DAY:
            too_late = ledger.budget.unit is Unit.WORKING_DAYS and start.time() >= hours.close
            return midnight + _DAY if too_late else midnight
        case _:
            assert_never(ledger.budget.start)


def budget_micros(ledger: Ledger, hours: OfficeHours) -> int:
    """Budget and the extensions that count, in microseconds of the budget's kind of time."""
    granted = sum(_micros(extension.unit, extension.amount, hours) for extension in ledger.live_extensions)
    return _micros(ledger.budget.unit, ledger.budget.amount, hours) + granted


def remaining(ledger: Ledger, now: datetime, calendar: Calendar, hours: OfficeHours) -> timedelta:
    """What is left of the budget at a moment, in its kind of time; below zero it is overrun by as much.

    A budget of days may be overrun by less than a day when its limit ends, see above.
    """
    at = clock_face(ledger, calendar.likely, hours)
    used = charged(counting_from(ledger, hours), now, ledger.live_pauses, at)
    return timedelta(microseconds=budget_micros(ledger, hours) - used)


def clock_face(ledger: Ledger, reading: CountedDays, hours: OfficeHours) -> Callable[[datetime], int]:
    """Which time a moment stands for on this clock in microseconds: office time on a reading, or real time."""
    return partial(position, reading=reading, hours=hours) if ledger.budget.unit.is_office_time else _real


def charged(start: datetime, end: datetime, pauses: Iterable[Pause], at: Callable[[datetime], int]) -> int:
    """Microseconds on a clock's face between two moments, less what pauses, sorted by start, cover."""
    cursor, stop, total = at(start), at(end), 0
    for pause in pauses:
        begin = at(pause.start)
        if begin >= stop:
            break
        total += max(begin - cursor, 0)
        cursor = max(cursor, stop if pause.end is None else min(at(pause.end), stop))
    return total + max(stop - cursor, 0)


def remind_by(found: Due) -> datetime | None:
    """The deadline that reminders go by: the earliest possible; None while paused."""
    match found:
        case Official():
            return found.at
        case Provisional():
            return found.earliest
        case Held():
            return None
        case _:
            assert_never(found)


def breach_after(found: Due) -> datetime | None:
    """The moment after which the clock is certainly overrun: the latest possible deadline; None while paused."""
    match found:
        case Official():
            return found.at
        case Provisional():
            return found.latest
        case Held():
            return None
        case _:
            assert_never(found)


def earlier_of(one: Due, other: Due) -> Due:
    """The due time when the earlier of two binds, bounds and all; a held clock binds nothing while the other runs."""
    if isinstance(one, Held) or isinstance(other, Held):
        return other if isinstance(one, Held) else one
    (early, late), (early_too, late_too) = _bounds(one), _bounds(other)
    earliest, latest = min(early, early_too), min(late, late_too)
    return Official(at=earliest) if earliest == latest else Provisional(earliest=earliest, latest=latest)


def _bounds(found: Official | Provisional) -> tuple[datetime, datetime]:
    return (found.at, found.at) if isinstance(found, Official) else (found.earliest, found.latest)


def _micros(unit: Unit, amount: int, hours: OfficeHours) -> int:
    match unit:
        case Unit.MINUTES:
            return amount * _MINUTE
        case Unit.HOURS:
            return amount * _HOUR
        case Unit.CALENDAR_DAYS:
            return amount * 24 * _HOUR
        case Unit.OFFICE_MINUTES:
            return amount * _MINUTE
        case Unit.HALF_WORKING_DAYS:
            return amount * hours.length // 2
        case Unit.WORKING_DAYS:
            return amount * hours.length
        case _:
            assert_never(unit)


def _real(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _real_moment(at: int) -> datetime:
    return (_EPOCH + timedelta(microseconds=at)).astimezone(SHANGHAI)


def _exactly(end: int) -> int:
    return end


def _close_of_business(end: int, day: int) -> int:
    """On the line of office time, where each working day is as long as every other."""
    return -(-end // day) * day


def _end_of_day(end: int) -> int:
    """On the line of real time, where the office's midnight lies eight hours before that of the epoch's zone."""
    midnight = 8 * _HOUR
    return -(-(end + midnight) // (24 * _HOUR)) * 24 * _HOUR - midnight


def _office_due(
    budget: int,
    begin: datetime,
    pauses: Iterable[Pause],
    *,
    whole: Callable[[int], int],
    reading: CountedDays,
    hours: OfficeHours,
) -> datetime | Held:
    end = _run(budget, begin, pauses, partial(position, reading=reading, hours=hours), whole)
    return end if isinstance(end, Held) else moment(end, reading, hours)


def _run(
    budget: int,
    begin: datetime,
    pauses: Iterable[Pause],
    at: Callable[[datetime], int],
    whole: Callable[[int], int],
) -> int | Held:
    """Where the budget ends, made whole; whoever was interrupted before that has something left, if only a moment."""
    cursor, left = at(begin), budget
    for pause in pauses:
        start = at(max(pause.start, begin))
        if start >= whole(cursor + left):
            break
        left = max(left - max(start - cursor, 0), 1)
        if pause.end is None:
            return Held(since=pause.start, remaining=timedelta(microseconds=left))
        cursor = max(cursor, at(pause.end))
    return whole(cursor + left)
