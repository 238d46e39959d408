"""What tools may use of sla: its core as one decider, how facts fold to clocks, what facts ask of them, due times.

Nothing here reads or writes a topic or a table. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple, TypeVar

from chassis.decider import Decider
from rulebook import Policy
from rulebook.deriving import ClockRules
from schemas.values import Clock, Due, DueTime, Tier, breach_by, remind_by
from services.sla.core.commands import Command as ClockOrder
from services.sla.core.evolve import evolve
from services.sla.core.state import Clocks, timer
from services.sla.reactions import clocks, commands
from services.sla.work import STATE, Fire, Ruled, decider
from worktime import Calendar

__all__ = [
    "STATE",
    "ClockCommand",
    "ClockOrder",
    "Clocks",
    "Deadline",
    "DueTimes",
    "clocks",
    "commands",
    "core_under",
    "evolve",
    "timer",
]

V = TypeVar("V")

ClockCommand = Ruled | Fire
"""What is asked of a ticket's clocks; tools pass it from `react` to `decide` as it is."""


def core_under(policy: Policy, calendar: Calendar) -> Decider[Clocks, ClockCommand]:
    """The core of the service as it decides under a policy and a calendar, whatever record it hears."""
    return decider(policy, _Always(ClockRules(policy, calendar)), ())


class Deadline(NamedTuple):
    """When something is due, and from when on it counts as due soon."""

    due: Due
    soon: datetime


@dataclass(frozen=True)
class DueTimes:
    """Due times as the service derives them under a policy and a calendar."""

    policy: Policy
    calendar: Calendar

    @cached_property
    def _rules(self) -> ClockRules:
        return ClockRules(self.policy, self.calendar)

    def of_task(self, clock: Clock, tier: Tier, since: datetime, now: datetime) -> Deadline:
        """Derive until when the office has to do what waits for it since a moment."""
        found = self._rules.derive(self._rules.basis(clock, tier, since, None, None), clock, tier, now)
        return Deadline(found.due, found.remind_at or breach_by(found.due))

    def of_order(self, heard: DueTime, tier: Tier) -> Deadline:
        """Add to the due time that an order tells of from when on it counts as due soon."""
        span = self._rules.limit(heard.clock).due_soon_for(tier)
        return Deadline(heard.due, self._rules.before(remind_by(heard.due), span))


class _Always(Mapping[str, V]):
    """The same value under every name."""

    def __init__(self, value: V) -> None:
        self._value = value

    def __getitem__(self, _name: str) -> V:
        return self._value

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
