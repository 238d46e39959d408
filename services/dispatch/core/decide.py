"""What a command makes of a ticket: facts, in order. Pure: the same state, command and rules give the same facts.

The way is the same for all: the row of the table for the ticket's state and the command's kind, its guards, its
decision, and whether that led where the row says. The rows stand in `episodes/`, assembled in `table.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, assert_never

from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.attachments import carried_by
from schemas.inbound import Action
from schemas.message import Message
from schemas.tickets import ActionReceived, Answered
from schemas.values import Actor, PartyKind, RequestKind
from services.dispatch.core.categories import Category, decide_category
from services.dispatch.core.commands import (
    Act,
    Ask,
    Begin,
    BeginAnswered,
    Command,
    OfCategory,
    OfIncident,
    Tick,
    kind_of,
)
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import MOOT, Refusal
from services.dispatch.core.episodes import registration, splitting
from services.dispatch.core.episodes.approvals import ask_approval, lapse_approval
from services.dispatch.core.episodes.callback import close_once_seen_to
from services.dispatch.core.episodes.incident import done_already, is_member, join_what_gathers, not_attached
from services.dispatch.core.episodes.refusals import ANSWERED, action_refused, request_refused
from services.dispatch.core.episodes.stop_words import heed, heed_act
from services.dispatch.core.episodes.urgency import call_if_untold, known_by_acting
from services.dispatch.core.evolve import changed, evolve
from services.dispatch.core.hearing import hear, heard_in, urges
from services.dispatch.core.incidents.decide import decide_incident
from services.dispatch.core.incidents.state import Incident
from services.dispatch.core.regions import Asked
from services.dispatch.core.roles import in_stead_of, not_allowed, not_urgent_enough
from services.dispatch.core.rules import Rules
from services.dispatch.core.second_hand import SAYS_VERSION, changed_meanwhile
from services.dispatch.core.state import AnyState
from services.dispatch.core.table import LEGAL, OutOfTableError, leads_out_of_table
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import (
    NOT_WAITED_FOR,
    NOT_YOURS,
    agent_named,
    by_its_channel,
    by_requester,
    of_nothing,
    unknown,
    verified_as,
)
from services.dispatch.core.words import not_now

_APPROVABLE: Final = (
    i.Classify,
    i.Assign,
    i.RuleOnReturn,
    i.GiveFinalAnswer,
    i.AskForContact,
    i.LookAtContact,
    i.Correct,
)
_LATE: Final = timedelta(minutes=1)
"""From then on it matters to whoever is pressed that nobody could know earlier."""


def decide(
    state: AnyState | None, command: Command, at: datetime, rules: Rules, now: datetime | None = None
) -> Sequence[Message]:
    """Decide; nothing to do is (). `at` is the moment by which the command is judged, `now` when that is done."""
    if isinstance(command, OfIncident):
        return decide_incident(state if isinstance(state, Incident) else None, command.fact, rules, at)
    if isinstance(command, OfCategory):
        return decide_category(state if isinstance(state, Category) else None, command.fact, rules)
    known_at = now if now is not None and now - at > _LATE else None
    if not isinstance(state, Ticket):
        return _unborn(command, at, rules, known_at)
    draft = _begun(state, command, at, rules, known_at)
    match command:
        case Act(fact, incident):
            draft.as_member = incident
            if _concerns(draft, draft.kind, incident):
                _act(draft, draft.kind, fact)
        case Tick(fact):
            draft.by = Actor(by_rule=fact.clock.value)
            _take(draft, draft.kind, fact)
        case Ask(fact):
            draft.by = fact.by
            draft.attached = carried_by(fact)
            refused = _take(draft, draft.kind, fact)
            if refused is not None:
                _not_granted(draft, fact, refused)
        case Begin() | BeginAnswered():
            pass
        case _:
            assert_never(command)
    return _followed(draft)


def _begun(
    ticket: Ticket,
    command: Begin | BeginAnswered | Act | Tick | Ask,
    at: datetime,
    rules: Rules,
    known_at: datetime | None,
) -> Draft:
    """The draft of what is to be taken of a ticket that exists."""
    draft = Draft(ticket, rules, at, changed, known_at=known_at)
    if isinstance(command, Act | Tick | Ask):
        draft.kind, draft.cause = kind_of(command), command.fact.action if isinstance(command, Act) else command.fact
    return draft


def _followed(draft: Draft) -> Sequence[Message]:
    """What follows from the ticket as a decision leaves it."""
    _drop_moot(draft)
    known_by_acting(draft)
    call_if_untold(draft)
    close_once_seen_to(draft)
    join_what_gathers(draft)
    return tuple(draft.facts)


def _unborn(
    command: Begin | BeginAnswered | Act | Tick | Ask, at: datetime, rules: Rules, known_at: datetime | None
) -> Sequence[Message]:
    match command:
        case Begin(fact):
            return _begin(registration.opened(fact, rules, at), kind_of(command), fact, at, rules, known_at)
        case BeginAnswered(fact):
            return _answered(fact, at, rules, known_at)
        case Ask(r.OpenPart() as request):
            return _begin(splitting.part_opened(request, rules), kind_of(command), request, at, rules, known_at)
        case Ask(fact):
            return _asked_of_nobody(fact)
        case Act(fact=fact):
            return (action_refused(fact, Actor(party=fact.party), of_nothing(fact)),)
        case Tick():
            return ()
        case _:
            assert_never(command)


def _not_granted(draft: Draft, request: r.TicketRequest, refused: Refusal) -> None:
    """Who waits for an answer hears why not."""
    if isinstance(request, ANSWERED):
        draft.say(request_refused(request, refused))
    if isinstance(request, r.InviteMember) and refused != MOOT:
        draft.say(not_attached(request, refused))


def _asked_of_nobody(request: r.TicketRequest) -> Sequence[Message]:
    if isinstance(request, r.InviteMember):
        return (not_attached(request, unknown(request.ticket)),)
    return (request_refused(request, unknown(request.ticket)),) if isinstance(request, ANSWERED) else ()


def _begin(
    opened: d.Opened, kind: str, cause: Message, at: datetime, rules: Rules, known_at: datetime | None
) -> Sequence[Message]:
    heard = hear(rules, opened.text, place=opened.place)
    opened = opened.as_urgent() if urges(heard.found) else opened
    ticket = evolve(None, opened, at)
    if not isinstance(ticket, Ticket):
        raise TypeError("what was opened is a ticket")
    draft = Draft(ticket, rules, at, changed, known_at=known_at, facts=[opened])
    heed(draft, heard)
    _take(draft, kind, cause)
    return _followed(draft)


def _answered(fact: Answered, at: datetime, rules: Rules, known_at: datetime | None) -> Sequence[Message]:
    answered = registration.answered(fact)
    ticket = registration.open_answered(answered, at)
    draft = Draft(ticket, rules, at, changed, known_at=known_at, facts=[answered])
    heed(draft, hear(rules, fact.text, place=fact.place))
    return _followed(draft)


def _act(draft: Draft, kind: str, received: ActionReceived) -> None:
    action = received.action
    person = action.agent if isinstance(action, i.FromRequester) else action.by
    stead = in_stead_of(draft.rules, action, kind, draft.at)
    draft.by, draft.receipt = Actor(party=received.party, person=person, acting_for=stead), received.receipt
    draft.matched, draft.in_time = received.matched is True, received.repeat_of is not None
    draft.requester, draft.attached = received.requester, received.attached
    draft.heard = heard_in(draft.rules, draft.ticket, action)
    asked = draft.ticket.request(RequestKind.APPROVAL) if isinstance(action, i.Approve) else None
    refused = _not_allowed(draft, action, kind) or _impossible(draft, asked) or _take(draft, kind, action)
    if refused is not None and isinstance(action, i.FromRequester):
        refused = _told_to_strangers(draft, action) or refused
    if asked is not None and refused is None:
        draft.approver, draft.by, draft.receipt = draft.by, asked.by, asked.receipt
        _take(draft, asked.kind, asked.act)
    if refused is not None:
        version = draft.ticket.version if refused.code in SAYS_VERSION else None
        draft.say(action_refused(received, draft.by, refused, version))
    heed_act(draft, action, refused)


def _told_to_strangers(draft: Draft, action: i.FromRequester) -> Refusal | None:
    """Say why whoever may not be the requester is refused, without a word of the ticket: its number is no secret.

    Whoever repeats their report, as the door found, is the requester.
    """
    elsewhere = by_its_channel(draft, action)
    if draft.in_time or (elsewhere is None and verified_as(draft, action) is not None):
        return None
    return agent_named(draft, action) or elsewhere or by_requester(draft, action)


def _concerns(draft: Draft, kind: str, incident: str | None) -> bool:
    """What was asked of all members is asked of this one, unless it left meanwhile or was there already."""
    return incident is None or (is_member(draft.ticket, incident) and not done_already(draft.ticket, kind))


def _not_allowed(draft: Draft, action: Action, kind: str) -> Refusal | None:
    """What speaks against whoever acts, before the ticket is looked at closely."""
    legal = (draft.ticket.state, kind) in LEGAL
    refused = _without_right(draft, action, kind) if legal else _stranger(draft)
    return refused or changed_meanwhile(draft, action)


def _without_right(draft: Draft, action: Action, kind: str) -> Refusal | None:
    """What speaks against whoever acts for the office: no such duty, or for urgent tickets alone.

    The city vouches for its own people.
    """
    if draft.by.party is not None and draft.by.party.kind is PartyKind.CITY:
        return None
    refused = not_allowed(draft.rules, action, kind, draft.at)
    return refused or not_urgent_enough(draft.rules, action, kind, draft.ticket.matter.tier, draft.at)


def _take(draft: Draft, kind: str, message: Message) -> Refusal | None:
    """Take a step, unless the table or a guard speaks against it."""
    before = draft.ticket.state
    step = LEGAL.get((before, kind))
    if step is None:
        return Refusal("illegal_in_state", not_now(before, kind))
    refused = step.against(draft, message)
    stake = step.at_stake(draft, message) if refused is None and draft.approver is None else None
    if stake is not None and isinstance(message, _APPROVABLE):
        return _wait_for_approval(draft, message, stake)
    if refused is None:
        step.take(draft, message)
        after = draft.ticket.state
        if leads_out_of_table(step, before, after):
            draft.rules.alarm(OutOfTableError(f"{kind} led from {before} to {after}, which its row does not name"))
    return refused


def _wait_for_approval(draft: Draft, act: i.Approvable, stake: str) -> Refusal | None:
    """One act waits at a time, so that each is decided on what its approver sees."""
    waits = draft.ticket.request(RequestKind.APPROVAL)
    if waits is None:
        ask_approval(draft, act, stake)
        return None
    who = waits.by.person.name if waits.by.person else ""
    return Refusal("already_asked", f"{who}提出的请求正在等候审批，请待批准或者不批准之后再提。")


def _impossible(draft: Draft, asked: Asked | None) -> Refusal | None:
    """What speaks by now against an act that is about to be approved: it is not done, and its approver hears why."""
    step = LEGAL.get((draft.ticket.state, asked.kind)) if asked is not None else None
    approver, draft.by = draft.by, asked.by if asked is not None else draft.by
    refused = step.against(draft, asked.act) if step is not None and asked is not None else None
    draft.by = approver
    if refused is None:
        return None
    return Refusal(refused.code, f"所请事项现在已办不了：{refused.reason}请不予批准，由申请人重新提出。")


def _drop_moot(draft: Draft) -> None:
    """What waits for an approver lapses once it cannot be done any more, or others than asked about have the order."""
    for asked in draft.ticket.asked:
        if (draft.ticket.state, asked.kind) not in LEGAL or _is_of_another_order(draft, asked):
            lapse_approval(draft, asked)


def _is_of_another_order(draft: Draft, asked: Asked) -> bool:
    """A tier that was asked for before anybody had an order, and a correction, are asked of the matter itself."""
    of_the_matter = isinstance(asked.act, i.Correct) or (isinstance(asked.act, i.Classify) and asked.orders == 0)
    return asked.orders != draft.ticket.orders and not of_the_matter


def _stranger(draft: Draft) -> Refusal | None:
    """A department that never had the ticket learns nothing of its state, least of all one that it accuses.

    Nor does the callback agency of one that waits for no call.
    """
    party = draft.by.party
    if party is not None and party.kind is PartyKind.CALLBACK:
        return NOT_WAITED_FOR
    if party is None or party.kind is not PartyKind.DEPARTMENT:
        return None
    ticket, department = draft.ticket, draft.department
    had = ticket.order is not None and (department == ticket.order.lead or department in ticket.tasks)
    if (had or department in ticket.refused_by) and department not in ticket.shunned:
        return None
    return NOT_YOURS
