"""Who else hears of a fact: departments, the desk, the callback agency, other tickets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Literal

from chassis.frozen import replace
from chassis.service import Tell
from rulebook import Department, Policy
from rulebook.codes import Passing
from rulebook.rules import Automation
from rulebook.stop_words import StopGroup
from schemas import dispatch as d
from schemas.message import Message, value_of
from schemas.more_time import more_time
from schemas.public import (
    CallbackRequest,
    DeskTask,
    ExtensionPending,
    InternalNote,
    Order,
    SharedNote,
    ShownContact,
    SuspensionPending,
)
from schemas.referral import Referral
from schemas.registry import CALLBACKS, DESK, REQUESTS, department_topic
from schemas.requests import CategoryRequest, IncidentRequest
from schemas.values import CategoryCode, Clock, Code, Contact, DepartmentCode, DeskTaskKind, DueTime, Person, StopWord
from services.dispatch.core.allowed import may
from services.dispatch.core.attachments import shown_to_department, shown_to_desk
from services.dispatch.core.categories import tell_of_category
from services.dispatch.core.desk import late_elsewhere, task_in_review
from services.dispatch.core.episode import AnyRequest
from services.dispatch.core.episodes.refusals import answer_to
from services.dispatch.core.episodes.supervision import to_answer
from services.dispatch.core.episodes.support import blocking
from services.dispatch.core.incidents.state import Incident
from services.dispatch.core.incidents.telling import tell_of_incident
from services.dispatch.core.regions import (
    Drawn,
    ExtensionAsked,
    Inside,
    Made,
    Member,
    NotDue,
    Note,
    NoWish,
    Owed,
    SuspensionAsked,
)
from services.dispatch.core.rules import Rules
from services.dispatch.core.sealing import (
    contact_for,
    contact_for_callback,
    is_confidential,
    recognised_in,
    veil_for,
    veil_of_order,
)
from services.dispatch.core.seen import seen
from services.dispatch.core.standing import CallbackPending, Suspended, Transferred
from services.dispatch.core.state import AnyState
from services.dispatch.core.table import FACTS
from services.dispatch.core.ticket import DESK_LOOKS, Seen, Ticket, WaitingAtDesk

Role = Literal["lead", "supporting", "none"]
_RETURN: Final = "request_return"
_JUDGED: Final = frozenset(
    {
        DeskTaskKind.REVIEW,
        DeskTaskKind.OUTCOME_RULING,
        DeskTaskKind.CALLBACK_LATE,
        DeskTaskKind.CALLBACK_REVIEW,
        DeskTaskKind.REOPENING,
    }
)
"""Tasks by which somebody judges what the lead answered."""
_SAID_ANEW: Final = (
    d.AttachmentRemoved,
    d.Corrected,
    d.MergeTaken,
    d.MergeDropped,
    d.Redacted,
    d.ReferralRecorded,
    d.ReopeningAsked,
    d.StopWordsFound,
)
"""What changes what a task says: each that waits at the desk is told again, and waits since when it did."""


def tell(state: AnyState, fact: Message, at: datetime, rules: Rules) -> list[Tell]:
    """Name every further message of a fact, in order; `state` is the ticket after it."""
    if isinstance(fact, d.IncidentFact):
        return list(tell_of_incident(state if isinstance(state, Incident) else None, fact))
    if isinstance(fact, d.CategoryFact):
        return list(tell_of_category(fact))
    said: list[Tell] = []
    if not isinstance(fact, d.DispatchFact):
        return said
    if not isinstance(state, Ticket):
        if isinstance(fact, d.RequestRefused):
            answer = answer_to(fact)
            said.append(Tell(REQUESTS, answer.ticket, answer))
        return said
    now = seen(state)
    said.extend(_departments(state, fact, at, now, rules))
    if isinstance(fact, _SAID_ANEW) or (state.before is not now and state.before != now):
        said.extend(_desk(state, fact, at, now, rules))
    said.extend(callbacks(state, fact, now, rules))
    said.extend(_shown(state, fact, now, rules))
    row = FACTS.get(type(fact))
    if row is not None:
        said.extend(Tell(REQUESTS, _asked(request), request) for request in row.requests(state, fact))
    return said


def _asked(request: AnyRequest) -> str:
    match request:
        case IncidentRequest():
            return request.incident
        case CategoryRequest():
            return request.key
        case _:
            return request.ticket


# --- departments -----------------------------------------------------------------------------------------------------


def _departments(state: Ticket, fact: d.DispatchFact, at: datetime, now: Seen, rules: Rules) -> Iterator[Tell]:
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
        happened = "released" if readers is None or _keeps_from(role, fact) else fact.happened()
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
        reason=None if value_of(fact, "withheld") else value_of(fact, "reason"),
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


# --- whoever looks at a sealed contact -------------------------------------------------------------------------------


def _shown(state: Ticket, fact: d.DispatchFact, now: Seen, rules: Rules) -> Iterator[Tell]:
    """Show it to whoever may see it, once; and seal it again for whoever has nothing to do with the ticket any more."""
    matter = state.matter
    if isinstance(fact, d.ContactShown):
        shown = ShownContact(
            ticket=state.id, receipt=fact.receipt, contact=matter.contact, place=matter.place, text=matter.text
        )
        yield Tell(_looks_on(fact.department or DESK_LOOKS), state.id, shown)
    for who in state.before.shown:
        if who not in now.shown and (who == DESK_LOOKS or rules.policy.department(who) is not None):
            yield Tell(_looks_on(who), state.id, ShownContact(ticket=state.id, contact=Contact()))


def _looks_on(who: str) -> str:
    return DESK if who == DESK_LOOKS else department_topic(who)


# --- the desk --------------------------------------------------------------------------------------------------------


def _desk(state: Ticket, fact: d.DispatchFact, at: datetime, now: Seen, rules: Rules) -> Iterator[Tell]:
    for task in state.before.desk:
        if task not in now.desk and not _by_itself(task, rules.automation):
            over = WaitingAtDesk(since=at, reason=value_of(fact, "reason"))
            yield _task(state, over, task, rules.policy, is_open=False)
    said_anew = isinstance(fact, _SAID_ANEW)
    for task in now.desk:
        another = task is DeskTaskKind.TASK_REVIEW and now.in_review != state.before.in_review
        waits = WaitingAtDesk(since=at) if another else state.waiting.get(task, WaitingAtDesk(since=at))
        if (another or said_anew or task not in state.before.desk) and not _by_itself(task, rules.automation):
            yield _task(state, waits, task, rules.policy, is_open=True)


def _by_itself(task: DeskTaskKind, automation: Automation) -> bool:
    """Tasks that policy does itself in the same moment: the desk need not hear of those."""
    match task:
        case DeskTaskKind.UNIT_PASS_ON:
            passing = automation.unit_pass_on
        case DeskTaskKind.SURVEY_OFFICE:
            passing = automation.survey_office
        case DeskTaskKind.REVIEW:
            passing = automation.review
        case _:
            return False
    return passing is Passing.AUTOMATIC


def _task(state: Ticket, asked: WaitingAtDesk, task: DeskTaskKind, policy: Policy, *, is_open: bool) -> Tell:
    matter, groups = state.matter, policy.stop_groups(state.stop_words.groups)
    last = state.heard[-1] if state.heard else None
    waits = _pressing(asked, groups) if task is DeskTaskKind.DISPATCHING else asked
    message = DeskTask.model_construct(
        task=task.value,
        open=is_open,
        ticket=state.id,
        since=waits.since,
        reason=waits.reason,
        department=_whose(state, task),
        requested_by=_asker(state, task),
        suggestion=waits.suggestion,
        alternatives=waits.alternatives,
        refer=_outside(state) or waits.refer,
        referral=_referral(state, task),
        stop_words=_in_order(state.stop_words.found, groups) or None,
        category=_about(state, task),
        tier=matter.tier,
        kind=matter.kind,
        subdistrict=matter.place.subdistrict,
        place=matter.place,
        text=matter.text,
        supplements=state.supplements or None,
        contacted=state.contact.note if isinstance(state.contact, Made | Owed) else None,
        said=last.spoken if last else None,
        noted=last.note if last and last.declined else None,
        reply=_reply(state, task),
        incident=state.incident.incident if isinstance(state.incident, Member) else None,
        lead=state.would_lead if task is DeskTaskKind.REDISPATCH else None,
        confidential=is_confidential(state) or None,
        recognised=recognised_in(state),
        wish=None if isinstance(state.wish, NoWish) else state.wish.text,
        recurrence_of=matter.recurrence_of,
        attachments=shown_to_desk(state),
        version=state.version,
    )
    return Tell(DESK, state.id, message, veil_for(state))


def _outside(state: Ticket) -> Code | None:
    return state.standing.to if isinstance(state.standing, Transferred) else None


def _referral(state: Ticket, task: DeskTaskKind) -> Referral | None:
    match state.standing:
        case Transferred(record=record) if task is DeskTaskKind.REFERRAL:
            return record
        case _:
            return None


def _pressing(waits: WaitingAtDesk, groups: Sequence[StopGroup]) -> WaitingAtDesk:
    """What is proposed once words came in that weigh more than what was known when the ticket came to the desk."""
    suggestion = next((group.category for group in groups if group.category), waits.suggestion)
    others = dict.fromkeys(each for each in (waits.suggestion, *(waits.alternatives or ())) if each != suggestion)
    return replace(
        waits,
        suggestion=suggestion,
        alternatives=tuple(each for each in others if each) or None,
        refer=next((group.refer for group in groups if group.refer), waits.refer),
    )


def _in_order(found: Sequence[StopWord], groups: Sequence[StopGroup]) -> tuple[StopWord, ...]:
    """The most pressing words first, whenever they were said; those of a group that policy has no more stand last."""
    place = {group.code: number for number, group in enumerate(groups)}
    return tuple(sorted(found, key=lambda word: place.get(word.group, len(place))))


def _whose(state: Ticket, task: DeskTaskKind) -> DepartmentCode | None:
    if task is DeskTaskKind.TASK_REVIEW:
        return task_in_review(state) or state.before.in_review
    if task is DeskTaskKind.DISPATCH_CHECK and isinstance(state.check, Drawn):
        return state.check.lead
    return state.order.lead if state.order else None


def _about(state: Ticket, task: DeskTaskKind) -> CategoryCode | None:
    """The category that the task is about: the one that policy dispatched by, or that fell back."""
    if task is DeskTaskKind.DISPATCH_CHECK and isinstance(state.check, Drawn):
        return state.check.category
    return state.fell_back if task is DeskTaskKind.AUTOMATION and state.fell_back else state.matter.category


def _reply(state: Ticket, task: DeskTaskKind) -> str | None:
    """What the department answered whose work is to be judged; a supporter's reply is its newest note."""
    if task is DeskTaskKind.TASK_REVIEW:
        department = task_in_review(state)
        return next((note.text for note in reversed(state.notes) if note.department == department), None)
    return state.reply if task in _JUDGED else None


