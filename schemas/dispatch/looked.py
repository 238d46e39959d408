"""Somebody was shown what is sealed of a ticket."""

from __future__ import annotations

from schemas.dispatch.base import DispatchFact
from schemas.values import Actor, DepartmentCode, Receipt, Text


class ContactShown(DispatchFact):
    """Contact and words were shown unmasked: to a person of the centre, or to the lead that asked.

    Of a confidential ticket `approver` approved it.
    """

    receipt: Receipt
    department: DepartmentCode | None = None
    approver: Actor | None = None
    reason: Text
