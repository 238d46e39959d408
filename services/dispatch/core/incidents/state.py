"""What an incident is: who leads it, who belongs to it, and which acts are still on their way to members."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from chassis.frozen import replace
from schemas import dispatch as d
from schemas.attachments import Attached
from schemas.inbound import AcceptIncident, IncidentAction, ReportIncidentHandled
from schemas.values import CategoryCode, DepartmentCode, IncidentId, Party, Place, Receipt, TicketId


@dataclass(frozen=True, kw_only=True)
class Membership:
    """Whom a member accuses, and which departments worked on it when it joined."""

    accused: tuple[DepartmentCode, ...] = ()
    departments: tuple[DepartmentCode, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Errand:
    """An act that has not reached these members yet."""

    act: IncidentAction
    party: Party
    receipt: Receipt
    rest: tuple[TicketId, ...]
    attached: tuple[Attached, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Incident:
    """The whole of an incident; `accepted` is whether its lead has taken it, which holds for those that still come."""

    incident: IncidentId
    title: str
    lead: DepartmentCode | None = None
    category: CategoryCode | None = None
    place: Place | None = None
    gathers: bool = False
    at: Literal["open", "fixed", "closed"] = "open"
    accepted: bool = False
    members: dict[TicketId, Membership] = field(default_factory=dict)
    errands: tuple[Errand, ...] = ()

    @property
    def accused(self) -> frozenset[DepartmentCode]:
        """Whom its members accuse."""
        return frozenset(code for each in self.members.values() for code in each.accused)

    @property
    def departments(self) -> frozenset[DepartmentCode]:
        """Who leads it, and who worked on its members when they joined."""
        worked = frozenset(code for each in self.members.values() for code in each.departments)
        return worked | {self.lead} if self.lead else worked


def evolve_incident(incident: Incident | None, fact: d.IncidentFact) -> Incident | None:
    """Fold one fact of an incident; the first one opens it."""
    if isinstance(fact, d.IncidentOpened):
        return Incident(
            incident=fact.incident,
            title=fact.title,
            lead=fact.lead,
            category=fact.category,
            place=fact.place,
            gathers=fact.gathers,
        )
    return None if incident is None else _changed(incident, fact)


def _changed(incident: Incident, fact: d.IncidentFact) -> Incident:
    match fact:
        case d.IncidentActed():
            return _acted(incident, fact)
        case d.MemberAdmitted():
            joined = Membership(accused=fact.accused, departments=fact.departments)
            return replace(incident, at="open", members={**incident.members, fact.member: joined})
        case d.MemberDismissed():
            left = {name: each for name, each in incident.members.items() if name != fact.member}
            return replace(incident, members=left)
        case d.IncidentClosed():
            return replace(incident, at="closed")
        case _:
            return incident


def _acted(incident: Incident, fact: d.IncidentActed) -> Incident:
    """What is on its way waits behind earlier acts: every member hears of all in their order."""
    errands = incident.errands if fact.first else incident.errands[1:]
    left = Errand(act=fact.act, party=fact.party, receipt=fact.receipt, rest=fact.rest, attached=fact.attached)
    if fact.rest:
        errands = (*errands, left) if fact.first else (left, *errands)
    after = replace(incident, errands=errands)
    match fact.act:
        case AcceptIncident():
            return replace(after, accepted=True)
        case ReportIncidentHandled():
            return replace(after, at="fixed")
        case _:
            return after
