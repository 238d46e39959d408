"""One ticket and another, as the office asks for it."""

from __future__ import annotations

from schemas import inbound as i
from schemas.tickets import ActionReceived
from services.dispatch.core.draft import Draft, Refusal
from services.dispatch.core.regions import incident, merging


def another_ticket(draft: Draft, _received: ActionReceived, action: i.Merge) -> Refusal:
    if action.into == draft.ticket.id:
        return "same_ticket", "不能并入自身，请填写另一张工单。"
    return ("part_already", "分单不能并案。") if draft.ticket.matter.part_of else None


def requester_known_by_hash(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if draft.ticket.matter.requester is None:
        return "anonymous", "无法确认为同一诉求人，不能并案；可加入同诉事件。"
    return None


def no_merge_asked(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    waits = isinstance(draft.ticket.merging, merging.Asked)
    return ("already_asked", "并案正在进行，请稍后查看结果。") if waits else None


def another_incident(draft: Draft, _received: ActionReceived, action: i.JoinIncident) -> Refusal:
    if action.incident == draft.ticket.id:
        return "same_ticket", "事件以最先的工单编号为准，请让其他工单加入本工单。"
    return None


def alone(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    match draft.ticket.incident:
        case incident.Alone():
            return None
        case incident.Heads():
            return "heads_incident", "本工单已代表一个同诉事件，请让其他工单加入本工单。"
        case incident.Joining() | incident.Member():
            return "joined_already", "该工单已在一个同诉事件中，请先退出。"


def member(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.incident, incident.Member):
        return None
    return "no_incident", "该工单不是同诉事件的成员。"


def heads(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.incident, incident.Heads):
        return None
    return "no_incident", "该工单不代表同诉事件，没有成员可通报。"
