"""Office time as a number line, so that spans of any length are measured in constant time.

The position of a moment is the office time that has passed since 2004 on a reading of the calendar. Spans are
differences of positions, therefore additive without exception.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from worktime.calendar import FIRST_ORDINAL, LENGTH, Calendar, CountedDays, OutOfCalendarError
from worktime.hours import SHANGHAI, OfficeHours, local

_MINUTE: Final = 60_000_000
_FIRST: Final = datetime.fromordinal(FIRST_ORDINAL).replace(tzinfo=SHANGHAI)


def position(at: datetime, reading: CountedDays, hours: OfficeHours) -> int:
    """Office time from 2004 to a moment in microseconds; raises OutOfCalendarError outside 2004 to 2050."""
    here = local(at)
    day = here.toordinal() - FIRST_ORDINAL
    if not 0 <= day < LENGTH:
        raise OutOfCalendarError(str(at))
    total = reading.worked_before[day] * hours.length
    if not reading.works[day]:
        return total
    since_midnight = ((here.hour * 60 + here.minute) * 60 + here.second) * 1_000_000 + here.microsecond
    return total + hours.worked(since_midnight)


def moment(at: int, reading: CountedDays, hours: OfficeHours) -> datetime:
    """The first moment whose position it is: the end of the period that completes it, never the next one's opening."""
    full, rest = divmod(at - 1, hours.length)
    if not 0 <= full < len(reading.worked):
        raise OutOfCalendarError("a deadline")
    return _FIRST + timedelta(days=reading.worked[full], microseconds=hours.moment(rest + 1))


def office_time_between(start: datetime, end: datetime, calendar: Calendar, hours: OfficeHours) -> timedelta:
    """Exact office time from one moment to a later one, negative the other way round; unpublished days as is likely."""
    reading = calendar.likely
    return timedelta(microseconds=position(end, reading, hours) - position(start, reading, hours))


def office_minutes_between(start: datetime, end: datetime, calendar: Calendar, hours: OfficeHours) -> int:
    """Whole office minutes that were completed after one moment and up to another.

    Each minute of office time belongs to the span in which it ends, so the spans of any split add up to the whole.
    """
    reading = calendar.likely
    return position(end, reading, hours) // _MINUTE - position(start, reading, hours) // _MINUTE


def split_minutes(moments: list[datetime], calendar: Calendar, hours: OfficeHours) -> list[int]:
    """Office minutes of each span between neighbouring moments; their sum is that from the first to the last."""
    reading = calendar.likely
    marks = [position(at, reading, hours) // _MINUTE for at in moments]
    return [after - before for before, after in pairwise(marks)]


def add_office_minutes(at: datetime, minutes: int, calendar: Calendar, hours: OfficeHours) -> datetime:
    """The first moment by which so many office minutes more (or, below zero, less) have passed; likely days count."""
    reading = calendar.likely
    return moment(position(at, reading, hours) + minutes * _MINUTE, reading, hours)
