"""What the callback agency reports."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas.inbound.base import Action
from schemas.values import Contacted, Grade, Instant, PartyKind, Person, Solved, Text, TicketId


class CallbackAction(Action, owner="inbound"):
    """An act of the callback agent on a ticket that waits for its callback."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.CALLBACK})
    ticket: TicketId
    by: Person


class NoteUnreached(CallbackAction):
    """The requester was not reached; after N attempts that is the outcome."""

    do: Literal["note_unreached"] = "note_unreached"
    note: Text | None = None


class AppointCallback(CallbackAction):
    """The requester asked to be called at another time."""

    do: Literal["appoint_callback"] = "appoint_callback"
    at: Instant


class RecordCallback(CallbackAction):
    """What the requester said: four answers."""

    do: Literal["record_callback"] = "record_callback"
    contacted: Contacted
    solved: Solved
    attitude: Grade
    result: Grade
    note: Text | None = None
