"""Reorganisation (机构改革): what a department that is gone held goes on to its successor, nothing starts afresh."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas.nearest import nearest
from schemas.owner import Owner
from schemas.values import DepartmentCode
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal
from services.dispatch.core.guards import avoids
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import kept
from services.dispatch.core.regions import Inside, NotedDue, NothingPromised
from services.dispatch.core.standing import WITH_DEPARTMENT
from services.dispatch.core.ticket import LeadOrder, Ticket

episode = Episode("reorganising")

_HELD: Final = WITH_DEPARTMENT | {S.MERGED}
"""The states in which a department holds an order, or gets it back when a merge is undone."""


def still_holds(draft: Draft, action: i.ReplaceDepartment) -> Refusal | None:
    if _leads(draft.ticket, action.department) or action.department in draft.ticket.tasks:
        return None
    name = draft.rules.name(action.department)
    return Refusal("holds_nothing", f"{name}在该工单上没有承办事项，不必移交。")


def gone(draft: Draft, action: i.ReplaceDepartment) -> Refusal | None:
    policy = draft.rules.policy
    found = policy.department(action.department)
    if found is None or not found.valid_on(policy.day(draft.at)):
        return None
    reason = f"{found.name}当日仍在单位名录上，不能移交；请先在名录中写明其 valid_to 和 successor。"
    return Refusal("still_there", reason)


def follows(draft: Draft, action: i.ReplaceDepartment) -> Refusal | None:
    if draft.rules.policy.department(action.department) is None:
        alike = nearest(action.department, draft.rules.policy.departments)
        way_out = "确已撤并的，请先补回名录，写明其 valid_to 和 successor，再移交。"
        reason = f"名录中没有{action.department}。{alike}{way_out}"
        return Refusal("unknown_department", reason)
    current = draft.rules.current(action.department, draft.at)
    if action.successor == current:
        return None
    name = draft.rules.name(current)
    return Refusal("not_the_successor", f"名录载明承接单位是{name}（{current}），请按名录移交，或者先更正名录。")


def successor_not_accused(draft: Draft, action: i.ReplaceDepartment) -> Refusal | None:
    return avoids(draft, action.successor)


@episode.action(i.ReplaceDepartment, _HELD, still_holds, gone, follows, successor_not_accused)
def replace_department(draft: Draft, action: i.ReplaceDepartment) -> None:
    ticket, old, new = draft.ticket, action.department, action.successor
    if _leads(ticket, old):
        if new in ticket.tasks:
            draft.say(d.SupportTaskEnded(**draft.by_author, department=new, reason=d.TaskEnd.REORGANISED))
    elif _leads(ticket, new) or new in ticket.tasks:
        draft.say(d.SupportTaskEnded(**draft.by_author, department=old, reason=d.TaskEnd.REORGANISED))
        return
    draft.say(d.DepartmentReplaced(**draft.by_author, department=new, replaced=old, reason=action.reason))


def _leads(ticket: Ticket, code: DepartmentCode) -> bool:
    return ticket.order is not None and ticket.order.lead == code


@episode.fact(d.DepartmentReplaced, heard_by=participants)
def _replaced(ticket: Ticket, fact: d.DepartmentReplaced, _at: datetime) -> Ticket:
    """Whom the ticket accuses is not rid of it under another name; what disputes and rulings said of it is said on."""
    old, new = fact.replaced, fact.department
    promised = ticket.commitment
    if not isinstance(promised, NothingPromised) and promised.department == old:
        promised = replace(promised, department=new)
    return replace(
        ticket,
        order=_order(ticket.order, old, new),
        tasks={(new if code == old else code): task for code, task in ticket.tasks.items()},
        dues=_dues(ticket, old, new),
        commitment=promised,
        inside=_inside(ticket, old, new),
        ruled=new if ticket.ruled == old else ticket.ruled,
        refused_by=tuple([new if code == old else code for code in ticket.refused_by]),
        avoids=(*ticket.avoids, new) if old in ticket.shunned else ticket.avoids,
    )


def _inside(ticket: Ticket, old: DepartmentCode, new: DepartmentCode) -> dict[DepartmentCode, Inside]:
    """What was noted inside goes along; sections and people of the old department are not the new one's."""
    gone = ticket.inside.get(old)
    if gone is None:
        return ticket.inside
    theirs = ticket.inside.get(new, Inside())
    rest = {code: each for code, each in ticket.inside.items() if code != old}
    return {**rest, new: replace(theirs, notes=kept((*gone.notes, *theirs.notes)))}


def _order(order: LeadOrder | None, old: DepartmentCode, new: DepartmentCode) -> LeadOrder | None:
    if order is None:
        return None
    lead = new if order.lead == old else order.lead
    supporting = dict.fromkeys(new if code == old else code for code in order.supporting)
    return replace(order, lead=lead, supporting=tuple(code for code in supporting if code != lead))


def _dues(ticket: Ticket, old: DepartmentCode, new: DepartmentCode) -> dict[str, NotedDue]:
    """What was missed stays in the successor's sight; what runs on comes anew under the successor's own clocks."""
    kept = {name: each for name, each in ticket.dues.items() if each.owner.department != old or name in ticket.overdue}
    owner = Owner.of_department(new)
    return {name: replace(each, owner=owner) if each.owner.department == old else each for name, each in kept.items()}
