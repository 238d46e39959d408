"""Somebody was shown what is sealed of a ticket, or it is forgotten."""

from __future__ import annotations

from typing import ClassVar

from schemas.dispatch.base import DispatchFact
from schemas.values import Actor, Code, DepartmentCode, Receipt, Text


class ContactShown(DispatchFact):
    """Contact and words were shown unmasked: to a person of the centre, or to the lead that asked.

    Of a confidential ticket `approver` approved it.
    """

    counted_by: ClassVar[str] = "department"

    receipt: Receipt
    department: DepartmentCode | None = None
    approver: Actor | None = None
    ground: Code | None = None
    reason: Text


class ContactForgotten(DispatchFact):
    """What the requester's contact said is kept nowhere from now on; its masks stay, and the ticket counts."""

    reason: Text
