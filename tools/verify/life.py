"""One ticket's life as the trace noted it, and what others know of the ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from schemas.message import Message
from schemas.notices import NoticeRequested
from schemas.owner import Owner
from schemas.tickets import Answered, Registered
from schemas.values import Clock, TicketState
from services.trace.for_tools import LifeStep, Summary, steps_of

_RUNG: Final = ("duty-urgent", "sms")
"""The notice, and one of its ways, by which calls are counted."""


class NewestOrder(NamedTuple):
    """What a department heard last of a ticket."""

    at: datetime
    role: str
    state: TicketState
    names: bool = False
    """Whether its contact is one by which somebody can be found."""


class OpenClock(NamedTuple):
    """A clock that runs, stands still, or is overdue."""

    id: str
    clock: Clock
    owner: Owner


@dataclass(frozen=True)
class Life:
    """One ticket: its registration and the facts of its life in order, the departments that notices went to, and how
    often each person on duty was to be told.
    """

    ticket: str
    registered: bool
    steps: Sequence[LifeStep]
    noticed: frozenset[str] = frozenset()
    rung: Mapping[str, int] = field(default_factory=dict)

    @property
    def summary(self) -> Summary:
        """Where it stands by its facts."""
        return self.steps[-1].after if self.steps else Summary(self.ticket)

    @property
    def state(self) -> TicketState:
        return TicketState(self.summary.state)


@dataclass(frozen=True)
class Elsewhere:
    """What others know of a ticket: departments by their newest order, the desk, the callback agency, sla, trace.

    `calls` are the moments at which somebody on duty was called, by sla, and until when they had to answer; `quoting`
    are the topics whose newest message names who must stay unknown in its texts.
    """

    orders: Mapping[str, NewestOrder] = field(default_factory=dict)
    desk: Mapping[str, bool] = field(default_factory=dict)
    callback: str | None = None
    clocks: Sequence[OpenClock] = ()
    standing: tuple[str, str] | None = None
    calls: Mapping[datetime, datetime] = field(default_factory=dict)
    quoting: Sequence[str] = ()


def life_of(ticket: str, facts: Sequence[tuple[datetime, Message]]) -> Life:
    """Make a life of what the trace noted of a ticket."""
    notices = [fact for _, fact in facts if isinstance(fact, NoticeRequested)]
    noticed = {fact.audience.department for fact in notices}
    rung = Counter(str(fact.audience.code) for fact in notices if (fact.template, fact.way) == _RUNG)
    return Life(
        ticket,
        any(isinstance(fact, Registered | Answered) for _, fact in facts),
        steps_of(facts),
        frozenset(department for department in noticed if department is not None),
        rung,
    )
