"""What somebody asked for and somebody else has to decide: the act itself waits, and is done once it is approved."""

from __future__ import annotations

from schemas.dispatch.base import DispatchFact
from schemas.inbound import Approvable
from schemas.values import (
    DepartmentCode,
    Receipt,
    RequestKind,
    Text,
    Wording,
)


class ApprovalRequested(DispatchFact):
    """Somebody asked for what is `wanted`, which nobody may do alone, by `receipt`; `reason` says what is at stake."""

    request: RequestKind
    wanted: Approvable
    receipt: Receipt
    reason: Wording


class ApprovalGranted(DispatchFact):
    """Somebody else than whoever asked approved; the act follows, as the act of whoever asked."""

    request: RequestKind
    reason: Text | None = None


class ApprovalDeclined(DispatchFact):
    """Somebody else than whoever asked did not approve, and said why; `department` is the one that had asked."""

    request: RequestKind
    reason: Text
    department: DepartmentCode | None = None


class ApprovalLapsed(DispatchFact):
    """Nobody has to approve any more: what was asked for, by a `department`, cannot be done as things stand now."""

    request: RequestKind
    department: DepartmentCode | None = None
