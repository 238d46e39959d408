"""`liuhen.tickets.v1`: what came in at the door, validated. Owner: intake."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas.attachments import Attached, Carries
from schemas.complaint import Complaint
from schemas.inbound import IncidentAction, TicketAction
from schemas.message import Message
from schemas.values import (
    CategoryCode,
    Channel,
    Code,
    Contact,
    ContactKeys,
    DepartmentCode,
    DeviceName,
    DoubtVerdict,
    IncidentId,
    Instant,
    Kind,
    Name,
    Party,
    Person,
    Place,
    Position,
    Receipt,
    RequesterKind,
    Text,
    TicketId,
    Tier,
    VisitRef,
    Wording,
)


class TicketFact(Message, owner="tickets"):
    """A fact of the door: keyed by the ticket where it has one (`ticket`), otherwise by the receipt."""


class Registered(Complaint, TicketFact, Carries):
    """A problem was recorded as a ticket; `requester` is a keyed hash that is equal for the same phone or account.

    `recurrence_of` is an earlier ticket of the same matter, which had ended; `handed_down` says that the city itself
    registered it, and not somebody who named its number.
    """

    counted_by: ClassVar[str] = "channel"

    ticket: TicketId
    tier: Tier | None = None
    suggested_department: DepartmentCode | None = None
    occurred_at: Instant
    agent: Person | None = None
    visit: VisitRef | None = None
    recurrence_of: TicketId | None = None
    handed_down: Literal[True] | None = None


class Answered(TicketFact):
    """A call was answered on the line (直办); the ticket is born closed."""

    counted_by: ClassVar[str] = "channel"

    ticket: TicketId
    receipt: Receipt
    channel: Channel
    kind: Kind
    requester_kind: RequesterKind
    requester: str | None = None
    contact: Contact
    place: Place | None = None
    text: Text
    category: CategoryCode | None = None
    answer: Text
    agent: Person


class Visited(TicketFact):
    """A household (a keyed hash) was visited; `tickets` are those that its problems made, or are about.

    Doubts flag it, never block it. Of its address the compound and the sub-district are told, where they are known.
    """

    receipt: Receipt
    visitor: Code
    unit: Code
    household: str
    compound: Name | None = None
    subdistrict: DepartmentCode | None = None
    position: Position
    visited_at: Instant
    tickets: tuple[TicketId, ...] = ()
    doubts: tuple[Code, ...] = ()


class DoubtsSettled(TicketFact):
    """The survey office looked into the doubts of a visit; keyed by the visit's receipt."""

    receipt: Receipt
    visit: Receipt
    visitor: Code
    verdict: DoubtVerdict
    reason: Text
    by: Person


class DeviceRequested(TicketFact):
    """A visitor asked to bind another device, or sent a visit from one that is not theirs and was refused."""

    receipt: Receipt
    visitor: Code
    device: DeviceName | None = None
    reason: Text


class DeviceBound(TicketFact):
    """A visitor's account was bound to a device, by first use or on approval."""

    receipt: Receipt
    visitor: Code
    approved_by: Person | None = None


class DeviceDeclined(TicketFact):
    """A visitor's account is not bound to the device that was asked for, and why."""

    receipt: Receipt
    visitor: Code
    reason: Text
    declined_by: Person


class ActionReceived(TicketFact):
    """Somebody asked for something on a ticket that exists; whether it is legal there, dispatch decides.

    `repeat_of` is set where nobody named the ticket: the door found that a report repeats the one with that receipt.
    `matched` says whether the contact that came along is the requester's; None where none came along. `requester` is
    what the contact is compared by that the action gives the ticket. `attached` are the attachments that it names.
    """

    ticket: TicketId
    receipt: Receipt
    party: Party
    action: TicketAction
    repeat_of: Receipt | None = None
    matched: bool | None = None
    requester: ContactKeys | None = None
    attached: tuple[Attached, ...] | None = None


class IncidentActionReceived(TicketFact):
    """Somebody asked for something on an incident, or opens one; whether it is legal there, dispatch decides.

    Keyed by the incident. `attached` are the attachments that it names.
    """

    incident: IncidentId
    receipt: Receipt
    party: Party
    action: IncidentAction
    attached: tuple[Attached, ...] | None = None


class SubmissionRefused(TicketFact):
    """A submission could not be taken; its author is told the field and what was expected. Keyed by the receipt."""

    counted_by: ClassVar[str] = "code"

    receipt: Receipt
    party: Party
    action: str
    code: Code
    field: str | None = None
    reason: Wording
    ticket: str | None = None
