"""What an act on an incident, or a ticket's wish to join or leave it, comes to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.inbound import IncidentAction
from schemas.spelling import spelt
from schemas.tickets import IncidentActionReceived
from schemas.values import Actor, IncidentId, TicketId
from services.dispatch.core.draft import BY_POLICY
from services.dispatch.core.episode import Refusal
from services.dispatch.core.guards import proof_missing
from services.dispatch.core.incidents.state import Errand, Incident
from services.dispatch.core.roles import in_stead_of, not_allowed
from services.dispatch.core.rules import Rules

AT_ONCE: Final = 100
"""So many members hear of an act in one step: however many there are, a step stays small."""

MOST: Final = 5_000
"""So many members an incident has at most: it is read and written with all of them at each step."""

_MOBILE: Final = re.compile(r"(?<![0-9])1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9])")

Asked = IncidentActionReceived | r.IncidentRequest


def decide_incident(incident: Incident | None, asked: Asked, rules: Rules, at: datetime) -> tuple[d.IncidentFact, ...]:
    """Decide; nothing to do is ()."""
    match asked:
        case IncidentActionReceived():
            return tuple(_act(incident, asked, rules, at))
        case r.AdmitMember():
            return (_admitted(incident, asked),)
        case r.DismissMember():
            member = incident is not None and asked.origin in incident.members
            return (d.MemberDismissed(incident=asked.incident, by=asked.by, member=asked.origin),) if member else ()
        case r.GoOn():
            return _next_step(incident)
        case r.GatherMembers():
            return tuple(_gathered(incident, asked))
        case _:
            return ()


# --- an act ----------------------------------------------------------------------------------------------------------


def _act(
    incident: Incident | None, received: IncidentActionReceived, rules: Rules, at: datetime
) -> Iterator[d.IncidentFact]:
    action = received.action
    stead = in_stead_of(rules, action, action.do, at)
    by = Actor(party=received.party, person=action.by, acting_for=stead)
    refused = _against(incident, received, rules, at)
    yield from _done(incident, received, by) if refused is None else (_refused(received, by, refused),)


def _gathered(incident: Incident | None, asked: r.GatherMembers) -> Iterator[d.IncidentFact]:
    """Whoever said on a ticket that it is one thing was asked there whether they may."""
    received = IncidentActionReceived(
        incident=asked.incident, receipt=asked.receipt, party=asked.party, action=asked.action
    )
    by, refused = Actor(party=asked.party, person=asked.action.by), None
    if isinstance(asked.action, i.AttachToIncident) and incident is not None:
        refused = _not_now(incident, asked.action)
    yield from _done(incident, received, by) if refused is None else (_refused(received, by, refused),)


def _refused(received: IncidentActionReceived, by: Actor, why: Refusal) -> d.IncidentActionRefused:
    return d.IncidentActionRefused(
        incident=received.incident,
        by=by,
        receipt=received.receipt,
        party=received.party,
        action=received.action.do,
        code=why.code,
        reason=why.reason,
    )


def _done(incident: Incident | None, received: IncidentActionReceived, by: Actor) -> Iterator[d.IncidentFact]:
    action = received.action
    match action:
        case i.OpenIncident():
            yield _opened(received, action, by)
            if action.tickets:
                attach = i.AttachToIncident(
                    incident=received.incident, by=action.by, tickets=action.tickets, reason=action.reason
                )
                yield _first_step(received, attach, by, tuple(dict.fromkeys(action.tickets)))
        case i.CloseIncident():
            yield d.IncidentClosed(incident=received.incident, by=by, reason=action.reason)
        case _:
            yield _first_step(received, action, by, _whom(incident, action))


def _opened(received: IncidentActionReceived, action: i.OpenIncident, by: Actor) -> d.IncidentOpened:
    return d.IncidentOpened(
        incident=received.incident,
        by=by,
        title=action.title,
        lead=action.lead,
        category=action.category,
        place=action.place,
        gathers=action.gathers,
        reason=action.reason,
        receipt=received.receipt,
    )


def _names_a_number(action: IncidentAction) -> Refusal | None:
    """What is reported goes to all members: a number in it would be somebody's."""
    if isinstance(action, i.ReportIncidentHandled) and _MOBILE.search(spelt(action.reply)):
        words = "统一反馈会发给每一位诉求人，其中有手机号码。请去掉他人的号码，需要留联系方式的写单位的固定电话。"
        return Refusal("reply_names_a_number", words)
    return None


def _unproved(incident: Incident, received: IncidentActionReceived, rules: Rules) -> Refusal | None:
    """What the incident's own category wants to see is asked for at once; a member of another asks for itself."""
    category = rules.policy.category(incident.category) if incident.category else None
    if not isinstance(received.action, i.ReportIncidentHandled) or category is None:
        return None
    return proof_missing(category.proof, received.attached, "该分类报办结")


