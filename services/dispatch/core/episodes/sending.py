"""An order goes to a department: who supports it, what ends with the order before, and what the ticket is under it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from chassis.frozen import replace
from schemas import dispatch as d
from schemas.values import Actor, Clock, DepartmentCode
from services.dispatch.core import due_times
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.episode import Episode
from services.dispatch.core.episodes.approvals import lapse
from services.dispatch.core.episodes.escalation import unproposed
from services.dispatch.core.episodes.first_contact import exempt_unreachable
from services.dispatch.core.episodes.supervision import (
    answered_by_work,
    end_watch_of_lead_before,
    goes_on,
    take_over,
)
from services.dispatch.core.episodes.support import give_tasks
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import with_word
from services.dispatch.core.regions import (
    Drawn,
    Inside,
    NoExtensionAsked,
    NoSuspensionAsked,
    NotDue,
    NotedDue,
    NothingPromised,
    Owed,
)
from services.dispatch.core.standing import Dispatched
from services.dispatch.core.ticket import LeadOrder, Ticket

episode = Episode("sending")


class ByItself(NamedTuple):
    """How policy came to dispatch: whether the category came from the text, and whether a person checks it."""

    suggested: bool
    drawn: bool


def send(  # noqa: PLR0913 - each is a part of the order
    draft: Draft,
    lead: DepartmentCode,
    supporting: Mapping[DepartmentCode, bool],
    *,
    reason: str,
    by: Actor | ByItself,
    binding: bool = False,
    note: str | None = None,
) -> None:
    """Say the order, accepted where it binds, and the tasks of supporters; never to who is gone or accused."""
    who, lead = BY_POLICY if isinstance(by, ByItself) else by, draft.rules.current(lead, draft.at)
    before, matter = draft.ticket.led_by or draft.ticket.order, draft.ticket.matter
    if lead in draft.ticket.shunned:
        draft.say(d.DispatchAwaited(**draft.by_policy, reason="accused"))
        return
    helpers, supervised = _helpers(draft, lead, supporting), goes_on(draft.ticket)
    same_lead = before is not None and before.lead == lead
    _end_of_those_before(draft, lead, helpers, who)
    order = d.Dispatched(
        **draft.stamp(who),
        order=draft.ticket.orders + 1,
        lead=lead,
        supporting=tuple(helpers),
        blocking=any(helpers.values()),
        tier=matter.tier,
        category=matter.category,
        reason=reason,
        binding=binding,
        same_lead=same_lead,
        precedents=tuple(each.ticket for each in draft.rules.precedents_for(matter)),
        suggested=(isinstance(by, ByItself) and by.suggested) or None,
        drawn=(isinstance(by, ByItself) and by.drawn) or None,
        note=note,
        due=due_times.of_order(draft, lead, binding=binding, same_lead=same_lead) or None,
    )
    _ordered(draft, order, helpers, who)
    take_over(draft, supervised, before.lead if before else lead)


def _ordered(draft: Draft, order: d.Dispatched, helpers: Mapping[DepartmentCode, bool], by: Actor) -> None:
    draft.say(order)
    if order.binding:
        draft.say(d.Accepted(**draft.by_policy, department=order.lead, presumed=True, binding=True))
    give_tasks(draft, helpers, by)
    exempt_unreachable(draft, order.lead)


def _helpers(
    draft: Draft, lead: DepartmentCode, supporting: Mapping[DepartmentCode, bool]
) -> dict[DepartmentCode, bool]:
    now = {draft.rules.current(code, draft.at): blocks for code, blocks in supporting.items()}
    return {code: blocks for code, blocks in now.items() if code != lead and code not in draft.ticket.shunned}


def _end_of_those_before(draft: Draft, lead: DepartmentCode, helpers: Collection[DepartmentCode], by: Actor) -> None:
    before = draft.ticket.led_by or draft.ticket.order
    another = before is not None and before.lead != lead
    why = d.TaskEnd.LEAD_CHANGED if another else d.TaskEnd.ORDER_CHANGED
    for code in draft.ticket.tasks:
        if code not in helpers:
            draft.say(d.SupportTaskEnded(**draft.stamp(by), department=code, reason=why))
    if before is not None and before.lead != lead:
        lapse(draft, "牵头单位变更，申请随之失效。")
        end_watch_of_lead_before(draft)


def _lead_and_those_before(ticket: Ticket, fact: d.Dispatched) -> tuple[DepartmentCode, ...]:
    """Supporters hear of their tasks right afterwards."""
    return tuple(code for code in participants(ticket) if code == fact.lead or code in ticket.before.departments)


@episode.fact(d.Dispatched, heard_by=_lead_and_those_before)
def _dispatched(ticket: Ticket, fact: d.Dispatched, at: datetime) -> Ticket:
    since = ticket.order.since if fact.same_lead and ticket.order is not None else at
    order = LeadOrder(
        number=fact.order,
        since=since,
        lead=fact.lead,
        supporting=fact.supporting,
        binding=fact.binding,
        returnable=not fact.binding,
        reason=fact.reason,
    )
    after = replace(ticket, order=order, orders=fact.order, standing=Dispatched(), would_lead=None, moved=False)
    category = fact.category or ticket.matter.category
    if (category, fact.tier) != (ticket.matter.category, ticket.matter.tier):
        after = replace(after, matter=ticket.matter.classified(category, fact.tier))
    if fact.drawn:
        suggested = fact.suggested is not None
        drawn = Drawn(order=fact.order, category=fact.category, lead=fact.lead, suggested=suggested, since=at)
        after = replace(after, check=drawn)
    if not fact.same_lead or isinstance(ticket.contact, NotDue):
        after = replace(after, contact=Owed())
    after = with_word(after, "dispatch", fact.note, at) if fact.note else after
    return due_times.with_due(after if fact.same_lead else _for_new_lead(after), fact.lead, fact.due or ())


def _still_theirs(ticket: Ticket) -> dict[DepartmentCode, Inside]:
    """Who does not take part any more has nobody at work on it."""
    order = ticket.order
    parts = (order.lead, *order.supporting) if order else ()
    return {
        code: each if code in parts else replace(each, section=None, handler=None)
        for code, each in ticket.inside.items()
    }


def _goes_on(ticket: Ticket, due: NotedDue) -> bool:
    """The citizen's time, and that of a supporter who keeps its task."""
    code = due.owner.department
    return code is None or (due.clock is Clock.SUPPORTING_TASK and code in ticket.tasks)


def _for_new_lead(ticket: Ticket) -> Ticket:
    """What was between the centre and the lead before is not the new one's."""
    fresh = replace(
        ticket,
        dues={name: each for name, each in ticket.dues.items() if _goes_on(ticket, each)},
        extension=NoExtensionAsked(),
        suspension=NoSuspensionAsked(),
        commitment=NothingPromised(),
        inside=_still_theirs(ticket),
    )
    return unproposed(answered_by_work(fresh))
