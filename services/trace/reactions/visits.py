"""What the ledger of the survey keeps of visits, of the looking into them, and of devices."""

from __future__ import annotations

from datetime import datetime

from schemas import tickets as t
from schemas.message import Message
from services.trace.core.rows import Device, SettledDoubts, Visit


def visit_of(fact: Message, at: datetime) -> Visit | None:
    """What the ledger of the survey keeps of a fact; None of one that is no visit."""
    if not isinstance(fact, t.Visited):
        return None
    position = fact.position
    return Visit(
        receipt=fact.receipt,
        visitor=fact.visitor,
        unit=fact.unit,
        household=fact.household,
        compound=fact.compound,
        subdistrict=fact.subdistrict,
        visited_at=fact.visited_at,
        received_at=at,
        latitude=position.latitude,
        longitude=position.longitude,
        accuracy=position.accuracy,
        problems=len(fact.tickets),
        doubts=list(fact.doubts),
    )


def settled_of(fact: Message, at: datetime) -> SettledDoubts | None:
    """What the ledger keeps of the looking into a visit's doubts; None of any other fact."""
    if not isinstance(fact, t.DoubtsSettled):
        return None
    return SettledDoubts(fact.visit, fact.verdict.value, fact.reason, fact.by.name, at)


def device_of(fact: Message, at: datetime) -> Device | None:
    """What is kept of a visitor's device that was asked for, bound or not; None of any other fact."""
    match fact:
        case t.DeviceRequested():
            return Device(fact.receipt, fact.visitor, "requested", fact.reason, None, at, fact.device)
        case t.DeviceDeclined():
            return Device(fact.receipt, fact.visitor, "declined", fact.reason, fact.declined_by.name, at)
        case t.DeviceBound():
            approver = fact.approved_by.name if fact.approved_by else None
            return Device(fact.receipt, fact.visitor, "bound", None, approver, at)
        case _:
            return None
