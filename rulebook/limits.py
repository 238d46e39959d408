"""Time limits: every clock's budget by tier, its start rule, its owner and when it is due soon."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from rulebook.base import Model
from rulebook.clocks import WhyNot
from rulebook.codes import OwedBy, Start, Unit
from schemas.attachments import MOST
from schemas.values import Clock, Tier
from vocabulary import NOTHING, Chinese

Amount = Annotated[int, Field(ge=1, le=100_000)]
Count = Annotated[int, Field(ge=1, le=20)]
Days = Annotated[int, Field(ge=1, le=365)]
PerDay = Annotated[int, Field(ge=1, le=1_000)]
PerHour = Annotated[int, Field(ge=1, le=1_000)]
DAYS = frozenset({Unit.CALENDAR_DAYS, Unit.WORKING_DAYS})


class Span(Model):
    """An amount of time in its unit."""

    amount: Amount
    unit: Unit


class Budget(Span):
    """An amount of time, its unit, and where counting begins."""

    start: Start

    @model_validator(mode="after")
    def _days_have_a_day_rule(self) -> Self:
        if (self.unit in DAYS) == (self.start is Start.MOMENT):
            wanted = "day_after、same_day" if self.unit in DAYS else "moment"
            raise ValueError(Chinese(f"{wanted} 的 start，与单位 {self.unit} 相配"))
        return self


class Limit(Model):
    """One clock: how much time, whose it is, whether it pauses, when it counts as due soon.

    With `named_date` the end is named by whoever asked for it, and the budget is the longest that it may be away.
    """

    clock: Clock
    owner: OwedBy
    budget: Budget
    by_tier: Mapping[Tier, Budget] = Field(default_factory=dict)
    ceiling: Budget | None = None
    due_soon: Span
    due_soon_by_tier: Mapping[Tier, Span] = Field(default_factory=dict)
    pauses: bool
    extendable: bool
    named_date: bool = False
    note: str = ""

    def budget_for(self, tier: Tier) -> Budget:
        """Return the time that a ticket of this tier is given."""
        return self.by_tier.get(tier, self.budget)

    def due_soon_for(self, tier: Tier) -> Span:
        """Return how long before the due time a ticket of this tier counts as due soon."""
        return self.due_soon_by_tier.get(tier, self.due_soon)


class Extension(Model):
    """How often and by how much at a time a department's limits can be extended, in which unit."""

    max_times: Count
    span: Span
    by_tier: Mapping[Tier, Span] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _units_that_are_asked_for(self) -> Self:
        for span in (self.span, *self.by_tier.values()):
            if span.unit not in DAYS | {Unit.HOURS}:
                raise ValueError(Chinese(f"按 working_days、calendar_days、hours 计的延期，不能按 {span.unit}"))
        return self

    def span_for(self, tier: Tier) -> Span:
        """Return the most that can be granted at a time on a ticket of this tier."""
        return self.by_tier.get(tier, self.span)


class Looking(Model):
    """How many contacts a person may look at within an hour without approval, and how much the reason says at least.

    `callers_per_hour`: how often a person may search for the tickets of a telephone number within an hour.
    """

    per_hour: PerHour
    words_at_least: Count
    callers_per_hour: PerHour


class Attachments(Model):
    """What may be uploaded: bytes of one attachment, how many a submission names, how many may wait to be named.

    What no message names is kept for so many hours.
    """

    largest: Annotated[int, Field(ge=1_000, le=500_000_000)]
    per_message: Annotated[int, Field(ge=1, le=MOST)]
    waiting: Annotated[int, Field(ge=1, le=100_000)]
    hours_unnamed: Annotated[int, Field(ge=1, le=720)]

    @property
    def unnamed_for(self) -> timedelta:
        """How long is kept what no message names."""
        return timedelta(hours=self.hours_unnamed)


class Limits(Model):
    """Every clock of the policy, and the counts that go with them.

    `without_limit` says of each task of the desk that no clock of the centre counts, why not.
    """

    clocks: tuple[Limit, ...]
    without_limit: WhyNot
    extension: Extension
    callback_attempts: Count
    callback_retry_after: Span
    callback_on_days: Count
    callback_within_days: Days
    failed_callbacks_before_supervision: Count
    returns_before_adjudication: Count
    reopen_within_days: Days
    notes_per_day: PerDay
    looking: Looking
    attachments: Attachments

    @model_validator(mode="after")
    def _each_clock_once(self) -> Self:
        names = [limit.clock for limit in self.clocks]
        missing = [clock.value for clock in Clock if clock not in names]
        doubled = sorted({name.value for name in names if names.count(name) > 1})
        if missing or doubled:
            raise ValueError(
                Chinese(f"每个时限各一次；缺 {'、'.join(missing) or NOTHING}，重复 {'、'.join(doubled) or NOTHING}")
            )
        return self

    @model_validator(mode="after")
    def _days_enough_for_the_attempts(self) -> Self:
        if self.callback_on_days > self.callback_attempts:
            raise ValueError(Chinese("不大于 callback_attempts 的 callback_on_days：一次回访只在一天里"))
        return self