def _whom(incident: Incident | None, action: IncidentAction) -> tuple[TicketId, ...]:
    members = {} if incident is None else incident.members
    if isinstance(action, i.AttachToIncident):
        return tuple(ticket for ticket in dict.fromkeys(action.tickets) if ticket not in members)
    return tuple(members)


def _against(incident: Incident | None, received: IncidentActionReceived, rules: Rules, at: datetime) -> Refusal | None:
    action = received.action
    if isinstance(action, i.OpenIncident):
        return not_allowed(rules, action, action.do, at) or _cannot_gather(action)
    if not isinstance(action, i.OfficeAction):
        if incident is None or received.party.department != incident.lead:
            return Refusal("not_yours", "没有由你单位牵头的这一多人同诉，请核对编号；如有疑问请联系热线中心。")
        return _not_now(incident, action) or _names_a_number(action) or _unproved(incident, received, rules)
    if incident is None:
        return Refusal("unknown_incident", f"没有编号为{received.incident}的多人同诉。")
    return not_allowed(rules, action, action.do, at) or _not_now(incident, action)


def _cannot_gather(action: i.OpenIncident) -> Refusal | None:
    if action.gathers and (action.category is None or action.place is None):
        return Refusal("gathers_what", "自动加入须写明分类和地点，以便判断后来的工单是不是同一件事。")
    return None


def _not_now(incident: Incident, action: IncidentAction) -> Refusal | None:
    if incident.at == "closed" and isinstance(action, i.AttachToIncident | i.CloseIncident):
        return Refusal("incident_closed", "该多人同诉已结束，不能再加入工单；确有需要的请另行建立。")
    if isinstance(action, i.CloseIncident):
        return None
    if not _whom(incident, action):
        if isinstance(action, i.AttachToIncident):
            return Refusal("joined_already", "所列工单都已在该多人同诉中。")
        return Refusal("no_members", "该多人同诉中没有工单，请先加入工单。")
    if isinstance(action, i.ReviewIncident) and not action.accepted and not (action.ground and action.reason):
        return Refusal("ground_missing", "退回须写明依据和理由。")
    return None


# --- step by step ----------------------------------------------------------------------------------------------------


def _first_step(
    received: IncidentActionReceived, act: IncidentAction, by: Actor, members: tuple[TicketId, ...]
) -> d.IncidentActed:
    return d.IncidentActed(
        incident=received.incident,
        by=by,
        act=act,
        party=received.party,
        receipt=received.receipt,
        members=members[:AT_ONCE],
        rest=members[AT_ONCE:],
        attached=received.attached,
    )


def _next_step(incident: Incident | None) -> tuple[d.IncidentFact, ...]:
    if incident is None or not incident.errands:
        return ()
    return (_step(incident.incident, incident.errands[0]),)


def _step(incident: IncidentId, errand: Errand) -> d.IncidentActed:
    return d.IncidentActed(
        incident=incident,
        by=Actor(party=errand.party, person=errand.act.by),
        act=errand.act,
        party=errand.party,
        receipt=errand.receipt,
        members=errand.rest[:AT_ONCE],
        rest=errand.rest[AT_ONCE:],
        first=False,
        attached=errand.attached,
    )


# --- joined ----------------------------------------------------------------------------------------------------------


def _admitted(incident: Incident | None, asked: r.AdmitMember) -> d.IncidentFact:
    refused = _against_member(incident, asked)
    if refused is None:
        return d.MemberAdmitted(
            incident=asked.incident,
            by=asked.by,
            member=asked.origin,
            accused=asked.accused,
            departments=asked.departments,
        )
    return d.AdmissionRefused(
        incident=asked.incident,
        by=BY_POLICY,
        member=asked.origin,
        code=refused.code,
        reason=refused.reason,
        receipt=asked.receipt,
    )


def _against_member(incident: Incident | None, asked: r.AdmitMember) -> Refusal | None:
    if incident is None:
        return Refusal("unknown_incident", f"没有编号为{asked.incident}的多人同诉。")
    if incident.at == "closed":
        return Refusal("incident_closed", "该多人同诉已结束，不能再加入工单；确有需要的请另行建立。")
    if asked.origin in incident.members:
        return Refusal("joined_already", "该工单已在该多人同诉中。")
    return _full(incident) or _avoiding(incident, asked)


def _full(incident: Incident) -> Refusal | None:
    words = f"该多人同诉已有{MOST}件，达到上限。请另行建立一件，把其余的加入。"
    return Refusal("incident_full", words) if len(incident.members) >= MOST else None


def _avoiding(incident: Incident, asked: r.AdmitMember) -> Refusal | None:
    """Words pass between members through the reply to all: none may be at a department that another accuses."""
    if not incident.departments.isdisjoint(asked.accused):
        return Refusal("accused", "该多人同诉由本工单的被举报单位承办，须回避。")
    if not incident.accused.isdisjoint(asked.departments):
        return Refusal("accused", "本工单由该多人同诉的被举报单位承办，须回避；请先改派。")
    return None
