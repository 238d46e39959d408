"""`liuhen.requests.v1`: what one ticket asks of another, keyed by the other. Owner and only reader: dispatch."""

from __future__ import annotations

from typing import Literal

from schemas.complaint import Complaint
from schemas.message import Message
from schemas.values import (
    Actor,
    Channel,
    Code,
    DepartmentCode,
    Instant,
    Receipt,
    Ruling,
    Supplement,
    Text,
    TicketId,
    Tier,
    Wording,
)


class TicketRequest(Message, owner="requests"):
    """A request of `ticket` (the addressee) by `origin`."""

    ticket: TicketId
    origin: TicketId
    by: Actor


class TakeMerge(TicketRequest):
    """Take `origin` in: it is the same requester's duplicate, as urgent as its `tier` says, and says `supplements`."""

    requester: str | None = None
    accused: tuple[DepartmentCode, ...] = ()
    departments: tuple[DepartmentCode, ...] | None = None
    tier: Tier | None = None
    supplements: tuple[Supplement, ...] | None = None
    reason: Text
    receipt: Receipt


class MergeAnswered(TicketRequest):
    """Whether `origin` took this ticket in; a refusal names the reason."""

    taken: bool
    reason: Wording
    receipt: Receipt


class DropMerge(TicketRequest):
    """`origin` goes its own way again."""


class AdmitMember(TicketRequest):
    """`origin` wants to join the incident that this ticket stands for."""

    accused: tuple[DepartmentCode, ...] = ()
    departments: tuple[DepartmentCode, ...] | None = None
    reason: Text | None = None
    receipt: Receipt


class MemberAnswered(TicketRequest):
    """Whether the incident `origin` admitted this ticket."""

    admitted: bool
    reason: Wording
    receipt: Receipt


class DismissMember(TicketRequest):
    """`origin` leaves the incident that this ticket stands for."""


class PassOnFix(TicketRequest):
    """The incident `origin` reports one fix to its member."""

    text: Text


class PassOnFollowUp(TicketRequest):
    """A contact about the merged ticket `origin` is for this one, which took it in."""

    receipt: Receipt
    channel: Channel
    mode: Literal["press", "add"]
    text: Text


class EndOfMerged(TicketRequest):
    """The ticket `origin` that took this one in came to its end, and so does this one."""

    outcome: Code
    ruling: Ruling | None = None
    reply: Text | None = None
    reason: Text | None = None
    to: Code | None = None


class OpenPart(Complaint, TicketRequest):
    """Begin life as a part of `origin`, whose time since it was registered counts for the citizen."""

    tier: Tier
    registered_at: Instant | None = None


class ReportPart(TicketRequest):
    """The part `origin` came to its end; there is no ruling where it was withdrawn or went elsewhere."""

    outcome: Code
    ruling: Ruling | None = None
