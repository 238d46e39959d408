"""`liuhen.requests.v1`: what tickets and incidents ask of one another, keyed by whoever is asked.

Owner and only reader: dispatch.
"""

from __future__ import annotations

from typing import Literal

from schemas.attachments import Attached, AttachmentId, Carries
from schemas.complaint import Complaint
from schemas.inbound import IncidentAction, TicketAction
from schemas.message import Message
from schemas.values import (
    Actor,
    CategoryCode,
    Channel,
    Code,
    Contact,
    DepartmentCode,
    IncidentId,
    Instant,
    Name,
    Party,
    Receipt,
    Ruling,
    Supplement,
    Text,
    TicketId,
    Tier,
    Verified,
    Wording,
)


class TicketRequest(Message, owner="requests"):
    """A request of `ticket` (the addressee) by `origin`."""

    ticket: TicketId
    origin: TicketId
    by: Actor


class MemberRequest(Message, owner="requests"):
    """What is asked of `ticket` as a member of `incident`."""

    ticket: TicketId
    incident: IncidentId


class ActAsMember(MemberRequest):
    """An act on the incident is made on each member, as on that ticket alone, and with the same proof."""

    party: Party
    receipt: Receipt
    action: TicketAction
    attached: tuple[Attached, ...] | None = None


class IncidentRequest(Message, owner="requests"):
    """What is asked of an incident."""

    incident: IncidentId


class AdmitMember(IncidentRequest):
    """The ticket `origin` wants to join."""

    origin: TicketId
    by: Actor
    accused: tuple[DepartmentCode, ...] = ()
    departments: tuple[DepartmentCode, ...] = ()
    reason: Text | None = None
    receipt: Receipt | None = None


class DismissMember(IncidentRequest):
    """The ticket `origin` leaves."""

    origin: TicketId
    by: Actor


class GatherMembers(IncidentRequest):
    """The ticket `origin` was one of many about one thing: the act that answered it is made on the incident."""

    origin: TicketId
    party: Party
    receipt: Receipt
    action: IncidentAction


class GoOn(IncidentRequest):
    """An act has not reached all members yet: the incident asks itself for the next step."""


class TakeMerge(TicketRequest, Carries):
    """Take `origin` in: it is the same requester's duplicate, as urgent as its `tier` says, and says `supplements`.

    `contacts` are all that its requester was known under.
    """

    requester: str | None = None
    accused: tuple[DepartmentCode, ...] = ()
    departments: tuple[DepartmentCode, ...] | None = None
    tier: Tier | None = None
    supplements: tuple[Supplement, ...] | None = None
    confidential: Literal[True] | None = None
    contacts: tuple[Contact, ...] | None = None
    reason: Text
    receipt: Receipt


class MergeAnswered(TicketRequest):
    """Whether `origin` took this ticket in; a refusal names the reason."""

    taken: bool
    reason: Wording
    receipt: Receipt


class DropMerge(TicketRequest):
    """`origin` goes its own way again."""


class NoticeAlike(TicketRequest):
    """So many callers spoke of the like within `days`; `origin` is the ticket itself, one of `tickets`."""

    callers: int
    days: int
    tickets: tuple[TicketId, ...]
    incident: IncidentId | None = None


class InviteMember(TicketRequest):
    """The office attaches this ticket to the incident `origin`."""

    origin: IncidentId
    reason: Text | None = None
    receipt: Receipt


class MemberAnswered(TicketRequest):
    """Whether the incident `origin` admitted this ticket, and what the incident is."""

    origin: IncidentId
    admitted: bool
    reason: Wording
    receipt: Receipt | None = None
    title: Name | None = None
    lead: DepartmentCode | None = None
    category: CategoryCode | None = None
    avoids: tuple[DepartmentCode, ...] = ()
    accepted: bool = False


class PassOnFix(TicketRequest):
    """The incident `origin` reports one fix to its member."""

    origin: IncidentId
    title: Name
    text: Text


class PassOnFollowUp(TicketRequest, Carries):
    """A contact about the merged ticket `origin` is for this one, which took it in."""

    receipt: Receipt
    channel: Channel
    mode: Literal["press", "add"]
    text: Text
    verified: Verified | None = None


class EndOfMerged(TicketRequest):
    """The ticket `origin` that took this one in came to its end, and so does this one."""

    outcome: Code
    ruling: Ruling | None = None
    reply: Text | None = None
    reason: Text | None = None
    to: Code | None = None


class ReopenWhole(TicketRequest):
    """The part `origin` that had ended is worked on again, and so is the whole."""


class ReopenMerged(TicketRequest):
    """The ticket `origin` that took this one in is worked on again after its end."""


class RedactToo(TicketRequest):
    """A passage was redacted in `origin` whose words can stand in this ticket too: it is known by its keyed hash."""

    seal: str
    length: int
    reason: Text


class RemoveAttachmentToo(TicketRequest):
    """An attachment was deleted in `origin` that this ticket can have too."""

    attachment: AttachmentId
    reason: Text


class OpenPart(Complaint, TicketRequest, Carries):
    """Begin life as a part of `origin`, whose time since it was registered counts for the citizen.

    `contacts` are the other ones that the requester was known under there.
    """

    tier: Tier
    registered_at: Instant | None = None
    contacts: tuple[Contact, ...] | None = None


class ReportPart(TicketRequest):
    """The part `origin` came to its end; there is no ruling where it was withdrawn or went elsewhere."""

    outcome: Code
    ruling: Ruling | None = None


class SayFallenBack(TicketRequest):
    """The check of this ticket (also `origin`) made its category fall below the floor: here people are told."""

    category: CategoryCode
    checked: int
    correct: int
    at_least: float
    floor: float


class CategoryRequest(Message, owner="requests"):
    """What the ticket `origin` asks of how a category fares; keyed by the category."""

    category: CategoryCode
    origin: TicketId
    by: Actor

    @property
    def key(self) -> str:
        """What the category is kept under: no number of a ticket, no code of an incident."""
        return f"C{self.category}"


class CountCheck(CategoryRequest):
    """Count what a person found of a ticket that policy had dispatched under this category, at that moment."""

    right: bool
    dispatched_at: Instant | None = None


class RestoreCategory(CategoryRequest):
    """A person lets policy dispatch it by itself again."""
