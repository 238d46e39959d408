"""What dispatch is asked to do, by whom; each command has a kind, which is its row in the table of transitions."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from schemas.clocks import BreachWithdrawn, ClockBreached, ClockFact, ClockLapsed
from schemas.requests import TicketRequest
from schemas.tickets import ActionReceived, Answered, Registered
from schemas.values import Clock

_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LAPSES: Final = frozenset(
    {Clock.RETURN_WINDOW, Clock.NEEDS_INFO, Clock.SUSPENSION, Clock.REOPEN_WINDOW, Clock.COMMITMENT}
)


class Begin(NamedTuple):
    """A ticket was registered."""

    fact: Registered


class BeginAnswered(NamedTuple):
    """A call was answered on the line."""

    fact: Answered


class Act(NamedTuple):
    """Somebody asks for something on the ticket."""

    fact: ActionReceived


class Tick(NamedTuple):
    """A clock said something."""

    fact: ClockFact


class Ask(NamedTuple):
    """Another ticket asks something."""

    fact: TicketRequest


Command = Begin | BeginAnswered | Act | Tick | Ask


def kind_of(command: Act | Tick | Ask) -> str:
    """Name the kind of a command, which is `do` for an action."""
    match command:
        case Act(fact):
            return fact.action.do
        case Tick(fact):
            return _word_of(fact)
        case Ask(fact):
            return request_kind(type(fact))


def request_kind(request: type[TicketRequest]) -> str:
    """Name the kind of a request: `TakeMerge` is `take_merge`."""
    return _WORD.sub("_", request.__name__).lower()


def _word_of(fact: ClockFact) -> str:
    match fact:
        case ClockLapsed() if fact.clock in _LAPSES:
            return f"{fact.clock}_lapsed"
        case ClockBreached() if fact.clock is Clock.COMMITMENT:
            return "commitment_lapsed"
        case ClockBreached():
            return "breached"
        case BreachWithdrawn():
            return "breach_withdrawn"
        case _:
            return "due_changed"
