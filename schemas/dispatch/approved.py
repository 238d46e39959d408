"""What somebody asked for and somebody else has to decide: the act itself waits, and is done once it is approved."""

from __future__ import annotations

from schemas.dispatch.base import DispatchFact
from schemas.inbound import Approvable
from schemas.values import (
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
    """Somebody else than whoever asked did not approve, and said why."""

    request: RequestKind
    reason: Text


class ApprovalLapsed(DispatchFact):
    """Nobody has to approve any more: what was asked for cannot be done as things stand now."""

    request: RequestKind
