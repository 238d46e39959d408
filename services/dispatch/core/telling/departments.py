"""What departments hear of a fact: the whole truth of their order, as it is after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

from chassis.service import Tell
from rulebook import Department
from schemas import dispatch as d
from schemas.message import reason_of
from schemas.more_time import more_time
from schemas.public import ExtensionPending, InternalNote, Order, SharedNote, SuspensionPending
from schemas.registry import department_topic
from schemas.values import Clock, Code, DepartmentCode, DueTime
from services.dispatch.core.allowed import may
from services.dispatch.core.attachments import shown_to_department
from services.dispatch.core.episodes.supervision import to_answer
from services.dispatch.core.episodes.support import blocking
from services.dispatch.core.regions import ExtensionAsked, Inside, Member, NotDue, Note, SuspensionAsked
from services.dispatch.core.rules import Rules
from services.dispatch.core.sealing import contact_for, is_confidential, veil_of_order
from services.dispatch.core.standing import Suspended
from services.dispatch.core.table import FACTS
from services.dispatch.core.ticket import Seen, Ticket

Role = Literal["lead", "supporting", "none"]
_RETURN: Final = "request_return"
_RELEASED: Final = "released"


def tell_departments(state: Ticket, fact: d.DispatchFact, at: datetime, now: Seen, rules: Rules) -> Iterator[Tell]:
    """The readers that the fact's episode names, and whoever the ticket left; the rest see it in the next order."""
    row = FACTS.get(type(fact))
    readers = None if row is None else row.readers(state, fact)
    released = [code for code in state.before.departments if code not in now.departments]
    if readers is None and not released:
        return
    roles: dict[DepartmentCode, Role] = dict.fromkeys(readers or (), "supporting")
    if state.order is not None and state.order.lead in roles:
        roles[state.order.lead] = "lead"
    roles |= dict.fromkeys(released, "none")
    for code, role in roles.items():
        happened = _RELEASED if readers is None or _keeps_from(role, fact) else fact.happened()
        department = rules.policy.department(code)
        if department is None:
            continue  # what stands in no directory any more has no topic; the ticket goes on without it
        may_now = may(state, code, at, rules) if role != "none" else None
        told = order_for(state, fact, happened, department, role, rules, may_now=may_now)
        yield Tell(department_topic(code), state.id, told, veil_of_order(state, department, fact, rules.policy))


def _keeps_from(role: Role, fact: d.DispatchFact) -> bool:
    """Whoever was named beside words of misconduct does not hear of the words."""
    return role == "none" and isinstance(fact, d.StopWordsFound)


def order_for(  # noqa: PLR0913 - all that one message is made of
    state: Ticket,
    fact: d.DispatchFact,
    happened: str,
    department: Department,
    role: Role,
    rules: Rules,
    *,
    may_now: tuple[Code, ...] | None,
) -> Order:
    """Make the whole truth of an order for one reader, who may ask for `may_now`; None for who has no part in it."""
    code = department.code
    matter, order = state.matter, state.order
    member = state.incident if isinstance(state.incident, Member) else None
    inside = state.inside.get(code)
    category = rules.policy.category(matter.category) if matter.category else None
    return Order.model_construct(
        happened=happened,
        clock=None if happened == _RELEASED else _clock_of(state, fact),
        reason=None if isinstance(fact, d.Reopened | d.Withdrawn) and fact.withheld else reason_of(fact),
        ticket=state.id,
        order=order.number if order else 0,
        role=role,
        state=state.state,
        lead=order.lead if order else code,
        supporting=tuple(state.tasks),
        returnable=_RETURN in (may_now or ()),
        kind=matter.kind,
        tier=matter.tier,
        category=matter.category,
        category_name=category.name if category else None,
        requester_kind=matter.requester_kind,
        contact=contact_for(state, department),
        place=matter.place,
        text=matter.text,
        due=tuple(_due_times(state, code)),
        follow_ups=state.follow_ups,
        supervised=role == "lead" and bool(to_answer(state)),
        blocking_tasks=blocking(state.tasks),
        notes=tuple(_shared(each) for each in state.notes),
        supplements=state.supplements or None,
        said=state.heard[-1].said if state.heard else None,
        to_answer=(to_answer(state) or None) if role == "lead" else None,
        incident=member.incident if member else None,
        incident_title=member.title if member else None,
        incident_lead=member.lead if member else None,
        recurrence_of=matter.recurrence_of,
        section=inside.section if inside else None,
        handler=inside.handler if inside else None,
        internal_notes=_internal(inside) if inside else None,
        first_contact=_contacted(state),
        extensions=state.extension.granted or None,
        extension_pending=_more_time_asked(state),
        suspension_pending=_pause_asked(state),
        suspended_until=state.standing.until if isinstance(state.standing, Suspended) else None,
        confidential=is_confidential(state) or None,
        version=state.version,
        proof=rules.proof(matter) if role == "lead" else None,
        attachments=shown_to_department(state) if role != "none" else None,
        may=may_now,
    )


def _clock_of(state: Ticket, fact: d.DispatchFact) -> Clock | None:
    """The clock that a fact is about, or for whose breach it was said."""
    match fact:
        case d.DueNoted() | d.Overdue():
            return fact.clock
        case d.Nudged() | d.NudgeWithdrawn() | d.SupervisionOrdered() | d.EscalationProposed() | d.EscalationDeclined():
            missed = state.dues.get(fact.breach) if fact.breach else None
            return missed.clock if missed else None
        case _:
            return None


def _contacted(state: Ticket) -> Literal["owed", "made", "exempt"] | None:
    return None if isinstance(state.contact, NotDue) else state.contact.at


def _more_time_asked(state: Ticket) -> ExtensionPending | None:
    asked = state.extension
    if not isinstance(asked, ExtensionAsked):
        return None
    return ExtensionPending(ground=asked.ground, **more_time(asked.amount, asked.unit))


def _pause_asked(state: Ticket) -> SuspensionPending | None:
    asked = state.suspension
    return SuspensionPending(ground=asked.ground, until=asked.until) if isinstance(asked, SuspensionAsked) else None


def _shared(note: Note) -> SharedNote:
    return SharedNote(
        department=note.department,
        text=note.text,
        plan=note.plan,
        kind=note.kind,
        at=note.at,
        unverified=note.unverified or None,
    )


def _internal(inside: Inside) -> tuple[InternalNote, ...] | None:
    return tuple(InternalNote(by=each.by, at=each.at, text=each.text) for each in inside.notes) or None


def _due_times(state: Ticket, code: DepartmentCode) -> Iterator[DueTime]:
    for each in state.dues.values():
        if each.owner.department == code and each.due is not None:
            yield DueTime(clock=each.clock, due=each.due)
