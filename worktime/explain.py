"""Why a due time is what it is: everything that it follows from, day by day, complete enough to compute it again."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import assert_never

from pydantic import AwareDatetime

from worktime.calendar import Calendar, CountedDays
from worktime.days import Day, Frozen
from worktime.due import (
    Due,
    Held,
    Official,
    Provisional,
    budget_micros,
    charged,
    clock_face,
    counting_from,
    due,
)
from worktime.hours import SHANGHAI, OfficeHours, local
from worktime.ledger import Budget, Extension, FreshStart, Ledger, Pause


class CountedDay(Frozen):
    """One day and the office time of it that was charged, on the earliest and the latest reading of the calendar."""

    day: Day
    earliest: timedelta
    latest: timedelta


class CountedPause(Frozen):
    """A pause and the time of the clock's kind that it covered before the deadline, on the latest reading."""

    pause: Pause
    covered: timedelta


class Explanation(Frozen):
    """All that a due time was derived from; ``days`` run from the start to the deadline, for office time only.

    Pauses and extensions are those that count since the last fresh start; ``total`` is budget and extensions.
    """

    policy: str
    policy_version: str
    calendar_version: str
    official_until: date
    hours: OfficeHours
    budget: Budget
    started_at: AwareDatetime
    fresh_starts: tuple[FreshStart, ...]
    begins_at: AwareDatetime
    counting_from: AwareDatetime
    extensions: tuple[Extension, ...]
    total: timedelta
    pauses: tuple[CountedPause, ...]
    days: tuple[CountedDay, ...]
    due: Due


def explain(ledger: Ledger, calendar: Calendar, hours: OfficeHours) -> Explanation:
    """The explanation of a ledger's due time; raises OutOfCalendarError when that lies outside 2004 to 2050."""
    found = due(ledger, calendar, hours)
    return Explanation(
        policy=ledger.policy,
        policy_version=ledger.policy_version,
        calendar_version=calendar.version,
        official_until=calendar.official_until,
        hours=hours,
        budget=ledger.budget,
        started_at=ledger.started_at,
        fresh_starts=ledger.fresh_starts,
        begins_at=ledger.begins_at,
        counting_from=counting_from(ledger, hours),
        extensions=ledger.live_extensions,
        total=timedelta(microseconds=budget_micros(ledger, hours)),
        pauses=tuple(_pauses(ledger, calendar, hours, found)),
        days=tuple(_days(ledger, calendar, hours, found)) if ledger.budget.unit.is_office_time else (),
        due=found,
    )


def _pauses(ledger: Ledger, calendar: Calendar, hours: OfficeHours, found: Due) -> Iterator[CountedPause]:
    at = clock_face(ledger, calendar.latest, hours)
    start, (_, end) = counting_from(ledger, hours), _ends(found)
    for pause in ledger.live_pauses:
        first, last = max(pause.start, start), min(pause.end or end, end)
        yield CountedPause(pause=pause, covered=timedelta(microseconds=max(at(last) - at(first), 0)))


def _days(ledger: Ledger, calendar: Calendar, hours: OfficeHours, found: Due) -> Iterator[CountedDay]:
    earliest, latest = _ends(found)
    first = local(ledger.begins_at).date()
    for offset in range((local(latest).date() - first).days + 1):
        day = first + timedelta(days=offset)
        yield CountedDay(
            day=calendar.day(day),
            earliest=_charged_on(day, earliest, ledger, calendar.earliest, hours),
            latest=_charged_on(day, latest, ledger, calendar.latest, hours),
        )


def _charged_on(day: date, end: datetime, ledger: Ledger, reading: CountedDays, hours: OfficeHours) -> timedelta:
    midnight = datetime.combine(day, time(), SHANGHAI)
    start, stop = max(midnight, counting_from(ledger, hours)), min(midnight + timedelta(days=1), end)
    if start >= stop:
        return timedelta(0)
    face = clock_face(ledger, reading, hours)
    return timedelta(microseconds=charged(start, stop, ledger.live_pauses, face))


def _ends(found: Due) -> tuple[datetime, datetime]:
    """The deadline on the earliest and the latest reading; a held clock is explained up to where it stopped."""
    match found:
        case Official():
            return found.at, found.at
        case Provisional():
            return found.earliest, found.latest
        case Held():
            return found.since, found.since
        case _:
            assert_never(found)
