"""Who else hears of a fact: departments, the desk, the callback agency, other tickets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

from chassis.decider import Tell
from schemas import dispatch as d
from schemas.message import Message
from schemas.public import ActionAnswer, CallbackRequest, DeskTask, DueTime, Order, SharedNote
from schemas.registry import CALLBACKS, DESK, department_topic
from schemas.values import Clock, PartyKind
from services.dispatch.asking import requests
from services.dispatch.core.draft import watched
from services.dispatch.core.holder import seen
from services.dispatch.core.regions import supervision
from services.dispatch.core.regions.support import blocking, in_review
from services.dispatch.core.rules import Rules
from services.dispatch.core.ticket import Seen, Stub, Ticket

Role = Literal["lead", "supporting", "none"]

HAPPENED: Final[dict[type[Message], str]] = {
    d.Dispatched: "dispatched",
    d.Classified: "classified",
    d.Accepted: "accepted",
    d.ReturnRequested: "return_requested",
    d.ReturnUpheld: "return_upheld",
    d.ReturnOverruled: "return_overruled",
    d.AdjudicationOpened: "adjudication_opened",
    d.FirstContactTried: "first_contact_tried",
    d.FirstContactMade: "first_contact_made",
    d.FirstContactExempt: "first_contact_exempt",
    d.ProgressNoted: "progress_noted",
    d.InfoAsked: "info_asked",
    d.InfoProvided: "info_provided",
    d.InfoTimedOut: "info_timed_out",
    d.SupportTaskOpened: "task_opened",
    d.SupportTaskDone: "task_done",
    d.SupportTaskAccepted: "task_accepted",
    d.SupportTaskSentBack: "task_sent_back",
    d.SupportTaskEnded: "task_ended",
    d.Handled: "handled",
    d.HandledAccepted: "handled_accepted",
    d.HandledSentBack: "handled_sent_back",
    d.ExtensionRequested: "extension_requested",
    d.ExtensionGranted: "extension_granted",
    d.ExtensionRefused: "extension_refused",
    d.RequestLapsed: "request_lapsed",
    d.SuspensionRequested: "suspension_requested",
    d.Suspended: "suspended",
    d.SuspensionRefused: "suspension_refused",
    d.SuspensionEnded: "suspension_ended",
    d.Committed: "committed",
    d.CommitmentDue: "commitment_due",
    d.CommitmentChecked: "commitment_checked",
    d.ReworkOrdered: "rework_ordered",
    d.Closed: "closed",
    d.NotAccepted: "not_accepted",
    d.Reopened: "reopened",
    d.Withdrawn: "withdrawn",
    d.Transferred: "transferred",
    d.Merged: "merged",
    d.Unmerged: "unmerged",
    d.SplitUp: "split_up",
    d.FollowUpAdded: "follow_up",
    d.Nudged: "nudged",
    d.NudgeWithdrawn: "nudge_withdrawn",
    d.SupervisionOrdered: "supervision_ordered",
    d.SupervisionAnswered: "supervision_answered",
    d.SupervisionEnded: "supervision_ended",
    d.Interviewed: "interviewed",
    d.CallbackReviewOrdered: "callback_review_ordered",
    d.FixReported: "fix_reported",
    d.DueNoted: "due_changed",
    d.Overdue: "overdue",
}
"""What a department hears of, and under which word; of everything else it sees the outcome in the next order."""

_DEPARTMENT: Final = "department:"


def tell(state: Ticket | Stub, fact: Message, at: datetime, rules: Rules) -> list[Tell]:
    """Name every further message of a fact, in order; `state` is the ticket after it."""
    told: list[Tell] = []
    if isinstance(fact, d.ActionRefused):
        told.extend(_answer(fact))
    if not isinstance(fact, d.DispatchFact):
        return told
    if not isinstance(state, Ticket):
        told.extend(requests(None, fact))
        return told
    now = seen(state)
    told.extend(_departments(state, fact, now, rules))
    if state.before is not now and state.before != now:
        told.extend(_desk(state, fact, at, now, rules))
    told.extend(_callbacks(state, fact, now))
    told.extend(requests(state, fact))
    return told


def _answer(fact: d.ActionRefused) -> Iterator[Tell]:
    if fact.party.kind is PartyKind.DEPARTMENT and fact.party.department:
        answer = ActionAnswer(
            receipt=fact.receipt, action=fact.action, ticket=fact.ticket, code=fact.code, reason=fact.reason
        )
        yield Tell(department_topic(fact.party.department), fact.ticket, answer)


# --- departments -----------------------------------------------------------------------------------------------------


def _departments(state: Ticket, fact: d.DispatchFact, now: Seen, rules: Rules) -> Iterator[Tell]:
    happened = _word(fact)
    released = [code for code in state.before.departments if code not in now.departments]
    if happened is None and not released:
        return
    readers: dict[str, Role] = dict.fromkeys(_readers(state, fact, now) if happened else (), "supporting")
    if state.order is not None and state.order.lead in readers:
        readers[state.order.lead] = "lead"
    readers |= dict.fromkeys(released, "none")
    for code, role in readers.items():
        yield Tell(department_topic(code), state.id, order_for(state, fact, happened or "released", code, role, rules))


def _word(fact: d.DispatchFact) -> str | None:
    if isinstance(fact, d.Overdue) and fact.withdrawn:
        return "overdue_withdrawn"
    return HAPPENED.get(type(fact))


def _readers(state: Ticket, fact: d.DispatchFact, now: Seen) -> tuple[str, ...]:
    match fact:
        case d.DueNoted(owner=owner) | d.Overdue(owner=owner) if owner.startswith(_DEPARTMENT):
            code = owner.removeprefix(_DEPARTMENT)
            return (code,) if code in now.departments else ()
        case d.Nudged(department=one) if one is None or one in state.tasks:
            return () if one is None else (one,)
        case d.Overdue(clock=Clock.CITIZEN):
            return now.departments[:1]
        case d.Dispatched():
            # Supporters hear of their tasks right afterwards.
            return tuple(code for code in now.departments if code == fact.lead or code in state.before.departments)
        case d.SupportTaskOpened(department=one):
            return tuple(code for code in (*now.departments[:1], one) if code in now.departments)
        case _:
            return now.departments


def order_for(state: Ticket, fact: d.DispatchFact, happened: str, code: str, role: Role, rules: Rules) -> Order:
    """Make the whole truth of an order for one reader."""
    matter, order = state.matter, state.order
    category = rules.policy.category(matter.category) if matter.category else None
    unanswered = isinstance(state.supervision, supervision.Ordered) or isinstance(
        state.review, supervision.ReviewOrdered
    )
    return Order.model_construct(
        happened=happened,
        reason=getattr(fact, "reason", None),
        ticket=state.id,
        order=order.number if order else 0,
        role=role,
        state=state.state,
        lead=order.lead if order else code,
        supporting=tuple(state.tasks),
        returnable=bool(order and order.returnable and role == "lead" and not watched(state)),
        kind=matter.kind,
        tier=matter.tier,
        category=matter.category,
        category_name=category.name if category else None,
        requester_kind=matter.requester_kind,
        contact=matter.contact,
        place=matter.place,
        text=matter.text,
        due=tuple(_due_times(state, f"{_DEPARTMENT}{code}")),
        follow_ups=state.follow_ups,
        supervised=role == "lead" and unanswered,
        blocking_tasks=blocking(state.tasks),
        notes=tuple(SharedNote(department=each.department, text=each.text, plan=each.plan) for each in state.notes),
    )


def _due_times(state: Ticket, owner: str) -> Iterator[DueTime]:
    for each in state.dues.values():
        if each.owner == owner and each.due is not None:
            yield DueTime(clock=each.clock, due=each.due)


# --- the desk --------------------------------------------------------------------------------------------------------

_PASSED_BY: Final = {
    "unit_pass_on": "unit_pass_on",
    "survey_office": "survey_office",
    "review": "review",
}
"""Tasks that policy may do itself in the same moment: the desk need not hear of those."""


def _desk(state: Ticket, fact: d.DispatchFact, at: datetime, now: Seen, rules: Rules) -> Iterator[Tell]:
    for task in state.before.desk:
        if task not in now.desk and not _by_itself(task, rules):
            yield _task(state, fact, at, task, is_open=False)
    for task in now.desk:
        another = task == "task_review" and now.in_review != state.before.in_review
        if (another or task not in state.before.desk) and not _by_itself(task, rules):
            yield _task(state, fact, at, task, is_open=True)


def _by_itself(task: str, rules: Rules) -> bool:
    return task in _PASSED_BY and rules.automatic(_PASSED_BY[task])


def _task(state: Ticket, fact: d.DispatchFact, at: datetime, task: str, *, is_open: bool) -> Tell:
    matter = state.matter
    message = DeskTask.model_construct(
        task=task,
        open=is_open,
        ticket=state.id,
        since=at,
        reason=getattr(fact, "reason", None),
        department=_whose(state, task),
        suggestion=getattr(fact, "suggestion", None),
        category=matter.category,
        tier=matter.tier,
        kind=matter.kind,
        subdistrict=matter.place.subdistrict,
        text=matter.text,
    )
    return Tell(DESK, state.id, message)


def _whose(state: Ticket, task: str) -> str | None:
    if task == "task_review":
        return in_review(state.tasks) or state.before.in_review
    return state.order.lead if state.order else None


# --- the callback agency ---------------------------------------------------------------------------------------------


def _callbacks(state: Ticket, fact: d.DispatchFact, now: Seen) -> Iterator[Tell]:
    match fact:
        case d.CallbackAwaited():
            yield _callback(state, "requested", fact.round, attempts=fact.attempts)
        case d.CallbackAppointed() if now.round is not None:
            yield _callback(state, "appointed", now.round, at=fact.at)
        case _ if state.before.round is not None and now.round is None:
            yield _callback(state, "cancelled", state.before.round)
        case _:
            return


def _callback(
    state: Ticket,
    happened: Literal["requested", "appointed", "cancelled"],
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
        contact=state.matter.contact,
        text=state.matter.text,
        reply=state.reply,
        at=at,
    )
    return Tell(CALLBACKS, state.id, message)
