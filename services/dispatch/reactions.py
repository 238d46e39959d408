"""What dispatch listens to: each foreign fact, and the command that it is to a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chassis.service import Heard
from schemas.clocks import (
    BreachWithdrawn,
    ClockBreached,
    ClockExtended,
    ClockFact,
    ClockLapsed,
    ClockPaused,
    ClockRederived,
    ClockResumed,
    ClockStarted,
)
from schemas.message import Message
from schemas.requests import TicketRequest
from schemas.tickets import ActionReceived, Answered, Registered, SubmissionRefused
from services.dispatch.core.commands import Act, Ask, Begin, BeginAnswered, Command, Tick
from services.dispatch.core.episodes.clock_events import FOR_DEPARTMENTS

_DUES = (ClockStarted, ClockPaused, ClockResumed, ClockExtended, ClockRederived)
_EVENTS = (ClockLapsed, ClockBreached, BreachWithdrawn)

LISTENS_TO: Final[frozenset[type[Message]]] = frozenset(
    {Registered, Answered, ActionReceived, SubmissionRefused, *TicketRequest.__subclasses__(), *_DUES, *_EVENTS}
)
"""The facts that can concern a ticket, and the refusals that are passed on to departments."""


def react(heard: Heard) -> Sequence[tuple[str, Command]]:
    """Name the ticket and the command; () for what does not concern dispatch."""
    match heard.message:
        case Registered() as fact:
            return ((fact.ticket, Begin(fact)),)
        case Answered() as fact:
            return ((fact.ticket, BeginAnswered(fact)),)
        case ActionReceived() as fact:
            return ((fact.ticket, Act(fact)),)
        case ClockFact() as fact:
            concerns = isinstance(fact, _EVENTS) or (isinstance(fact, _DUES) and fact.clock in FOR_DEPARTMENTS)
            return ((fact.ticket, Tick(fact)),) if concerns else ()
        case TicketRequest() as fact:
            return ((fact.ticket, Ask(fact)),)
        case _:
            return ()
