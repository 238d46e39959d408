"""What dispatch is asked to do, by whom; each command has a kind, which is its row in the table."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, assert_never

from schemas.clocks import (
    BreachWithdrawn,
    ClockBreached,
    ClockExtended,
    ClockLapsed,
    ClockPaused,
    ClockRederived,
    ClockResumed,
    ClockStarted,
)
from schemas.naming import snake_case
from schemas.requests import CategoryRequest, IncidentRequest, TicketRequest
from schemas.tickets import ActionReceived, Answered, IncidentActionReceived, Registered
from schemas.values import IncidentId

DueChange: TypeAlias = ClockStarted | ClockPaused | ClockResumed | ClockExtended | ClockRederived
"""What makes a due time another one, or the first one."""
ClockEvent: TypeAlias = ClockLapsed | ClockBreached | BreachWithdrawn
"""What comes of a due time."""


class Begin(NamedTuple):
    """A ticket was registered."""

    fact: Registered


class BeginAnswered(NamedTuple):
    """A call was answered on the line."""

    fact: Answered


class Act(NamedTuple):
    """Somebody asks for something on the ticket, or on the `incident` that it is a member of."""

    fact: ActionReceived
    incident: IncidentId | None = None


class Tick(NamedTuple):
    """A clock said something."""

    fact: DueChange | ClockEvent


class Ask(NamedTuple):
    """Another ticket asks something."""

    fact: TicketRequest


class OfIncident(NamedTuple):
    """Somebody, or a ticket, asks something of an incident."""

    fact: IncidentActionReceived | IncidentRequest


class OfCategory(NamedTuple):
    """A ticket asks something of how a category fares."""

    fact: CategoryRequest


Command = Begin | BeginAnswered | Act | Tick | Ask | OfIncident | OfCategory


def kind_of(command: Begin | Act | Tick | Ask) -> str:
    """Name the kind of a command, which is `do` for an action."""
    match command:
        case Begin():
            return "register"
        case Act(fact=fact):
            return fact.action.do
        case Tick(fact):
            return _kind_of_word(fact)
        case Ask(fact):
            return snake_case(type(fact).__name__)


def _kind_of_word(fact: DueChange | ClockEvent) -> str:
    match fact:
        case ClockLapsed():
            return f"{fact.clock}_lapsed"
        case ClockBreached():
            return "breached"
        case BreachWithdrawn():
            return "breach_withdrawn"
        case ClockStarted() | ClockPaused() | ClockResumed() | ClockExtended() | ClockRederived():
            return "due_changed"
        case _:
            assert_never(fact)
