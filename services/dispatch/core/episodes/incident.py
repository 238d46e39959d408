"""Membership of an incident (多人同诉): a thing of its own, which a ticket joins and leaves; one fix is told to all.

What the incident itself is stands in `core/incidents/`. A member keeps its own clocks and callback; the acts of
the incident's lead and of the office reach it as if they had been made on it alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from rulebook.responsibility import Rule
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import Party, PartyKind
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.episode import MOOT, SAME, Episode, Refusal
from services.dispatch.core.episodes.dispatching import reclassify
from services.dispatch.core.episodes.merging import shunned, tell_office
from services.dispatch.core.episodes.sending import send
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import noted
from services.dispatch.core.regions import Alone, Joining, Member, NotNoticed
from services.dispatch.core.standing import LIVING, OPEN
from services.dispatch.core.ticket import Ticket

episode = Episode("incident")

_OFFICE: Final = Party(kind=PartyKind.OFFICE)

_BY_RULE: Final = frozenset(
    {"queue", "no_category", "several_categories", "uncertain_category", Rule.NO_PLACE, Rule.NO_CATEGORY_NO_PLACE}
)
"""Why a ticket waits for a dispatcher although nothing speaks against what a rule would do."""


# --- joined ----------------------------------------------------------------------------------------------------------


def alone(draft: Draft, _action: i.JoinIncident) -> Refusal | None:
    if isinstance(draft.ticket.incident, Alone):
        return None
    return Refusal("joined_already", "该工单已在多人同诉中，请先退出。")


@episode.action(i.JoinIncident, OPEN, alone)
def join_incident(draft: Draft, action: i.JoinIncident) -> None:
    asked = d.IncidentAsked(**draft.by_author, incident=action.incident, reason=action.reason, receipt=draft.receipt)
    draft.say(asked)


def not_there_yet(draft: Draft, request: r.InviteMember) -> Refusal | None:
    region = draft.ticket.incident
    there = isinstance(region, Joining | Member) and region.incident == request.origin
    return MOOT if there else None


def in_no_other(draft: Draft, request: r.InviteMember) -> Refusal | None:
    region = draft.ticket.incident
    if isinstance(region, Alone) or region.incident == request.origin:
        return None
    return Refusal("joined_already", "该工单已在另一件多人同诉中，请先退出。")


@episode.request(r.InviteMember, OPEN, not_there_yet, in_no_other)
def invite_member(draft: Draft, request: r.InviteMember) -> None:
    """Somebody attaches many tickets by one act; of each that cannot be attached the office is told why."""
    asked = d.IncidentAsked(**draft.by_author, incident=request.origin, reason=request.reason, receipt=request.receipt)
    draft.say(asked)


def not_attached(request: r.InviteMember, why: Refusal) -> d.ActionRefused:
    """Say to the office of one ticket why it was not attached."""
    return d.ActionRefused(
        ticket=request.ticket,
        by=BY_POLICY,
        receipt=request.receipt,
        party=_OFFICE,
        action="attach_to_incident",
        code=why.code,
        reason=f"工单{request.ticket}：{why.reason}",
    )


def join_what_gathers(draft: Draft) -> None:
    """A matter like that of an incident which gathers joins it by rule, unless a person took it out once."""
    ticket, region = draft.ticket, draft.ticket.incident
    if not draft.rules.gatherings or not isinstance(region, Alone) or ticket.state not in OPEN:
        return
    if ticket.matter.confidential or not any(isinstance(fact, d.Opened | d.Classified) for fact in draft.facts):
        return
    found = next((each.incident for each in draft.rules.gatherings if each.gathers(ticket.matter)), None)
    if found is not None and found not in region.left:
        draft.say(d.IncidentAsked(**draft.by_policy, incident=found))


def _asks_to_admit(ticket: Ticket, fact: d.IncidentAsked) -> Iterator[r.IncidentRequest]:
    yield r.AdmitMember(
        incident=fact.incident,
        origin=ticket.id,
        by=fact.by,
        accused=shunned(ticket),
        departments=participants(ticket),
        reason=fact.reason,
        receipt=fact.receipt,
    )


@episode.fact(d.IncidentAsked, asks=_asks_to_admit)
def _asked(ticket: Ticket, fact: d.IncidentAsked, _at: datetime) -> Ticket:
    left = ticket.incident.left if isinstance(ticket.incident, Alone) else ()
    return replace(ticket, incident=Joining(incident=fact.incident, receipt=fact.receipt, left=left))


def joining(draft: Draft, request: r.MemberAnswered) -> Refusal | None:
    region = draft.ticket.incident
    return None if isinstance(region, Joining) and region.incident == request.origin else MOOT


@episode.request(r.MemberAnswered, {S.PENDING_DISPATCH}, joining, to={SAME, S.DISPATCHED, S.IN_PROGRESS})
@episode.request(r.MemberAnswered, {S.DISPATCHED}, joining, to={SAME, S.IN_PROGRESS})
@episode.request(r.MemberAnswered, LIVING - {S.PENDING_DISPATCH, S.DISPATCHED}, joining)
def member_answered(draft: Draft, request: r.MemberAnswered) -> None:
    if request.admitted:
        joined = d.IncidentJoined(
            **draft.by_author, incident=request.origin, title=request.title, lead=request.lead, avoids=request.avoids
        )
        draft.say(joined)
        _go_to_lead(draft, request)
    elif request.receipt is not None:
        tell_office(draft, "join_incident", request)
    else:
        draft.say(d.IncidentLeft(**draft.by_policy, incident=request.origin, reason=request.reason))


def _go_to_lead(draft: Draft, request: r.MemberAnswered) -> None:
    """Who attaches a ticket that waits for a dispatcher dispatches it; a rule only what no rule keeps for a person."""
    lead, standing = request.lead, draft.ticket.standing
    by_person = request.by.person is not None
    if lead is None or lead in draft.ticket.shunned:
        return
    by_rule = isinstance(standing, s.PendingDispatch) and standing.reason in _BY_RULE
    if isinstance(standing, s.PendingDispatch) and (by_person or (by_rule and not draft.ticket.stop_words.found)):
        if draft.ticket.matter.category is None:
            reclassify(draft, request.category, None)
        send(draft, lead, {}, reason="incident", by=draft.by)
    order = draft.ticket.led_by
    theirs = order is not None and order.lead == lead
    if request.accepted and theirs and isinstance(draft.ticket.standing, s.Dispatched):
        draft.say(d.Accepted(**draft.by_policy, department=lead))


@episode.fact(d.IncidentJoined, heard_by=participants)
def _joined(ticket: Ticket, fact: d.IncidentJoined, _at: datetime) -> Ticket:
    left = ticket.incident.left if isinstance(ticket.incident, Joining) else ()
    member = Member(
        incident=fact.incident, title=fact.title or fact.incident, lead=fact.lead, avoids=fact.avoids, left=left
    )
    return replace(ticket, incident=member, alike=NotNoticed())


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


def _asks_to_dismiss(ticket: Ticket, fact: d.IncidentLeft) -> Iterator[r.IncidentRequest]:
    yield r.DismissMember(incident=fact.incident, origin=ticket.id, by=fact.by)


@episode.fact(d.IncidentLeft, heard_by=participants, asks=_asks_to_dismiss)
def _left(ticket: Ticket, fact: d.IncidentLeft, _at: datetime) -> Ticket:
    before = ticket.incident.left
    return replace(ticket, incident=Alone(left=tuple(dict.fromkeys((*before, fact.incident)))))


# --- one fix for all -------------------------------------------------------------------------------------------------


def its_member(draft: Draft, request: r.PassOnFix) -> Refusal | None:
    return None if is_member(draft.ticket, request.origin) else MOOT


def is_member(ticket: Ticket, incident: str) -> bool:
    """Whether the ticket belongs to this incident."""
    return isinstance(ticket.incident, Member) and ticket.incident.incident == incident


@episode.request(r.PassOnFix, LIVING, its_member)
def pass_on_fix(draft: Draft, request: r.PassOnFix) -> None:
    draft.say(d.FixReported(**draft.by_author, incident=request.origin, title=request.title, text=request.text))


@episode.fact(d.FixReported, heard_by=participants)
def _fix_reported(ticket: Ticket, fact: d.FixReported, _at: datetime) -> Ticket:
    return noted(ticket, None, fact.text)


# --- one act for all -------------------------------------------------------------------------------------------------


def done_already(ticket: Ticket, kind: str) -> bool:
    """Whether what an act for all members asks was done on this one, or can be done no more: that is no failure."""
    if isinstance(ticket.standing, s.AtAnEnd | s.Merged | s.Split):
        return True
    match kind:
        case "accept":
            return ticket.state in s.AT_WORK | s.AFTER | s.WAITING
        case "report_handled":
            return ticket.state in s.AFTER
        case "review":
            standing = ticket.standing
            return isinstance(standing, s.CallbackPending | s.Rework) or (
                isinstance(standing, s.Handled) and standing.accepted
            )
        case _:
            return False
