"""What a command makes of a ticket: facts, in order. Pure: the same state, command and rules give the same facts.

The way is the same for all: the row of the table for the ticket's state and the command's kind, its guards, its
decision, and whether that led where the row says. The rows stand in `episodes/`, assembled in `table.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from schemas import dispatch as d
from schemas import requests as r
from schemas.inbound import Action, OfficeAction
from schemas.message import Message
from schemas.tickets import ActionReceived
from schemas.values import Actor, PartyKind
from services.dispatch.core.commands import Act, Ask, Begin, BeginAnswered, Command, Tick, kind_of
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Refusal
from services.dispatch.core.episodes import registration, splitting
from services.dispatch.core.episodes.refusals import ANSWERED, action_refused, request_refused
from services.dispatch.core.episodes.urgency import call_if_untold
from services.dispatch.core.evolve import changed, evolve
from services.dispatch.core.guards import named
from services.dispatch.core.rules import Rules
from services.dispatch.core.second_hand import CHANGED_MEANWHILE, changed_meanwhile
from services.dispatch.core.table import LEGAL, OutOfTableError, leads_out_of_table
from services.dispatch.core.ticket import Stub, Ticket
from services.dispatch.core.who import NOT_YOURS
from services.dispatch.core.words import KINDS, not_now


def decide(state: Ticket | Stub | None, command: Command, at: datetime, rules: Rules) -> Sequence[Message]:
    """Decide; nothing to do is (). `at` is the moment by which the command is judged."""
    if not isinstance(state, Ticket):
        return _unborn(command, at, rules)
    draft = Draft(state, rules, at, changed)
    match command:
        case Act(fact):
            _act(draft, kind_of(command), fact)
        case Tick(fact):
            draft.by = Actor(by_rule=fact.clock.value)
            _take(draft, kind_of(command), fact)
        case Ask(fact):
            draft.by = fact.by
            refused = _take(draft, kind_of(command), fact)
            if refused is not None and isinstance(fact, ANSWERED):
                draft.say(request_refused(fact, refused))
        case Begin() | BeginAnswered():
            pass
        case _:
            assert_never(command)
    call_if_untold(draft)
    return tuple(draft.facts)


def _unborn(command: Command, at: datetime, rules: Rules) -> Sequence[Message]:
    match command:
        case Begin(fact):
            return _begin(registration.opened(fact, rules), kind_of(command), fact, at, rules)
        case BeginAnswered(fact):
            return (registration.answered(fact),)
        case Ask(r.OpenPart() as request):
            return _begin(splitting.part_opened(request, rules), kind_of(command), request, at, rules)
        case Ask(fact):
            return (request_refused(fact, _unknown(fact.ticket)),) if isinstance(fact, ANSWERED) else ()
        case Act(fact):
            return (action_refused(fact, Actor(party=fact.party), _unknown(fact.ticket)),)
        case Tick():
            return ()
        case _:
            assert_never(command)


def _unknown(ticket: str) -> Refusal:
    return Refusal("unknown_ticket", f"没有编号为{ticket}的工单。")


def _begin(opened: d.Opened, kind: str, cause: Message, at: datetime, rules: Rules) -> Sequence[Message]:
    ticket = evolve(None, opened, at)
    if not isinstance(ticket, Ticket):
        raise TypeError("what was opened is a ticket")
    draft = Draft(ticket, rules, at, changed, facts=[opened])
    _take(draft, kind, cause)
    call_if_untold(draft)
    return tuple(draft.facts)


def _act(draft: Draft, kind: str, received: ActionReceived) -> None:
    action = received.action
    person = getattr(action, "by", None) or getattr(action, "agent", None)
    draft.by, draft.receipt = Actor(party=received.party, person=person), received.receipt
    refused = _not_allowed(draft, action, kind) or _take(draft, kind, action)
    if refused is not None:
        version = draft.ticket.version if refused.code == CHANGED_MEANWHILE else None
        draft.say(action_refused(received, draft.by, refused, version))


def _not_allowed(draft: Draft, action: Action, kind: str) -> Refusal | None:
    """What speaks against whoever acts, before the ticket is looked at closely."""
    legal = (draft.ticket.state, kind) in LEGAL
    refused = _may(draft, action, kind) if legal else _stranger(draft)
    return refused or changed_meanwhile(draft, action)


def _take(draft: Draft, kind: str, message: Message) -> Refusal | None:
    """Take a step, unless the table or a guard speaks against it."""
    before = draft.ticket.state
    step = LEGAL.get((before, kind))
    if step is None:
        return Refusal("illegal_in_state", not_now(before, kind))
    refused = step.against(draft, message)
    if refused is None:
        step.take(draft, message)
        after = draft.ticket.state
        if leads_out_of_table(step, before, after):
            draft.rules.alarm(OutOfTableError(f"{kind} led from {before} to {after}, which its row does not name"))
    return refused


def _stranger(draft: Draft) -> Refusal | None:
    """A department that never had the ticket learns nothing of its state, least of all one that it accuses."""
    if draft.by.party is None or draft.by.party.kind is not PartyKind.DEPARTMENT:
        return None
    ticket, department = draft.ticket, draft.department
    had = ticket.order is not None and (department == ticket.order.lead or department in ticket.tasks)
    if (had or department in ticket.refused_by) and department not in ticket.shunned:
        return None
    return NOT_YOURS


def _may(draft: Draft, action: Action, kind: str) -> Refusal | None:
    """Every act of the office is that of a person whom the rulebook names for it."""
    if not draft.rules.asks_who or not isinstance(action, OfficeAction):
        return None
    who, allowed = action.by, draft.rules.policy.who_may(kind)
    if not draft.rules.knows(who):
        reason = f"人员名册上没有编号为{who.id}、姓名为{who.name}的人；{KINDS[kind]}由{named(allowed)}办理。"
        return Refusal("unknown_person", reason)
    if who.id in {each.id for each in allowed}:
        return None
    return Refusal("role_missing", f"{who.name}没有此项权限；{KINDS[kind]}由{named(allowed)}办理。")
