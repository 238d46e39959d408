"""What a clock stores: its budget, and the ledger of what consumed or changed it. The due time is derived."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from worktime.days import Frozen


class Unit(StrEnum):
    """What a budget is counted in.

    ``minutes``, ``hours`` and ``calendar_days`` run through nights and holidays; ``office_minutes`` and
    ``half_working_days`` (half of a day's office time each) are office time; ``working_days`` end at close of business.
    """

    MINUTES = "minutes"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    OFFICE_MINUTES = "office_minutes"
    HALF_WORKING_DAYS = "half_working_days"
    WORKING_DAYS = "working_days"

    @property
    def is_office_time(self) -> bool:
        return self in {Unit.OFFICE_MINUTES, Unit.HALF_WORKING_DAYS, Unit.WORKING_DAYS}

    @property
    def is_days(self) -> bool:
        return self in {Unit.WORKING_DAYS, Unit.CALENDAR_DAYS}


class StartRule(StrEnum):
    """When counting begins.

    ``moment``: at the start itself. ``day_after``: the day of receipt does not count. ``same_day``: it counts as a
    whole, unless working days are counted and the start lies at or after its close of business.
    """

    MOMENT = "moment"
    DAY_AFTER = "day_after"
    SAME_DAY = "same_day"


def _usual_start(unit: Unit | None) -> StartRule:
    return StartRule.DAY_AFTER if unit is not None and unit.is_days else StartRule.MOMENT


class Budget(Frozen):
    """How much of which unit, counted from when: days from the day after unless told, all else from the moment."""

    unit: Unit
    amount: int = Field(ge=1, le=10_000_000)
    start: StartRule = Field(default_factory=lambda told: _usual_start(told.get("unit")))

    @model_validator(mode="after")
    def _whole_days(self) -> Self:
        if self.unit.is_days and self.start is StartRule.MOMENT:
            raise ValueError(f"start: {self.unit} are counted in whole days: expected day_after or same_day")
        if not self.unit.is_days and self.start is StartRule.SAME_DAY:
            raise ValueError(f"start: same_day is for days, not for {self.unit}: expected moment or day_after")
        return self


def hours_budget(amount: int) -> Budget:
    """Real hours from the moment."""
    return Budget(unit=Unit.HOURS, amount=amount)


def office_minutes(amount: int) -> Budget:
    """Minutes of office time from the moment."""
    return Budget(unit=Unit.OFFICE_MINUTES, amount=amount)


def half_working_days(amount: int) -> Budget:
    """Halves of a day's office time from the moment."""
    return Budget(unit=Unit.HALF_WORKING_DAYS, amount=amount)


def working_days(amount: int) -> Budget:
    """Working days after the day of receipt, to the close of business of the last."""
    return Budget(unit=Unit.WORKING_DAYS, amount=amount, start=StartRule.DAY_AFTER)


def calendar_days(amount: int) -> Budget:
    """Calendar days after the day of receipt, to midnight at the end of the last."""
    return Budget(unit=Unit.CALENDAR_DAYS, amount=amount, start=StartRule.DAY_AFTER)


class Pause(Frozen):
    """A stretch that is not charged to the clock, open while ``end`` is None; it may be entered afterwards."""

    start: AwareDatetime
    end: AwareDatetime | None = None
    ground: str = Field(min_length=1)
    approver: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


class Extension(Frozen):
    """Time that was granted on top, in a unit of the budget's kind."""

    at: AwareDatetime
    unit: Unit
    amount: int = Field(ge=1, le=10_000_000)
    ground: str = Field(min_length=1)
    approver: str


class FreshStart(Frozen):
    """The clock begins anew with its whole budget: earlier pauses and extensions are spent, an open pause goes on."""

    at: AwareDatetime
    ground: str = Field(min_length=1)
    approver: str | None = None


class Ledger(Frozen):
    """Budget, start, and everything that happened to the clock since; each method returns the ledger that follows."""

    policy: str
    policy_version: str
    budget: Budget
    started_at: AwareDatetime
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    fresh_starts: tuple[FreshStart, ...] = ()

    @model_validator(mode="after")
    def _same_kind(self) -> Self:
        for extension in self.extensions:
            if not _addable(self.budget.unit, extension.unit):
                raise ValueError(f"extensions: {extension.unit} cannot be added to {self.budget.unit}")
        return self

    @property
    def begins_at(self) -> datetime:
        """The start that counts: the last fresh one, or the first."""
        return max((self.started_at, *(fresh.at for fresh in self.fresh_starts)))

    @property
    def live_pauses(self) -> tuple[Pause, ...]:
        """The pauses that count since the last fresh start, by start."""
        since = self.begins_at
        return tuple(sorted((p for p in self.pauses if p.end is None or p.end > since), key=lambda p: p.start))

    @property
    def live_extensions(self) -> tuple[Extension, ...]:
        """The extensions granted since the last fresh start."""
        since = max((fresh.at for fresh in self.fresh_starts), default=None)
        return tuple(e for e in self.extensions if since is None or e.at >= since)

    def paused(self, at: datetime, ground: str, approver: str | None = None, until: datetime | None = None) -> Self:
        """Paused from a moment, until another one or until resumed; already paused on this ground: the same ledger."""
        if any(pause.ground == ground and pause.end is None for pause in self.live_pauses):
            return self
        return self.with_pause(Pause(start=at, end=until, ground=ground, approver=approver))

    def with_pause(self, pause: Pause) -> Self:
        """One more pause, also a past one: the time of a return that was upheld is charged to the dispute."""
        return self.model_copy(update={"pauses": (*self.pauses, pause)})

    def resumed(self, at: datetime, ground: str) -> Self:
        """Every pause on this ground that would outlast the moment ends at it; none: the same ledger."""
        ended = tuple(_ended(pause, at) if pause.ground == ground else pause for pause in self.pauses)
        return self if ended == self.pauses else self.model_copy(update={"pauses": ended})

    def extended(self, extension: Extension) -> Self:
        """Extended by what was granted; raises ValueError when its unit cannot be added to the budget's."""
        if not _addable(self.budget.unit, extension.unit):
            raise ValueError(f"unit: {extension.unit} cannot be added to {self.budget.unit}")
        return self.model_copy(update={"extensions": (*self.extensions, extension)})

    def restarted(self, fresh: FreshStart) -> Self:
        """Begun anew."""
        return self.model_copy(update={"fresh_starts": (*self.fresh_starts, fresh)})


def _addable(budget: Unit, extension: Unit) -> bool:
    return budget.is_office_time == extension.is_office_time


def _ended(pause: Pause, at: datetime) -> Pause:
    if pause.end is not None and pause.end <= at:
        return pause
    return pause.model_copy(update={"end": max(at, pause.start)})
