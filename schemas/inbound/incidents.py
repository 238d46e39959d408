"""What is asked of an incident (多人同诉): one act for all of its members, by the office and by the lead."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.attachments import Names
from schemas.inbound.base import Action
from schemas.inbound.office import OfficeAction
from schemas.values import (
    CategoryCode,
    Code,
    DepartmentCode,
    IncidentId,
    Name,
    PartyKind,
    Person,
    Place,
    Ruling,
    Text,
    TicketId,
)

Members = Annotated[tuple[TicketId, ...], Field(max_length=1000)]
"""Tickets that one act attaches, named one by one: what is attached was seen by whoever attaches it."""


class OpenIncident(OfficeAction):
    """An incident is opened: what it is, who leads it (nobody, where its members stay with theirs), and its tickets.

    Until it is closed those that still come are attached by rule where it `gathers`: of its category, at its place.
    """

    do: Literal["open_incident"] = "open_incident"
    title: Name
    lead: DepartmentCode | None = None
    category: CategoryCode | None = None
    place: Place | None = None
    gathers: bool = False
    tickets: Members = ()
    reason: Text | None = None


class OfficeOnIncident(OfficeAction, owner="inbound"):
    """An act of the office on one incident."""

    incident: IncidentId


class AttachToIncident(OfficeOnIncident):
    """These tickets belong to the incident; whatever waits for a dispatcher goes to its lead."""

    do: Literal["attach_to_incident"] = "attach_to_incident"
    tickets: Annotated[Members, Field(min_length=1)]
    reason: Text | None = None


class ReportFix(OfficeOnIncident):
    """One fix is reported to every member of the incident."""

    do: Literal["report_fix"] = "report_fix"
    text: Text


class ReviewIncident(OfficeOnIncident):
    """The centre accepts what was reported for the members, or sends it back; with its ruling if it has one."""

    do: Literal["review_incident"] = "review_incident"
    accepted: bool
    ground: Code | None = None
    reason: Text | None = None
    ruling: Ruling | None = None


class CloseIncident(OfficeOnIncident):
    """Nothing more is attached to the incident; its members go on by themselves."""

    do: Literal["close_incident"] = "close_incident"
    reason: Text


class DepartmentOnIncident(Action, owner="inbound"):
    """An act of the department that leads the incident, for all members that it leads."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.DEPARTMENT})
    incident: IncidentId
    by: Person


class AcceptIncident(DepartmentOnIncident):
    """The lead takes the orders of all members (签收), and of those that still come."""

    do: Literal["accept_incident"] = "accept_incident"


class ReportIncidentHandled(DepartmentOnIncident, Names):
    """The lead reports all members handled with one reply (报办结); each is called back or told on its own.

    `note` is for the file alone. The attachments prove it of each member.
    """

    do: Literal["report_incident_handled"] = "report_incident_handled"
    reply: Text
    note: Text | None = None
