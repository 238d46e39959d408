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
from schemas.requests import ActAsMember, CategoryRequest, IncidentRequest, TicketRequest
from schemas.tickets import ActionReceived, Answered, IncidentActionReceived, Registered
from services.dispatch.core.commands import Act, Ask, Begin, BeginAnswered, Command, OfCategory, OfIncident, Tick
from services.dispatch.core.episodes.clock_events import FOR_DEPARTMENTS

_DUES = (ClockStarted, ClockPaused, ClockResumed, ClockExtended, ClockRederived)
_ASKED: tuple[type[Message], ...] = (
    *TicketRequest.__subclasses__(),
    *IncidentRequest.__subclasses__(),
    *CategoryRequest.__subclasses__(),
    ActAsMember,
)
_EVENTS = (ClockLapsed, ClockBreached, BreachWithdrawn)

LISTENS_TO: Final[frozenset[type[Message]]] = frozenset(
    {Registered, Answered, ActionReceived, IncidentActionReceived, *_ASKED, *_DUES, *_EVENTS}
)
"""The facts that can concern a ticket or an incident."""


def react(heard: Heard) -> Sequence[tuple[str, Command]]:
    """Name the ticket, or the incident, and the command; () for what does not concern dispatch."""
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
        case message:
            return _about_others(message)


def _about_others(message: Message) -> Sequence[tuple[str, Command]]:
    match message:
        case ActAsMember() as fact:
            received = ActionReceived(ticket=fact.ticket, receipt=fact.receipt, party=fact.party, action=fact.action)
            return ((fact.ticket, Act(received, fact.incident)),)
        case IncidentActionReceived() | IncidentRequest() as fact:
            return ((fact.incident, OfIncident(fact)),)
        case CategoryRequest() as fact:
            return ((fact.key, OfCategory(fact)),)
        case _:
            return ()