def _asker(state: Ticket, task: DeskTaskKind) -> Person | None:
    match task:
        case DeskTaskKind.EXTENSION if isinstance(state.extension, ExtensionAsked):
            return state.extension.by.person
        case DeskTaskKind.SUSPENSION if isinstance(state.suspension, SuspensionAsked):
            return state.suspension.by.person
        case _:
            return next((each.by.person for each in state.asked if each.desk is task), None)


# --- the callback agency ---------------------------------------------------------------------------------------------


def callbacks(state: Ticket, fact: d.DispatchFact, now: Seen, rules: Rules) -> Iterator[Tell]:
    """What the callback agency hears of a fact; `now` is what others see of the ticket after it."""
    match fact:
        case d.CallbackAwaited():
            yield _callback(state, "requested", fact.round, attempts=fact.attempts)
        case d.Corrected() | d.Redacted() if now.round is not None and state.before.round is not None:
            yield _owed_still(state, now.round, rules)
        case d.Overdue(clock=Clock.CALLBACK) if now.round is not None:
            yield _owed_still(state, now.round, rules, missed=not fact.withdrawn)
        case d.CallbackAppointed() if now.round is not None:
            yield _owed_still(state, now.round, rules)
        case _ if state.before.round is not None and now.round is None:
            yield _callback(state, "cancelled", state.before.round)
        case _:
            return


def _owed_still(state: Ticket, number: int, rules: Rules, *, missed: bool = False) -> Tell:
    """The same call as it is owed now: with what was corrected, at the time that was appointed, or at once."""
    standing = state.standing
    at = standing.at if isinstance(standing, CallbackPending) else None
    made = standing.attempts if isinstance(standing, CallbackPending) else 0
    left = max(1, rules.policy.limits.callback_attempts - made)
    if missed or (at is None and late_elsewhere(state) is DeskTaskKind.CALLBACK_LATE):
        return _callback(state, "overdue", number, attempts=left, at=at)
    return _callback(state, "appointed" if at else "requested", number, attempts=left, at=at)


def _callback(
    state: Ticket,
    happened: Literal["requested", "appointed", "overdue", "cancelled"],
    number: int,
    *,
    attempts: int = 0,
    at: datetime | None = None,
) -> Tell:
    message = CallbackRequest(
        happened=happened,
        ticket=state.id,
        round=number,
        attempts=attempts,
        contact=contact_for_callback(state),
        text=state.matter.text,
        reply=state.reply,
        at=at,
        confidential=is_confidential(state) or None,
    )
    return Tell(CALLBACKS, state.id, message, veil_for(state))
