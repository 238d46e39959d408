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
from services.dispatch.core import clocks, departments, disputes, links, office, opening, oversight, requesters
from services.dispatch.core.commands import Act, Ask, Begin, BeginAnswered, Command, Tick, kind_of
from services.dispatch.core.draft import Draft, Refusal
from services.dispatch.core.evolve import evolve
from services.dispatch.core.guards import GUARDS
from services.dispatch.core.guards.common import may
from services.dispatch.core.rules import Rules
from services.dispatch.core.ticket import Stub, Ticket
from services.dispatch.core.transitions import LEGAL
from services.dispatch.core.words import not_now

ACTIONS: Final[Mapping[type[i.Action], Callable[[Draft, Any], None]]] = {
    i.Withdraw: requesters.withdraw,
    i.PassOn: office.pass_on,
    i.SettleAtUnit: office.settle_at_unit,
    i.RefuseTicket: office.refuse_ticket,
    i.AskRequester: office.ask_requester,
    i.Classify: office.classify,
    i.Assign: office.assign,
    i.RuleOnReturn: disputes.rule_on_return,
    i.Adjudicate: disputes.adjudicate,
    i.RuleOnExtension: office.rule_on_extension,
    i.RuleOnSuspension: office.rule_on_suspension,
    i.EndSuspension: office.end_suspension,
    i.Review: office.review,
    i.Nudge: oversight.nudge,
    i.Supervise: oversight.supervise,
    i.Interview: oversight.interview,
    i.EndSupervision: oversight.end_supervision,
    i.ReviewCallback: oversight.review_callback,
    i.Unmerge: links.unmerge,
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
    i.RequestReturn: disputes.request_return,
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
"""What each action does once the table and its guards let it; a few more need to know who spoke, and stand below."""


def decide(state: Ticket | Stub | None, command: Command, at: datetime, rules: Rules) -> Sequence[Message]:
    """Decide; nothing to do is (). `at` is the moment by which the command is judged."""
    if not isinstance(state, Ticket):
        return _unborn(command, at, rules)
    draft = Draft(state, rules, at)
    match command:
        case Act(fact):
            _act(draft, command, fact)
        case Tick(fact):
            kind = kind_of(command)
            if (state.state, kind) in LEGAL:
                clocks.told(draft, kind, fact)
        case Ask(fact):
            links.asked(draft, kind_of(command), fact)
        case Begin() | BeginAnswered():
            pass
        case _:
            assert_never(command)
    return tuple(draft.facts)


def _unborn(command: Command, at: datetime, rules: Rules) -> Sequence[Message]:
    match command:
        case Begin(fact):
            party = Party(kind=PartyKind(fact.channel.value))
            return _begin(opening.opened(fact, Actor(party=party, person=fact.agent), rules), at, rules)
        case BeginAnswered(fact):
            party = Party(kind=PartyKind(fact.channel.value))
            return (opening.answered(fact, Actor(party=party, person=fact.agent)),)
        case Ask(r.OpenPart() as request):
            return _begin(links.part_opened(request), at, rules)
        case Ask(r.TakeMerge() | r.AdmitMember() as request):
            return (links.refusal(request, "unknown_ticket", f"没有编号为{request.ticket}的工单。"),)
        case Act(fact):
            by = Actor(party=fact.party)
            return (_refused(fact.ticket, fact, by, ("unknown_ticket", f"没有编号为{fact.ticket}的工单。")),)
        case Tick() | Ask():
            return ()
        case _:
            assert_never(command)


def _begin(fact: d.Opened, at: datetime, rules: Rules) -> Sequence[Message]:
    ticket = evolve(None, fact, at)
    if not isinstance(ticket, Ticket):
        raise TypeError("what was opened is a ticket")
    draft = Draft(ticket, rules, at, facts=[fact])
    if fact.part_of is not None:
        links.part_goes_on(draft)
    else:
        opening.onward(draft)
    return tuple(draft.facts)


def _act(draft: Draft, command: Act, received: ActionReceived) -> None:
    action = received.action
    draft.by = Actor(party=received.party, person=getattr(action, "by", None) or getattr(action, "agent", None))
    refused = refusal(draft, kind_of(command), received)
    if refused is None:
        _take(draft, received)
    else:
        draft.facts.append(_refused(draft.ticket.id, received, draft.by, refused))


def refusal(draft: Draft, kind: str, received: ActionReceived) -> Refusal:
    """Say what speaks against an action in this state: no row of the table, or a guard of its row."""
    row = LEGAL.get((draft.ticket.state, kind))
    if row is None:
        stranger = _stranger(draft, received)
        return stranger or ("illegal_in_state", not_now(draft.ticket.state, kind))
    refused = may(draft, received.action, kind)
    if refused is not None:
        return refused
    for name in row.guards:
        refused = GUARDS[name](draft, received, received.action)
        if refused is not None:
            return refused
    return None


def _stranger(draft: Draft, received: ActionReceived) -> Refusal:
    """A department that never had the ticket learns nothing of its state, least of all one that it accuses."""
    if received.party.kind is not PartyKind.DEPARTMENT:
        return None
    order, department = draft.ticket.order, received.party.department
    had = order is not None and (department == order.lead or department in draft.ticket.tasks)
    known = had or department in draft.ticket.refused_by
    if known and department not in draft.ticket.shunned:
        return None
    return "not_yours", "该工单不由你单位承办，无法操作；如有疑问请联系热线中心。"


def _refused(ticket: str, received: ActionReceived, by: Actor, refused: tuple[str, str]) -> d.ActionRefused:
    code, reason = refused
    return d.ActionRefused(
        ticket=ticket,
        by=by,
        receipt=received.receipt,
        party=received.party,
        action=received.action.do,
        code=code,
        reason=reason,
    )


def _take(draft: Draft, received: ActionReceived) -> None:
    action, department = received.action, received.party.department or ""
    match action:
        case i.FollowUp():
            requesters.follow_up(draft, action, received)
        case i.ProvideInfo():
            requesters.provide_info(draft, action, received)
        case i.NoteProgress():
            departments.note_progress(draft, action, department)
        case i.ReportTaskDone():
            departments.report_task_done(draft, action, department)
        case i.Merge():
            links.merge(draft, action, received.receipt)
        case i.JoinIncident():
            links.join_incident(draft, action, received.receipt)
        case _:
            ACTIONS[type(action)](draft, action)
