"""The lead takes the order (签收), or the return window lapses and it counts as taken.

An urgent order that nobody takes in time counts as taken too, and the next one on duty hears that nobody did.
"""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Clock, Tier
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.due_times import due_no_more
from services.dispatch.core.episode import MOOT, Episode, Refusal
from services.dispatch.core.episodes.urgency import call_next
from services.dispatch.core.holder import participants
from services.dispatch.core.standing import Dispatched, InProgress
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import by_lead

episode = Episode("acceptance")


@episode.action(i.Accept, {S.DISPATCHED}, by_lead, to={S.IN_PROGRESS})
def accept(draft: Draft, _action: i.Accept) -> None:
    draft.say(d.Accepted(**draft.by_author, department=draft.lead))


def take_up(draft: Draft) -> None:
    """Work on an order that was not accepted yet accepts it."""
    if isinstance(draft.ticket.standing, Dispatched):
        draft.say(d.Accepted(**draft.by_author, department=draft.lead))


def window_of_lead(draft: Draft, fact: c.ClockLapsed) -> Refusal | None:
    order = draft.order
    return None if order.returnable and fact.owner.department == order.lead else MOOT


@episode.clock("return_window_lapsed", c.ClockLapsed, {S.DISPATCHED}, window_of_lead, to={S.IN_PROGRESS})
def return_window_lapsed(draft: Draft, _fact: c.ClockLapsed) -> None:
    draft.say(d.Accepted(**draft.by_author, department=draft.lead, presumed=True))
    if draft.ticket.matter.tier is Tier.URGENT:
        call_next(draft, draft.by, reason="not_accepted")


@episode.fact(d.Accepted, heard_by=participants)
def _accepted(ticket: Ticket, fact: d.Accepted, at: datetime) -> Ticket:
    order = ticket.order
    if order is not None:
        order = replace(order, returnable=False, presumed_at=at if fact.presumed else None)
    return due_no_more(replace(ticket, standing=InProgress(), order=order), {Clock.RETURN_WINDOW})
