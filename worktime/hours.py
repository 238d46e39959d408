"""Office hours as data, and the time of a day turned into office time and back."""

from datetime import datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Final, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from worktime.days import Frozen

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

_SECOND: Final = 1_000_000


def micros(of: time) -> int:
    """Microseconds since midnight."""
    return ((of.hour * 60 + of.minute) * 60 + of.second) * _SECOND + of.microsecond


class Period(Frozen):
    """A stretch of a working day in which the office works, in local time."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("opens and closes are local times, without an offset")
        if self.opens >= self.closes:
            raise ValueError(f"opens {self.opens} must be before closes {self.closes}")
        return self


class OfficeHours(Frozen):
    """The hours of a working day, 9:00 to 11:30 and 13:30 to 17:30 unless policy says otherwise."""

    periods: tuple[Period, ...] = Field(
        default=(
            Period(opens=time(9, 0), closes=time(11, 30)),
            Period(opens=time(13, 30), closes=time(17, 30)),
        ),
        min_length=1,
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        for before, after in pairwise(self.periods):
            if before.closes > after.opens:
                raise ValueError(f"periods overlap or are out of order: {before.closes} and {after.opens}")
        return self

    @property
    def close(self) -> time:
        """Close of business, in local time."""
        return self.periods[-1].closes

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The periods in microseconds since midnight."""
        return tuple((micros(period.opens), micros(period.closes)) for period in self.periods)

    @cached_property
    def length(self) -> int:
        """Office time of one working day in microseconds."""
        return sum(closes - opens for opens, closes in self.spans)

    @property
    def day(self) -> timedelta:
        """Office time of one working day: 6 h 30 min of the default hours."""
        return timedelta(microseconds=self.length)

    def worked(self, since_midnight: int) -> int:
        """Office time of a working day up to a moment of it, both in microseconds."""
        total = 0
        for opens, closes in self.spans:
            if since_midnight <= opens:
                break
            total += min(since_midnight, closes) - opens
        return total

    def moment(self, worked: int) -> int:
        """The first moment of a working day by which so much office time has passed, in microseconds since midnight."""
        for opens, closes in self.spans:
            if worked <= closes - opens:
                return opens + worked
            worked -= closes - opens
        raise ValueError("more office time than the day has")


def local(at: datetime) -> datetime:
    """The moment in the zone of the office; raises ValueError for one without an offset."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no offset: which moment is meant?")
    return at.astimezone(SHANGHAI)
