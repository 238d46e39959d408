"""Who hears of a fact of an incident: its members, the ticket that wants to join, whoever was refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from chassis.service import Tell
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.registry import REQUESTS
from schemas.values import TicketId
from services.dispatch.core.incidents.state import Incident


def tell_of_incident(incident: Incident | None, fact: d.IncidentFact) -> Iterator[Tell]:
    """Name every further message of a fact, in order; `incident` is how it stands after it."""
    match fact:
        case d.IncidentActed():
            for ticket in fact.members:
                yield Tell(REQUESTS, ticket, _passed_on(incident, fact, ticket))
            if fact.rest:
                yield Tell(REQUESTS, fact.incident, r.GoOn(incident=fact.incident))
        case d.MemberAdmitted() if incident is not None:
            yield Tell(REQUESTS, fact.member, _welcome(incident, fact))
        case d.AdmissionRefused():
            yield Tell(REQUESTS, fact.member, _sorry(fact))
        case _:
            return


def _passed_on(
    incident: Incident | None, fact: d.IncidentActed, ticket: TicketId
) -> r.InviteMember | r.PassOnFix | r.ActAsMember:
    act, title = fact.act, incident.title if incident else fact.incident
    match act:
        case i.AttachToIncident():
            return r.InviteMember(
                ticket=ticket, origin=fact.incident, by=fact.by, reason=act.reason, receipt=fact.receipt
            )
        case i.ReportFix():
            return r.PassOnFix(ticket=ticket, origin=fact.incident, by=fact.by, title=title, text=act.text)
        case i.AcceptIncident():
            return _as_member(fact, ticket, i.Accept(ticket=ticket, by=act.by))
        case i.ReportIncidentHandled():
            return _as_member(fact, ticket, i.ReportHandled(ticket=ticket, by=act.by, reply=act.reply, note=act.note))
        case i.ReviewIncident():
            review = i.Review(
                ticket=ticket,
                by=act.by,
                accepted=act.accepted,
                ground=act.ground,
                reason=act.reason,
                ruling=act.ruling,
            )
            return _as_member(fact, ticket, review)
        case i.OpenIncident() | i.CloseIncident():
            raise TypeError(f"{act.do} is for no member")
        case _:
            assert_never(act)


def _as_member(fact: d.IncidentActed, ticket: TicketId, action: i.TicketAction) -> r.ActAsMember:
    return r.ActAsMember(
        ticket=ticket,
        incident=fact.incident,
        party=fact.party,
        receipt=fact.receipt,
        action=action,
        attached=fact.attached,
    )


def _welcome(incident: Incident, fact: d.MemberAdmitted) -> r.MemberAnswered:
    return r.MemberAnswered(
        ticket=fact.member,
        origin=fact.incident,
        by=fact.by,
        admitted=True,
        reason="已加入",
        title=incident.title,
        lead=incident.lead,
        category=incident.category,
        avoids=tuple(sorted(incident.accused)),
        accepted=incident.accepted,
    )


def _sorry(fact: d.AdmissionRefused) -> r.MemberAnswered:
    return r.MemberAnswered(
        ticket=fact.member,
        origin=fact.incident,
        by=fact.by,
        admitted=False,
        reason=fact.reason,
        receipt=fact.receipt,
    )
