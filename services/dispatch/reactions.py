"""What dispatch listens to: each foreign fact, and the command that it is to a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

from chassis.service import Heard
from schemas.clocks import ClockFact
from schemas.message import Message
from schemas.requests import ActAsMember, CategoryRequest, IncidentRequest, TicketRequest
from schemas.tickets import ActionReceived, Answered, IncidentActionReceived, Registered
from services.dispatch.core.commands import (
    Act,
    Ask,
    Begin,
    BeginAnswered,
    ClockEvent,
    Command,
    DueChange,
    OfCategory,
    OfIncident,
    Tick,
)
from services.dispatch.core.episodes.clock_events import FOR_DEPARTMENTS

_ASKED: tuple[type[Message], ...] = (
    *TicketRequest.__subclasses__(),
    *IncidentRequest.__subclasses__(),
    *CategoryRequest.__subclasses__(),
    ActAsMember,
)

LISTENS_TO: Final[frozenset[type[Message]]] = frozenset(
    {Registered, Answered, ActionReceived, IncidentActionReceived, *_ASKED, *get_args(DueChange), *get_args(ClockEvent)}
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
            return _ticked(fact)
        case TicketRequest() as fact:
            return ((fact.ticket, Ask(fact)),)
        case message:
            return _about_others(message)


def _ticked(fact: ClockFact) -> Sequence[tuple[str, Command]]:
    """What comes of any clock concerns the ticket; when one is due, where a department works by it."""
    if isinstance(fact, ClockEvent) or (isinstance(fact, DueChange) and fact.clock in FOR_DEPARTMENTS):
        return ((fact.ticket, Tick(fact)),)
    return ()


def _about_others(message: Message) -> Sequence[tuple[str, Command]]:
    match message:
        case ActAsMember() as fact:
            received = ActionReceived(
                ticket=fact.ticket,
                receipt=fact.receipt,
                party=fact.party,
                action=fact.action,
                attached=fact.attached,
            )
            return ((fact.ticket, Act(received, fact.incident)),)
        case IncidentActionReceived() | IncidentRequest() as fact:
            return ((fact.incident, OfIncident(fact)),)
        case CategoryRequest() as fact:
            return ((fact.key, OfCategory(fact)),)
        case _:
            return ()
