"""A step of the ladder that a person has to order: proposed, until it is taken, declined, or its cause is gone."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal
from services.dispatch.core.guards import named
from services.dispatch.core.regions import LadderStep, NotProposed, Proposed
from services.dispatch.core.standing import OPEN
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.words import KINDS

episode = Episode("escalation")


@episode.fact(d.EscalationProposed)
def _proposed(ticket: Ticket, fact: d.EscalationProposed, _at: datetime) -> Ticket:
    return replace(ticket, escalation=Proposed(step=fact.step, breach=fact.breach))


def step_proposed(draft: Draft, _action: i.DeclineEscalation) -> Refusal | None:
    if isinstance(draft.ticket.escalation, Proposed):
        return None
    return Refusal("nothing_proposed", "该工单没有待决定的催办、督办或者约谈。")


def may_order_it(draft: Draft, _action: i.DeclineEscalation) -> Refusal | None:
    """Whether it is done is decided by whoever could do it."""
    asked, who = draft.ticket.escalation, draft.by.person
    if not isinstance(asked, Proposed) or not draft.rules.asks_who or who is None:
        return None
    allowed = draft.rules.policy.who_may(asked.step, draft.at)
    if who.id in {each.id for each in allowed}:
        return None
    said = f"{KINDS[asked.step]}与否由{named(allowed)}决定，{who.name}没有此项权限。"
    return Refusal("role_missing", said)


@episode.action(i.DeclineEscalation, OPEN, step_proposed, may_order_it)
def decline_escalation(draft: Draft, action: i.DeclineEscalation) -> None:
    asked = draft.ticket.escalation
    if isinstance(asked, Proposed):
        draft.say(d.EscalationDeclined(**draft.by_author, step=asked.step, reason=action.reason, breach=asked.breach))


@episode.fact(d.EscalationDeclined)
def _declined(ticket: Ticket, _fact: d.EscalationDeclined, _at: datetime) -> Ticket:
    return unproposed(ticket)


def unproposed(ticket: Ticket, *steps: LadderStep) -> Ticket:
    """Nobody is asked any more for a step of the ladder, or for one of these."""
    asked = ticket.escalation
    if isinstance(asked, NotProposed) or (steps and asked.step not in steps):
        return ticket
    return replace(ticket, escalation=NotProposed())


def unproposed_for(ticket: Ticket, breach: str) -> Ticket:
    """Nobody is asked any more for a step that this breach called for."""
    asked = ticket.escalation
    return unproposed(ticket) if isinstance(asked, Proposed) and asked.breach == breach else ticket
