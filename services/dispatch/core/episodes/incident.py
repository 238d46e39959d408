"""Membership of an incident (多人同诉), which stands under the number of its first ticket; one fix is told to all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import MOOT, Episode, Refusal
from services.dispatch.core.episodes.merging import keeps_from_accused, shunned, tell_office
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import noted
from services.dispatch.core.regions import Alone, Heads, Joining, Member
from services.dispatch.core.standing import LIVING, OPEN
from services.dispatch.core.ticket import Ticket

episode = Episode("incident")


# --- joined ----------------------------------------------------------------------------------------------------------


def another_incident(draft: Draft, action: i.JoinIncident) -> Refusal | None:
    if action.incident == draft.ticket.id:
        return Refusal("same_ticket", "多人同诉以首件的编号为准，请让其他工单加入本工单。")
    return None


def alone(draft: Draft, _action: i.JoinIncident) -> Refusal | None:
    match draft.ticket.incident:
        case Alone():
            return None
        case Heads():
            return Refusal("heads_incident", "本工单已是多人同诉的首件，请让其他工单加入本工单。")
        case Joining() | Member():
            return Refusal("joined_already", "该工单已在多人同诉中，请先退出。")


@episode.action(i.JoinIncident, OPEN, another_incident, alone)
def join_incident(draft: Draft, action: i.JoinIncident) -> None:
    asked = d.IncidentAsked(**draft.by_author, incident=action.incident, reason=action.reason, receipt=draft.receipt)
    draft.say(asked)


def _asks_to_admit(ticket: Ticket, fact: d.IncidentAsked) -> Iterator[r.TicketRequest]:
    yield r.AdmitMember(
        ticket=fact.incident,
        origin=ticket.id,
        by=fact.by,
        accused=shunned(ticket),
        departments=participants(ticket),
        reason=fact.reason,
        receipt=fact.receipt,
    )


@episode.fact(d.IncidentAsked, asks=_asks_to_admit)
def _asked(ticket: Ticket, fact: d.IncidentAsked, _at: datetime) -> Ticket:
    return replace(ticket, incident=Joining(incident=fact.incident, receipt=fact.receipt))


def not_a_member(draft: Draft, request: r.AdmitMember) -> Refusal | None:
    region, me = draft.ticket.incident, draft.ticket.id
    if isinstance(region, Member | Joining):
        first = region.incident
        return Refusal("not_the_first", f"工单{me}是多人同诉{first}的成员，请加入{first}。")
    if isinstance(region, Heads) and request.origin in region.members:
        return Refusal("joined_already", "该工单已是本件的同诉成员。")
    return None


@episode.request(r.AdmitMember, OPEN, not_a_member, keeps_from_accused)
def admit_member(draft: Draft, request: r.AdmitMember) -> None:
    draft.say(d.MemberJoined(**draft.by_author, member=request.origin, accused=request.accused))


def _answers(ticket: Ticket, fact: d.MemberJoined) -> Iterator[r.TicketRequest]:
    receipt = ticket.matter.receipt
    yield r.MemberAnswered(
        ticket=fact.member, origin=ticket.id, by=fact.by, admitted=True, reason="已加入", receipt=receipt
    )


@episode.fact(d.MemberJoined, asks=_answers)
def _member_joined(ticket: Ticket, fact: d.MemberJoined, _at: datetime) -> Ticket:
    members = ticket.incident.members if isinstance(ticket.incident, Heads) else {}
    return replace(ticket, incident=Heads(members={**members, fact.member: fact.accused}))


def joining(draft: Draft, request: r.MemberAnswered) -> Refusal | None:
    region = draft.ticket.incident
    return None if isinstance(region, Joining) and region.incident == request.origin else MOOT


@episode.request(r.MemberAnswered, LIVING, joining)
def member_answered(draft: Draft, request: r.MemberAnswered) -> None:
    if request.admitted:
        draft.say(d.IncidentJoined(**draft.by_author, incident=request.origin))
    else:
        tell_office(draft, "join_incident", request)


@episode.fact(d.IncidentJoined)
def _joined(ticket: Ticket, fact: d.IncidentJoined, _at: datetime) -> Ticket:
    return replace(ticket, incident=Member(incident=fact.incident))


# --- left ------------------------------------------------------------------------------------------------------------


def member(draft: Draft, _action: i.LeaveIncident) -> Refusal | None:
    if isinstance(draft.ticket.incident, Member):
        return None
    return Refusal("no_incident", "该工单不在多人同诉中。")


@episode.action(i.LeaveIncident, OPEN | {S.CLOSED}, member)
def leave_incident(draft: Draft, action: i.LeaveIncident) -> None:
    region = draft.ticket.incident
    if isinstance(region, Member):
        draft.say(d.IncidentLeft(**draft.by_author, incident=region.incident, reason=action.reason))


def _asks_to_dismiss(ticket: Ticket, fact: d.IncidentLeft) -> Iterator[r.TicketRequest]:
    yield r.DismissMember(ticket=fact.incident, origin=ticket.id, by=fact.by)


@episode.fact(d.IncidentLeft, asks=_asks_to_dismiss)
def _left(ticket: Ticket, _fact: d.IncidentLeft, _at: datetime) -> Ticket:
    return replace(ticket, incident=Alone())


def its_head(draft: Draft, request: r.DismissMember) -> Refusal | None:
    region = draft.ticket.incident
    return None if isinstance(region, Heads) and request.origin in region.members else MOOT


@episode.request(r.DismissMember, LIVING, its_head)
def dismiss_member(draft: Draft, request: r.DismissMember) -> None:
    draft.say(d.MemberLeft(**draft.by_author, member=request.origin))


@episode.fact(d.MemberLeft)
def _member_left(ticket: Ticket, fact: d.MemberLeft, _at: datetime) -> Ticket:
    if not isinstance(ticket.incident, Heads):
        return ticket
    left = {name: accused for name, accused in ticket.incident.members.items() if name != fact.member}
    return replace(ticket, incident=Heads(members=left) if left else Alone())


# --- one fix for all -------------------------------------------------------------------------------------------------


def heads(draft: Draft, _action: i.ReportFix) -> Refusal | None:
    if isinstance(draft.ticket.incident, Heads):
        return None
    return Refusal("no_incident", "该工单不是多人同诉的首件，没有成员可以统一反馈。")


@episode.action(i.ReportFix, LIVING, heads)
def report_fix(draft: Draft, action: i.ReportFix) -> None:
    draft.say(d.FixReported(**draft.by_author, incident=draft.ticket.id, text=action.text))


def its_member(draft: Draft, request: r.PassOnFix) -> Refusal | None:
    region = draft.ticket.incident
    return None if isinstance(region, Member) and region.incident == request.origin else MOOT


@episode.request(r.PassOnFix, LIVING, its_member)
def pass_on_fix(draft: Draft, request: r.PassOnFix) -> None:
    draft.say(d.FixReported(**draft.by_author, incident=request.origin, text=request.text))


def _to_members(ticket: Ticket, fact: d.FixReported) -> Iterator[r.TicketRequest]:
    if fact.incident == ticket.id and isinstance(ticket.incident, Heads):
        for each in ticket.incident.members:
            yield r.PassOnFix(ticket=each, origin=ticket.id, by=fact.by, text=fact.text)


@episode.fact(d.FixReported, heard_by=participants, asks=_to_members)
def _fix_reported(ticket: Ticket, fact: d.FixReported, _at: datetime) -> Ticket:
    return noted(ticket, None, fact.text)
