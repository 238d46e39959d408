"""What a command makes of a ticket: facts, in order. Pure: the same state, command and rules give the same facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, assert_never

from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.message import Message
from schemas.tickets import ActionReceived
from schemas.values import Actor, Party, PartyKind
from services.dispatch.core import clocks, departments, links, office, opening, requesters
from services.dispatch.core.commands import Act, Ask, Begin, BeginAnswered, Command, Tick
from services.dispatch.core.draft import Draft
from services.dispatch.core.evolve import evolve
from services.dispatch.core.rules import Rules
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.transitions import LEGAL

Refusal = tuple[str, str] | None
Handler = Callable[[Draft, Any], Refusal]

HANDLERS: Final[Mapping[type[i.Action], Handler]] = {
    i.ProvideInfo: requesters.provide_info,
    i.Withdraw: requesters.withdraw,
    i.PassOn: office.pass_on,
    i.SettleAtUnit: office.settle_at_unit,
    i.RefuseTicket: office.refuse_ticket,
    i.AskRequester: office.ask_requester,
    i.Classify: office.classify,
    i.Assign: office.assign,
    i.RuleOnReturn: office.rule_on_return,
    i.Adjudicate: office.adjudicate,
    i.RuleOnExtension: office.rule_on_extension,
    i.RuleOnSuspension: office.rule_on_suspension,
    i.EndSuspension: office.end_suspension,
    i.Review: office.review,
    i.Nudge: office.nudge,
    i.Supervise: office.supervise,
    i.Interview: office.interview,
    i.EndSupervision: office.end_supervision,
    i.ReviewCallback: office.review_callback,
    i.Merge: links.merge,
    i.Unmerge: links.unmerge,
    i.JoinIncident: links.join_incident,
    i.LeaveIncident: links.leave_incident,
    i.ReportFix: links.report_fix,
    i.Split: links.split,
    i.Reopen: office.reopen,
    i.GiveFinalAnswer: office.give_final_answer,
    i.TransferOut: office.transfer_out,
    i.RuleOnOutcome: office.rule_on_outcome,
    i.CheckCommitment: office.check_commitment,
    i.RecordCityVerdict: office.record_city_verdict,
    i.Accept: departments.accept,
    i.RequestReturn: departments.request_return,
    i.MakeFirstContact: departments.make_first_contact,
    i.AskForInfo: departments.ask_for_info,
    i.ReportHandled: departments.report_handled,
    i.RequestExtension: departments.request_extension,
    i.RequestSuspension: departments.request_suspension,
    i.Commit: departments.commit,
    i.AnswerSupervision: departments.answer_supervision,
    i.NoteUnreached: requesters.note_unreached,
    i.AppointCallback: requesters.appoint_callback,
    i.RecordCallback: requesters.record_callback,
}
_BY_SUPPORTERS: Final = (i.NoteProgress, i.ReportTaskDone)


def decide(state: Ticket | None, command: Command, at: datetime, rules: Rules) -> Sequence[Message]:
    """Decide; nothing to do is ()."""
    return _born(command, at, rules) if state is None else _lived(Draft(state, rules, at), command)


def _born(command: Command, at: datetime, rules: Rules) -> Sequence[Message]:
    match command:
        case Begin(fact):
            party = Party(kind=PartyKind(fact.channel.value))
            return _begin(opening.opened(fact, Actor(party=party, person=fact.agent), rules), at, rules)
        case BeginAnswered(fact):
            party = Party(kind=PartyKind(fact.channel.value))
            return (opening.answered(fact, Actor(party=party, person=fact.agent)),)
        case Ask(r.OpenPart() as request):
            return _begin(links.part_opened(request), at, rules)
        case Act() | Tick() | Ask():
            return ()
        case _:
            assert_never(command)


def _lived(draft: Draft, command: Command) -> Sequence[Message]:
    match command:
        case Act(fact):
            return _act(draft, fact)
        case Tick(fact):
            clocks.told(draft, fact)
        case Ask(fact):
            links.asked(draft, fact)
        case Begin() | BeginAnswered():
            pass
        case _:
            assert_never(command)
    return draft.facts


def _begin(fact: d.Opened, at: datetime, rules: Rules) -> Sequence[Message]:
    draft = Draft(evolve(None, fact, at), rules, at, facts=[fact])
    if fact.part_of is not None:
        links.part_goes_on(draft)
    else:
        opening.onward(draft)
    return draft.facts


def _act(draft: Draft, received: ActionReceived) -> Sequence[Message]:
    action = received.action
    draft.by = Actor(party=received.party, person=getattr(action, "by", None) or getattr(action, "agent", None))
    refused = _refusal(draft, received) or _handle(draft, received)
    if refused is None:
        return draft.facts
    code, reason = refused
    answer = d.ActionRefused(
        ticket=draft.ticket.id,
        by=draft.by,
        receipt=received.receipt,
        party=received.party,
        action=action.do,
        code=code,
        reason=reason,
    )
    return (answer,)


def _handle(draft: Draft, received: ActionReceived) -> Refusal:
    action, department = received.action, received.party.department or ""
    match action:
        case i.FollowUp():
            return requesters.follow_up(draft, action, received)
        case i.NoteProgress():
            return departments.note_progress(draft, action, department)
        case i.ReportTaskDone():
            return departments.report_task_done(draft, action, department)
        case _:
            return HANDLERS[type(action)](draft, action)


def _refusal(draft: Draft, received: ActionReceived) -> Refusal:
    ticket, action = draft.ticket, received.action
    if received.party.kind is PartyKind.DEPARTMENT:
        lead = ticket.order.lead if ticket.order else None
        supports = received.party.department in ticket.tasks and isinstance(action, _BY_SUPPORTERS)
        if received.party.department != lead and not supports:
            return "not_yours", "该工单不由你单位承办，无法操作；如有疑问请联系热线中心。"
    if ticket.state not in LEGAL[type(action)]:
        legal = "、".join(sorted(STATE_WORDS[state] for state in LEGAL[type(action)]))
        return "illegal_in_state", f"工单现为“{STATE_WORDS[ticket.state]}”，此操作只能在以下状态进行：{legal}。"
    return None


STATE_WORDS: Final[Mapping[str, str]] = {
    "registered": "已受理",
    "survey_review": "大调研办审核",
    "needs_info": "待补充",
    "pending_dispatch": "待派单",
    "dispatched": "已派单",
    "return_requested": "申请退单",
    "adjudicating": "确责中",
    "in_progress": "处置中",
    "suspended": "挂账",
    "handled": "已办结待审核",
    "callback_pending": "待回访",
    "rework": "重办",
    "closed": "已结案",
    "archived": "已归档",
    "answered": "直办",
    "not_accepted": "不予受理",
    "withdrawn": "已撤诉",
    "merged": "已并案",
    "split": "已拆单",
    "transferred": "已转出",
}
