"""Notes that lead and supporters share: what many facts add to a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from chassis.frozen import replace
from schemas.values import DepartmentCode
from services.dispatch.core.regions import Note
from services.dispatch.core.ticket import Ticket

_NOTES: Final = 20


def noted(ticket: Ticket, department: DepartmentCode | None, text: str, *, plan: bool = False) -> Ticket:
    """The ticket with one note more; old ones stand in the trace."""
    return replace(ticket, notes=(*ticket.notes, Note(department=department, text=text, plan=plan))[-_NOTES:])


def told(
    ticket: Ticket, kind: Literal["press", "add", "dispatch"], text: str, at: datetime, *, unverified: bool = False
) -> Ticket:
    """The ticket with one note more for all who work on it, of the requester or of the dispatcher."""
    note = Note(text=text, kind=kind, at=at, unverified=unverified)
    return replace(ticket, notes=(*ticket.notes, note)[-_NOTES:])
