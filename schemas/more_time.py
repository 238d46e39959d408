"""More time, as it is asked for, granted and entered in a clock: an amount under the name of its unit."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypedDict, assert_never

from pydantic import BaseModel, Field


class TimeUnit(StrEnum):
    """What more time is counted in."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"


class MoreTime(BaseModel):
    """How much more time is asked for or given, under the name of its unit: `days` are working days."""

    days: int | None = None
    calendar_days: int | None = None
    hours: int | None = None

    @property
    def spans(self) -> tuple[tuple[int, TimeUnit], ...]:
        """Every amount that is given, with its unit."""
        amounts = zip((self.days, self.calendar_days, self.hours), TimeUnit, strict=True)
        return tuple((amount, unit) for amount, unit in amounts if amount is not None)


class MoreTimeAsked(MoreTime):
    """More time as the outside may ask for it; what is legal, the policy says."""

    days: Annotated[int, Field(ge=1, le=15)] | None = None
    calendar_days: Annotated[int, Field(ge=1, le=30)] | None = None
    hours: Annotated[int, Field(ge=1, le=720)] | None = None


class Amount(TypedDict, total=False):
    """One of the fields of MoreTime, and how much."""

    days: int
    calendar_days: int
    hours: int


def more_time(amount: int, unit: TimeUnit) -> Amount:
    """The one field of MoreTime that says this."""
    match unit:
        case TimeUnit.WORKING_DAYS:
            return {"days": amount}
        case TimeUnit.CALENDAR_DAYS:
            return {"calendar_days": amount}
        case TimeUnit.HOURS:
            return {"hours": amount}
        case _:
            assert_never(unit)
