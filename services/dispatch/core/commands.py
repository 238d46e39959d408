"""What dispatch is asked to do, by whom."""

from __future__ import annotations

from typing import NamedTuple

from schemas.clocks import ClockFact
from schemas.requests import TicketRequest
from schemas.tickets import ActionReceived, Answered, Registered


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
