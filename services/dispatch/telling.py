"""Who else hears of a fact: departments, the desk, the callback agency, other tickets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

from chassis.decider import Tell
from schemas import dispatch as d
from schemas import requests as r
from schemas.message import Message
from schemas.policy import Policy
from schemas.public import ActionAnswer, CallbackRequest, DeskTask, DueTime, Order, SharedNote
from schemas.registry import CALLBACKS, DESK, REQUESTS, department_topic
from schemas.values import PartyKind, Ruling
from services.dispatch.core.ticket import Ticket

HAPPENED: Final[dict[type[d.DispatchFact], str]] = {
    d.Dispatched: "dispatched",
    d.Classified: "classified",
    d.Accepted: "accepted",
    d.ReturnRequested: "return_requested",
    d.ReturnUpheld: "return_upheld",
    d.ReturnOverruled: "return_overruled",
    d.AdjudicationOpened: "adjudication_opened",
    d.FirstContactMade: "first_contact_made",
    d.FirstContactExempt: "first_contact_exempt",
    d.ProgressNoted: "progress_noted",
    d.InfoAsked: "info_asked",
    d.InfoProvided: "info_provided",
    d.InfoTimedOut: "info_timed_out",
    d.SupportTaskOpened: "task_opened",
    d.SupportTaskDone: "task_done",
    d.SupportTaskSentBack: "task_sent_back",
    d.SupportTaskEnded: "task_ended",
    d.Handled: "handled",
    d.HandledAccepted: "handled_accepted",
    d.HandledSentBack: "handled_sent_back",
    d.ExtensionGranted: "extension_granted",
    d.ExtensionRefused: "extension_refused",
    d.Suspended: "suspended",
    d.SuspensionRefused: "suspension_refused",
    d.SuspensionEnded: "suspension_ended",
    d.CommitmentDue: "commitment_due",
    d.CommitmentChecked: "commitment_checked",
    d.ReworkOrdered: "rework_ordered",
    d.Closed: "closed",
    d.Reopened: "reopened",
    d.Withdrawn: "withdrawn",
    d.Transferred: "transferred",
    d.Merged: "merged",
    d.Unmerged: "unmerged",
    d.FollowUpAdded: "follow_up",
    d.Nudged: "nudged",
    d.SupervisionOrdered: "supervision_ordered",
    d.SupervisionEnded: "supervision_ended",
    d.Interviewed: "interviewed",
    d.CallbackReviewOrdered: "callback_review_ordered",
    d.FixReported: "fix_reported",
    d.DueNoted: "due_changed",
    d.Overdue: "overdue",
}

DESK_TASKS: Final[dict[type[d.DispatchFact], tuple[str, bool]]] = {
    d.SettledAtUnit: ("unit_pass_on", False),
    d.DispatchAwaited: ("dispatching", True),
    d.ReturnRequested: ("return_ruling", True),
    d.ReturnUpheld: ("return_ruling", False),
    d.ReturnOverruled: ("return_ruling", False),
    d.AdjudicationOpened: ("adjudication", True),
    d.Adjudicated: ("adjudication", False),
    d.ExtensionRequested: ("extension", True),
    d.ExtensionGranted: ("extension", False),
    d.ExtensionRefused: ("extension", False),
    d.SuspensionRequested: ("suspension", True),
    d.Suspended: ("suspension", False),
    d.SuspensionRefused: ("suspension", False),
    d.Handled: ("review", True),
    d.HandledAccepted: ("review", False),
    d.HandledSentBack: ("review", False),
    d.CommitmentDue: ("commitment_check", True),
    d.CommitmentChecked: ("commitment_check", False),
    d.SupervisionAnswered: ("supervision", True),
    d.SupervisionEnded: ("supervision", False),
}
Role = Literal["lead", "supporting", "none"]
_ENDS: Final = (d.Closed, d.Withdrawn, d.Transferred, d.NotAccepted, d.SettledAtUnit)


def tell(state: Ticket, fact: Message, at: datetime, policy: Policy) -> list[Tell]:
    """Name every further message of a fact, in order."""
    if not isinstance(fact, d.DispatchFact):
        return []
    return [
        *_departments(state, fact, policy),
        *_desk(state, fact, at),
        *_callbacks(state, fact),
        *_requests(state, fact),
    ]


def _departments(state: Ticket, fact: d.DispatchFact, policy: Policy) -> Iterator[Tell]:
    if isinstance(fact, d.ActionRefused):
        yield from _refusal(fact)
        return
    happened = HAPPENED.get(type(fact))
    if happened is None or state.order is None:
        return
    for code, role in _readers(state, fact).items():
        yield Tell(department_topic(code), state.id, order_of(state, fact, happened, code, role, policy))


def _refusal(fact: d.ActionRefused) -> Iterator[Tell]:
    if fact.party.kind is PartyKind.DEPARTMENT and fact.party.department:
        answer = ActionAnswer(
            receipt=fact.receipt, action=fact.action, ticket=fact.ticket, code=fact.code, reason=fact.reason
        )
        yield Tell(department_topic(fact.party.department), fact.ticket, answer)


def _readers(state: Ticket, fact: d.DispatchFact) -> dict[str, Role]:
    order = state.order
    if order is None:
        return {}
    match fact:
        case d.ReturnUpheld(department=former) | d.SupportTaskEnded(department=former):
            return {former: "none"}
        case d.SupportTaskOpened(department=one) | d.SupportTaskSentBack(department=one):
            return {one: "supporting"}
        case d.DueNoted(owner=owner) | d.Overdue(owner=owner):
            code = owner.removeprefix("department:")
            if code == order.lead:
                return {code: "lead"}
            return {code: "supporting"} if code in state.tasks else {}
        case _:
            return {order.lead: "lead", **dict.fromkeys(state.tasks, "supporting")}


def order_of(state: Ticket, fact: d.DispatchFact, happened: str, code: str, role: Role, policy: Policy) -> Order:
    """Make the whole truth of an order for one reader."""
    matter, order = state.matter, state.order
    category = policy.category(matter.category) if matter.category else None
    owner = f"department:{code}"
    return Order.model_construct(
        happened=happened,
        reason=getattr(fact, "reason", None),
        ticket=state.id,
        order=order.number if order else 0,
        role=role,
        state=state.state,
        lead=order.lead if order else code,
        supporting=tuple(state.tasks),
        returnable=bool(order and order.returnable and role == "lead"),
        kind=matter.kind,
        tier=matter.tier,
        category=matter.category,
        category_name=category.name if category else None,
        requester_kind=matter.requester_kind,
        contact=matter.contact,
        place=matter.place,
        text=matter.text,
        due=tuple(DueTime(clock=each.clock, due=each.due) for each in state.dues.values() if each.owner == owner),
        follow_ups=state.follow_ups,
        supervised=state.supervision.open == "ordered" or state.supervision.review == "ordered",
        blocking_tasks=tuple(name for name, task in state.tasks.items() if task.blocking and not task.done),
        notes=tuple(SharedNote(department=each.department, text=each.text, plan=each.plan) for each in state.notes),
    )


def _desk(state: Ticket, fact: d.DispatchFact, at: datetime) -> Iterator[Tell]:
    match fact:
        case d.PassOnAwaited(stage=stage):
            yield _task(state, fact, at, _stage(stage), is_open=True)
        case d.PassedOn(stage=stage):
            yield _task(state, fact, at, _stage(stage), is_open=False)
        case d.Dispatched() if fact.by.person is not None:
            yield _task(state, fact, at, "dispatching", is_open=False)
        case d.AdjudicationOpened():
            yield _task(state, fact, at, "return_ruling", is_open=False)
            yield _task(state, fact, at, "adjudication", is_open=True)
        case _ if type(fact) in DESK_TASKS:
            name, is_open = DESK_TASKS[type(fact)]
            yield _task(state, fact, at, name, is_open=is_open)
        case _:
            return


def _stage(stage: str) -> str:
    return "unit_pass_on" if stage == "unit" else "survey_office"


def _task(state: Ticket, fact: d.DispatchFact, at: datetime, task: str, *, is_open: bool) -> Tell:
    matter = state.matter
    message = DeskTask(
        task=task,
        open=is_open,
        ticket=state.id,
        since=at,
        reason=getattr(fact, "reason", None),
        department=state.order.lead if state.order else None,
        suggestion=getattr(fact, "suggestion", None),
        category=matter.category,
        tier=matter.tier,
        kind=matter.kind,
        subdistrict=matter.place.subdistrict,
        text=matter.text,
    )
    return Tell(DESK, state.id, message)


def _callbacks(state: Ticket, fact: d.DispatchFact) -> Iterator[Tell]:
    match fact:
        case d.CallbackAwaited():
            yield _callback(state, "requested", attempts=fact.attempts)
        case d.CallbackAppointed():
            yield _callback(state, "appointed", at=fact.at)
        case d.FinalAnswerGiven():
            yield _callback(state, "cancelled")
        case d.Withdrawn() | d.Merged() if state.order is not None:
            yield _callback(state, "cancelled")
        case _:
            return


def _callback(state: Ticket, happened: str, *, attempts: int = 0, at: datetime | None = None) -> Tell:
    message = CallbackRequest.model_validate(
        {
            "happened": happened,
            "ticket": state.id,
            "round": state.rounds,
            "attempts": attempts,
            "contact": state.matter.contact,
            "text": state.matter.text,
            "reply": state.reply,
            "at": at,
        }
    )
    return Tell(CALLBACKS, state.id, message)


def _requests(state: Ticket, fact: d.DispatchFact) -> Iterator[Tell]:
    receipt, by = state.matter.receipt, fact.by
    match fact:
        case d.Merged(into=other, reason=reason):
            asked = r.TakeMerge(
                ticket=other,
                origin=state.id,
                by=by,
                requester=state.matter.requester,
                reason=reason,
                receipt=receipt,
            )
            yield Tell(REQUESTS, other, asked)
        case d.Unmerged(into=other):
            yield Tell(REQUESTS, other, r.DropMerge(ticket=other, origin=state.id, by=by))
        case d.MergeDropped(other=other, reason=str(reason)):
            answer = r.MergeAnswered(ticket=other, origin=state.id, by=by, taken=False, reason=reason, receipt=receipt)
            yield Tell(REQUESTS, other, answer)
        case d.IncidentJoined(incident=head) if head != state.id:
            yield Tell(REQUESTS, head, r.AdmitMember(ticket=head, origin=state.id, by=by, receipt=receipt))
        case d.IncidentLeft(incident=head) if head != state.id:
            yield Tell(REQUESTS, head, r.DismissMember(ticket=head, origin=state.id, by=by))
        case d.FixReported(incident=head, text=text) if head == state.id:
            for member in state.members:
                yield Tell(REQUESTS, member, r.PassOnFix(ticket=member, origin=state.id, by=by, text=text))
        case d.SplitUp():
            yield from _parts(state, fact)
        case _ if isinstance(fact, _ENDS) and state.matter.part_of is not None:
            yield _part_over(state, fact)
        case _:
            return


def _parts(state: Ticket, fact: d.SplitUp) -> Iterator[Tell]:
    matter = state.matter
    for part, text, category in zip(fact.parts, fact.texts, fact.categories, strict=True):
        opening = r.OpenPart(
            ticket=part,
            origin=state.id,
            by=fact.by,
            receipt=matter.receipt,
            channel=matter.channel,
            kind=matter.kind,
            requester_kind=matter.requester_kind,
            requester=matter.requester,
            contact=matter.contact,
            place=matter.place,
            text=text,
            category=category or None,
            tier=matter.tier,
            confidential=matter.confidential,
            accused=matter.accused,
            registered_at=matter.opened_at,
        )
        yield Tell(REQUESTS, part, opening)


def _part_over(state: Ticket, fact: d.DispatchFact) -> Tell:
    whole = state.matter.part_of or ""
    ruling = getattr(fact, "ruling", None) or Ruling.FOR_REFERENCE
    outcome = getattr(fact, "outcome", None) or type(fact).__name__.lower()
    message = r.ReportPart(ticket=whole, origin=state.id, by=fact.by, outcome=outcome, ruling=ruling)
    return Tell(REQUESTS, whole, message)
