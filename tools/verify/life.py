"""One ticket's life as the trace noted it, and what others know of the ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from schemas.message import Message
from schemas.notices import NoticeRequested
from schemas.owner import Owner
from schemas.tickets import Answered, Registered
from schemas.values import Clock, TicketState
from services.trace.for_tools import LifeStep, Summary, steps_of


class NewestOrder(NamedTuple):
    """What a department heard last of a ticket."""

    at: datetime
    role: str
    state: TicketState


class OpenClock(NamedTuple):
    """A clock that runs, stands still, or is overdue."""

    id: str
    clock: Clock
    owner: Owner


@dataclass(frozen=True)
class Life:
    """One ticket: its registration and the facts of its life in order, and the departments that notices went to."""

    ticket: str
    registered: bool
    steps: Sequence[LifeStep]
    noticed: frozenset[str] = frozenset()

    @property
    def summary(self) -> Summary:
        """Where it stands by its facts."""
        return self.steps[-1].after if self.steps else Summary(self.ticket)

    @property
    def state(self) -> TicketState:
        return TicketState(self.summary.state)


@dataclass(frozen=True)
class Elsewhere:
    """What others know of a ticket: departments by their newest order, the desk, the callback agency, sla, trace."""

    orders: Mapping[str, NewestOrder] = field(default_factory=dict)
    desk: Mapping[str, bool] = field(default_factory=dict)
    callback: str | None = None
    clocks: Sequence[OpenClock] = ()
    standing: tuple[str, str] | None = None


def life_of(ticket: str, facts: Sequence[tuple[datetime, Message]]) -> Life:
    """Make a life of what the trace noted of a ticket."""
    noticed = {fact.audience.department for _, fact in facts if isinstance(fact, NoticeRequested)}
    return Life(
        ticket,
        any(isinstance(fact, Registered | Answered) for _, fact in facts),
        steps_of(facts),
        frozenset(department for department in noticed if department is not None),
    )
