"""An incident (多人同诉), a thing of its own: keyed by its own id, told apart from the lives of its members."""

from __future__ import annotations

from typing import ClassVar

from schemas.attachments import Attached
from schemas.inbound import IncidentAction
from schemas.message import Message
from schemas.values import (
    Actor,
    CategoryCode,
    Code,
    DepartmentCode,
    IncidentId,
    Name,
    Party,
    Place,
    Receipt,
    Text,
    TicketId,
    Wording,
)


class IncidentFact(Message, owner="dispatch"):
    """A fact of an incident."""

    incident: IncidentId
    by: Actor


class IncidentOpened(IncidentFact):
    """An incident was opened; until it is closed it `gathers` what is of its category, at its place."""

    title: Name
    lead: DepartmentCode | None = None
    category: CategoryCode | None = None
    place: Place | None = None
    gathers: bool = False
    reason: Text | None = None
    receipt: Receipt


class IncidentActed(IncidentFact):
    """One act for many: it goes to these `members` now, and to the `rest` in further steps, each of which is a fact.

    `first` is the step in which the act was taken.
    """

    act: IncidentAction
    party: Party
    receipt: Receipt
    members: tuple[TicketId, ...]
    rest: tuple[TicketId, ...] = ()
    first: bool = True
    attached: tuple[Attached, ...] | None = None


class MemberAdmitted(IncidentFact):
    """The incident has one member more; whom that one accuses, and which departments work on it."""

    member: TicketId
    accused: tuple[DepartmentCode, ...] = ()
    departments: tuple[DepartmentCode, ...] = ()


class AdmissionRefused(IncidentFact):
    """A ticket wanted to join and was not admitted."""

    member: TicketId
    code: Code
    reason: Wording
    receipt: Receipt | None = None


class MemberDismissed(IncidentFact):
    """The incident has one member less."""

    member: TicketId


class IncidentClosed(IncidentFact):
    """Nothing more is attached; the members go on by themselves."""

    reason: Text


class IncidentActionRefused(IncidentFact):
    """An act on the incident was not taken; its author hears the reason, and nothing else changes."""

    counted_by: ClassVar[str] = "code"

    receipt: Receipt
    party: Party
    action: Code
    code: Code
    reason: Wording
