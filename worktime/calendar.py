"""The working-day calendar: what kind of day a date is, until when that is official, and working days counted fast."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Final, Self, assert_never

from worktime.days import WEEKDAY_NAMES, Day, Holiday, MakeUpDay, UnpublishedDay, Weekend, WorkingDay
from worktime.festivals import FIRST_YEAR, LAST_YEAR, PRACTICE, Outlook, outlook
from worktime.notices import Notice, NoticeDay, check_notice, library_notices, read_notices

FIRST_DAY: Final = date(FIRST_YEAR, 1, 1)
LAST_DAY: Final = date(LAST_YEAR, 12, 31)
FIRST_ORDINAL: Final = FIRST_DAY.toordinal()
LENGTH: Final = LAST_DAY.toordinal() - FIRST_ORDINAL + 1

_SATURDAY: Final = 5
_FIRST_WEEKDAY: Final = FIRST_DAY.weekday()
_PLAIN: Final = bytes((_FIRST_WEEKDAY + day) % 7 < _SATURDAY for day in range(LENGTH))


class OutOfCalendarError(ValueError):
    """A moment before 2004 or after 2050, for which no working days are known or can be bounded."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} lies outside {FIRST_DAY} to {LAST_DAY}")


@dataclass(frozen=True, slots=True)
class CountedDays:
    """One way to read the calendar, days counted from 2004-01-01: works, days worked before each, the worked ones."""

    works: bytes
    worked_before: tuple[int, ...]
    worked: tuple[int, ...]

    @classmethod
    def of(cls, works: bytes) -> Self:
        worked = tuple(day for day, flag in enumerate(works) if flag)
        return cls(works, (0, *accumulate(works)), worked)


class Calendar:
    """The working days of 2004 to 2050 under a set of yearly notices; immutable, and cheap to count on.

    Three readings of it: ``earliest`` works every day that could be worked, ``latest`` none that could be off, and
    ``likely`` is Monday to Friday less the statutory festivals. All three agree wherever a notice is published.
    """

    __slots__ = ("_days", "_entries", "_notices", "earliest", "latest", "likely", "official_until", "version")

    def __init__(self, notices: Mapping[int, Notice]) -> None:
        self._notices = dict(sorted(notices.items()))
        self._days: dict[date, Day] = {}
        self._entries: dict[date, NoticeDay] = {}
        for notice in self._notices.values():
            self._entries.update((day.date, day) for day in notice.days)
        self.official_until = self._until()
        self.version = self._fingerprint()
        self.earliest, self.latest, self.likely = self._readings()

    @classmethod
    def published(cls, overrides: Iterable[Notice] = (), *, until_year: int = LAST_YEAR) -> Self:
        """The library's years up to a year, each override replacing or adding the whole of its year."""
        known = {year: notice for year, notice in library_notices().items() if year <= until_year}
        return cls(known | {notice.year: notice for notice in overrides})

    def with_notice(self, notice: Notice) -> Self:
        """The same calendar under one more notice; raises NoticeError when that is not a whole year's."""
        check_notice(notice, f"notice of {notice.year}")
        return type(self)(self._notices | {notice.year: notice})

    def day(self, day: date) -> Day:
        """What kind of day it is, and its name; raises OutOfCalendarError outside 2004 to 2050."""
        known = self._days.get(day)
        if known is None:
            if not FIRST_DAY <= day <= LAST_DAY:
                raise OutOfCalendarError(str(day))
            known = self._days[day] = self._day(day)
        return known

    def _day(self, day: date) -> Day:
        entry = self._entries.get(day)
        if entry is not None:
            return _noticed(entry)
        if (open_ := self._unpublished(day)) is not None:
            return open_
        name = WEEKDAY_NAMES[day.weekday()]
        return Weekend(date=day, name=name) if day.weekday() >= _SATURDAY else WorkingDay(date=day, name=name)

    @property
    def years(self) -> frozenset[int]:
        """The years whose notices it holds."""
        return frozenset(self._notices)

    def is_official(self, day: date) -> bool:
        """Whether the day and every one before it is settled by a published notice."""
        return day <= self.official_until

    def _unpublished(self, day: date) -> UnpublishedDay | None:
        expected = self._undecided(day.year).get(day)
        if expected is not None:
            return UnpublishedDay(date=day, name=expected.name, works=expected.works)
        if day.year in self._notices:
            return None
        return UnpublishedDay(
            date=day, name=WEEKDAY_NAMES[day.weekday()], works="yes" if day.weekday() < _SATURDAY else "no"
        )

    def _undecided(self, year: int) -> dict[date, Outlook]:
        """Days of a year that are neither plain nor noticed, December's that the next notice may change included."""
        own: Mapping[date, Outlook] = {} if year in self._notices else outlook(year)
        after: Mapping[date, Outlook] = {} if year + 1 in self._notices or year == LAST_YEAR else outlook(year + 1)
        return {
            day: seen for day, seen in (*own.items(), *after.items()) if day.year == year and day not in self._entries
        }

    def _until(self) -> date:
        last = FIRST_DAY - timedelta(days=1)
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            if year not in self._notices:
                break
            last = min(self._undecided(year), default=date(year + 1, 1, 1)) - timedelta(days=1)
            if last != date(year, 12, 31):
                break
        return last

    def _fingerprint(self) -> str:
        said = (f"{day} {entry.name} {entry.is_off_day}" for day, entry in sorted(self._entries.items()))
        text = "\n".join((PRACTICE, ",".join(map(str, self._notices)), *said))
        return f"cn-{self.official_until}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def _readings(self) -> tuple[CountedDays, CountedDays, CountedDays]:
        earliest, latest, likely = bytearray(_PLAIN), bytearray(_PLAIN), bytearray(_PLAIN)
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            for day, expected in self._undecided(year).items():
                at = day.toordinal() - FIRST_ORDINAL
                earliest[at] = expected.works == "open"
                latest[at] = 0
                likely[at] = likely[at] and expected.works == "open"
        for day, entry in self._entries.items():
            at = day.toordinal() - FIRST_ORDINAL
            earliest[at] = latest[at] = likely[at] = not entry.is_off_day
        first = CountedDays.of(bytes(earliest))
        if earliest == latest:
            return first, first, first
        return first, CountedDays.of(bytes(latest)), CountedDays.of(bytes(likely))


def _noticed(entry: NoticeDay) -> Holiday | MakeUpDay:
    if entry.is_off_day:
        return Holiday(date=entry.date, name=entry.name)
    return MakeUpDay(date=entry.date, festival=entry.name)


def works(day: Day) -> bool | None:
    """Whether the day is worked; None when its notice is not published and decides."""
    match day:
        case WorkingDay() | MakeUpDay():
            return True
        case Weekend() | Holiday():
            return False
        case UnpublishedDay():
            return {"yes": True, "no": False, "open": None}[day.works]
        case _:
            assert_never(day)


def load_calendar(directory: Path) -> Calendar:
    """The library's calendar under the holiday-cn files of a directory; raises NoticeError for a file it cannot use."""
    return Calendar.published(read_notices(directory))
