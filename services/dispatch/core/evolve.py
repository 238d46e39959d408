"""What a ticket is after a fact: total, for a fact cannot be refused. What does not fit changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Clock, Contact, Place, Ruling, Tier
from services.dispatch.core import standing as s
from services.dispatch.core import ticket as t
from services.dispatch.core.holder import seen
from services.dispatch.core.regions import (
    commitment,
    contact,
    extension,
    incident,
    merging,
    supervision,
    support,
    suspension,
)
from services.dispatch.core.ticket import Stub, Ticket

_NOTES: Final = 20
_WORKING: Final = frozenset({Clock.HANDLING, Clock.REWORK, Clock.URGENT_FIRST_REPORT, Clock.RETURN_WINDOW})
Changes = dict[str, Any]
Change = Callable[[Ticket, Any, datetime], Changes]


def evolve(state: Ticket | Stub | None, fact: Message, at: datetime) -> Ticket | Stub:
    """Fold one fact of dispatch; the first one opens the ticket."""
    match fact:
        case d.Opened():
            return _opened(fact, at)
        case d.AnsweredOnLine():
            return _answered(fact, at)
        case _ if isinstance(state, Ticket):
            return changed(state, fact, at)
        case _:
            return state or Stub()


def changed(state: Ticket, fact: Message, at: datetime) -> Ticket:
    """Fold one fact of a ticket that was opened."""
    change = CHANGES.get(type(fact))
    changes = {} if change is None else change(state, fact, at)
    before = seen(state)
    if before != state.before:
        changes["before"] = before
    return state.model_copy(update=changes) if changes else state


def _opened(fact: d.Opened, at: datetime) -> Ticket:
    names = t.Matter.model_fields.keys() & d.Opened.model_fields.keys()
    values = {name: getattr(fact, name) for name in names}
    unit = fact.visit.unit if fact.visit else None
    matter = t.Matter.model_construct(**values, unit=unit, opened_at=at)
    return Ticket(id=fact.ticket, matter=matter, standing=s.Registered())


def _answered(fact: d.AnsweredOnLine, at: datetime) -> Ticket:
    matter = t.Matter(
        receipt=fact.receipt,
        channel=fact.channel,
        kind=fact.kind,
        requester_kind=fact.requester_kind,
        requester=fact.requester,
        contact=Contact(),
        place=fact.place or Place(text="-"),
        text=fact.answer,
        category=fact.category,
        tier=Tier.SIMPLE,
        opened_at=at,
    )
    return Ticket(id=fact.ticket, matter=matter, standing=s.Answered())


def _matter(state: Ticket, **changes: object) -> Changes:
    return {"matter": state.matter.model_copy(update=changes)}


def _noted(state: Ticket, department: str | None, text: str, *, plan: bool = False) -> Changes:
    return {"notes": (*state.notes, t.Note(department=department, text=text, plan=plan))[-_NOTES:]}


def _quiet(state: Ticket) -> Changes:
    """What the lead does answers the nudges so far."""
    pressed = state.supervision
    return {"supervision": supervision.Quiet(orders=pressed.orders)} if isinstance(pressed, supervision.Nudged) else {}


def _due_no_more(state: Ticket, clocks: Iterable[Clock], owner: str | None = None) -> Changes:
    gone = frozenset(clocks)
    kept = {
        name: each
        for name, each in state.dues.items()
        if each.clock not in gone or owner not in (None, each.owner.removeprefix("department:"))
    }
    return {} if len(kept) == len(state.dues) else {"dues": kept}


# --- dispatched, disputed --------------------------------------------------------------------------------------------


def _dispatched(state: Ticket, fact: d.Dispatched, _at: datetime) -> Changes:
    order = t.Order(
        number=fact.order,
        lead=fact.lead,
        supporting=fact.supporting,
        binding=fact.binding,
        returnable=not fact.binding,
        reason=fact.reason,
    )
    changes: Changes = {"order": order, "orders": fact.order, "standing": s.Dispatched(), "merging": merging.NotAsked()}
    if fact.tier is not state.matter.tier or fact.category not in (None, state.matter.category):
        changes |= _matter(state, tier=fact.tier, category=fact.category or state.matter.category)
    if not fact.same_lead or isinstance(state.contact, contact.NotDue):
        changes["contact"] = contact.Owed()
    if not fact.same_lead:
        others = {name: each for name, each in state.dues.items() if not each.owner.startswith("department:")}
        changes |= {"dues": others, "extension": extension.NotAsked(), "suspension": suspension.NotAsked()}
        changes |= {"commitment": commitment.Nothing()}
    return changes


def _accepted(state: Ticket, fact: d.Accepted, at: datetime) -> Changes:
    presumed = at if fact.presumed else None
    order = state.order.model_copy(update={"returnable": False, "presumed_at": presumed}) if state.order else None
    return {"standing": s.InProgress(), "order": order} | _due_no_more(state, {Clock.RETURN_WINDOW})


def _return_requested(state: Ticket, fact: d.ReturnRequested, _at: datetime) -> Changes:
    standing = s.ReturnRequested(ground=fact.ground, suggested=fact.suggested, against_precedent=fact.against_precedent)
    refused_by = tuple(dict.fromkeys((*state.refused_by, fact.department)))
    return {"standing": standing, "disputes": fact.dispute, "refused_by": refused_by}


def _adjudicating(state: Ticket, _fact: d.AdjudicationOpened, _at: datetime) -> Changes:
    ground = state.standing.ground if isinstance(state.standing, s.ReturnRequested) else None
    return {"standing": s.Adjudicating(ground=ground)}


def _upheld(_state: Ticket, _fact: d.ReturnUpheld, _at: datetime) -> Changes:
    return {
        "standing": s.PendingDispatch(reason="returned"),
        "contact": contact.NotDue(),
        "extension": extension.NotAsked(),
        "suspension": suspension.NotAsked(),
    }


# --- asked of the requester, of supporters ---------------------------------------------------------------------------


def _info_asked(state: Ticket, fact: d.InfoAsked, _at: datetime) -> Changes:
    back = state.standing
    if not isinstance(back, s.SurveyReview | s.PendingDispatch | s.InProgress | s.Rework):
        return {}
    return {"standing": s.NeedsInfo(department=fact.department, back=back)}


def _info_over(state: Ticket, fact: d.InfoProvided | d.InfoTimedOut, _at: datetime) -> Changes:
    if not isinstance(state.standing, s.NeedsInfo):
        return {}
    notes = _noted(state, None, fact.text) if isinstance(fact, d.InfoProvided) else {}
    return {"standing": state.standing.back} | notes


def _task(state: Ticket, department: str, task: support.Doing | support.Done | None) -> Changes:
    others = {code: each for code, each in state.tasks.items() if code != department}
    changes: Changes = {"tasks": others if task is None else {**others, department: task}}
    return (
        changes
        if isinstance(task, support.Doing)
        else changes | _due_no_more(state, {Clock.SUPPORTING_TASK}, department)
    )


def _blocking(state: Ticket, department: str) -> bool:
    return state.tasks[department].blocking if department in state.tasks else True


def _task_done(state: Ticket, fact: d.SupportTaskDone, _at: datetime) -> Changes:
    done = support.Done(blocking=_blocking(state, fact.department))
    return _task(state, fact.department, done) | _noted(state, fact.department, fact.reply)


# --- handled, called back, closed ------------------------------------------------------------------------------------


def _handled(state: Ticket, fact: d.Handled, at: datetime) -> Changes:
    return {
        "standing": s.Handled(at=at),
        "reply": fact.reply,
        "extension": extension.NotAsked(granted=state.extension.granted),
        "suspension": suspension.NotAsked(),
    } | _quiet(state)


def _handled_accepted(state: Ticket, fact: d.HandledAccepted, _at: datetime) -> Changes:
    standing = state.standing
    after = standing.model_copy(update={"accepted": True}) if isinstance(standing, s.Handled) else standing
    return {"standing": after, "ruling": fact.ruling or state.ruling} | _due_no_more(
        state, _WORKING | {Clock.FIRST_CONTACT}
    )


def _suspended(state: Ticket, fact: d.Suspended, _at: datetime) -> Changes:
    back = state.standing if isinstance(state.standing, s.InProgress | s.Rework) else s.InProgress()
    return {"suspension": suspension.NotAsked(), "standing": s.Suspended(until=fact.until, back=back)}


def _suspension_ended(state: Ticket, _fact: d.SuspensionEnded, _at: datetime) -> Changes:
    return {"standing": state.standing.back} if isinstance(state.standing, s.Suspended) else {}


def _commitment_due(_state: Ticket, fact: d.CommitmentDue, _at: datetime) -> Changes:
    return {"commitment": commitment.Due(department=fact.department)}


def _commitment_checked(state: Ticket, _fact: d.CommitmentChecked, _at: datetime) -> Changes:
    return {"commitment": commitment.Nothing()} | _due_no_more(state, {Clock.COMMITMENT})


def _calling(state: Ticket, **changes: object) -> Changes:
    standing = state.standing
    return {"standing": standing.model_copy(update=changes)} if isinstance(standing, s.CallbackPending) else {}


def _reworked(state: Ticket, fact: d.ReworkOrdered, _at: datetime) -> Changes:
    return {"standing": s.Rework(), "rounds": fact.round, "failures": state.failures + 1, "ruling": None}


def _ended(state: Ticket, standing: s.AnyStanding) -> Changes:
    return {
        "standing": standing,
        "tasks": {},
        "dues": {},
        "extension": extension.NotAsked(),
        "suspension": suspension.NotAsked(),
        "commitment": commitment.Nothing(),
        "supervision": supervision.Quiet(orders=state.supervision.orders),
        "review": supervision.NoReview(),
        "merging": merging.NotAsked(),
    }


def _closed(state: Ticket, fact: d.Closed, at: datetime) -> Changes:
    return _ended(state, s.Closed(since=at, ruling=fact.ruling)) | {"ruling": fact.ruling}


def _reopened(_state: Ticket, fact: d.Reopened, _at: datetime) -> Changes:
    return {
        "reopened": fact.count,
        "standing": s.PendingDispatch(reason="reopened"),
        "ruling": None,
        "reply": None,
        "refused_by": (),
        "contact": contact.NotDue(),
    }


# --- supervision -----------------------------------------------------------------------------------------------------


def _nudged(state: Ticket, _fact: d.Nudged, at: datetime) -> Changes:
    match state.supervision:
        case supervision.Quiet(orders=orders):
            return {"supervision": supervision.Nudged(orders=orders, nudges=1, since=at)}
        case supervision.Nudged() as pressed:
            return {"supervision": pressed.model_copy(update={"nudges": pressed.nudges + 1})}
        case _:
            return {}


def _supervised(state: Ticket, fact: d.SupervisionOrdered, _at: datetime) -> Changes:
    interviews = getattr(state.supervision, "interviews", 0)
    return {"supervision": supervision.Ordered(orders=fact.number, interviews=interviews)}


def _supervision_answered(state: Ticket, _fact: d.SupervisionAnswered, _at: datetime) -> Changes:
    changes = _due_no_more(state, {Clock.SUPERVISION, Clock.CALLBACK_REVIEW})
    watch = state.supervision
    if isinstance(watch, supervision.Ordered):
        changes["supervision"] = supervision.Reported(orders=watch.orders, interviews=watch.interviews)
    if isinstance(state.review, supervision.ReviewOrdered):
        changes["review"] = supervision.ReviewReported()
    return changes


def _interviewed(state: Ticket, _fact: d.Interviewed, _at: datetime) -> Changes:
    watch = state.supervision
    if not isinstance(watch, supervision.Ordered | supervision.Reported):
        return {}
    return {"supervision": supervision.Ordered(orders=watch.orders, interviews=watch.interviews + 1)}


def _supervision_ended(state: Ticket, _fact: d.SupervisionEnded, _at: datetime) -> Changes:
    calm = {"supervision": supervision.Quiet(orders=state.supervision.orders), "review": supervision.NoReview()}
    return calm | _due_no_more(state, {Clock.SUPERVISION, Clock.CALLBACK_REVIEW})


# --- one ticket and another, clocks ----------------------------------------------------------------------------------


def _merged(state: Ticket, fact: d.Merged, _at: datetime) -> Changes:
    back = state.standing
    if isinstance(
        back,
        s.SurveyReview | s.PendingDispatch | s.Dispatched | s.InProgress | s.Rework | s.Suspended | s.NeedsInfo,
    ):
        return {"standing": s.Merged(into=fact.into, back=back), "merging": merging.NotAsked()}
    return {}


def _unmerged(state: Ticket, _fact: d.Unmerged, _at: datetime) -> Changes:
    return {"standing": state.standing.back} if isinstance(state.standing, s.Merged) else {}


def _action_refused(state: Ticket, fact: d.ActionRefused, _at: datetime) -> Changes:
    """A refusal changes nothing, but for what this ticket itself had asked of another one."""
    if isinstance(state.merging, merging.Asked) and state.merging.receipt == fact.receipt:
        return {"merging": merging.NotAsked()}
    if isinstance(state.incident, incident.Joining) and state.incident.receipt == fact.receipt:
        return {"incident": incident.Alone()}
    return {}


def _member_joined(state: Ticket, fact: d.MemberJoined, _at: datetime) -> Changes:
    known = state.incident.members if isinstance(state.incident, incident.Heads) else {}
    return {"incident": incident.Heads(members={**known, fact.member: fact.accused})}


def _member_left(state: Ticket, fact: d.MemberLeft, _at: datetime) -> Changes:
    if not isinstance(state.incident, incident.Heads):
        return {}
    left = {name: accused for name, accused in state.incident.members.items() if name != fact.member}
    return {"incident": incident.Heads(members=left) if left else incident.Alone()}


def _part_ended(state: Ticket, fact: d.PartEnded, _at: datetime) -> Changes:
    if not isinstance(state.standing, s.Split):
        return {}
    left = tuple(part for part in state.standing.waiting if part != fact.part)
    return {"standing": s.Split(waiting=left, ruling=_worse(state.standing.ruling, fact.ruling))}


_WORST_FIRST: Final = (
    Ruling.UNSOLVED, Ruling.EXPLAINED, Ruling.UNREASONABLE, Ruling.SOLVED, Ruling.FOR_REFERENCE
)  # fmt: skip


def _worse(one: Ruling | None, other: Ruling | None) -> Ruling | None:
    return next((ruling for ruling in _WORST_FIRST if ruling in (one, other)), None)


def _due(state: Ticket, fact: d.DueNoted, _at: datetime) -> Changes:
    known = state.dues.get(fact.clock_id)
    missed = known is not None and known.missed and fact.due == known.due
    noted = t.Noted(clock=fact.clock, due=fact.due, owner=fact.owner, missed=missed)
    return {"dues": {**state.dues, fact.clock_id: noted}}


def _overdue(state: Ticket, fact: d.Overdue, _at: datetime) -> Changes:
    known = state.dues.get(fact.clock_id) or t.Noted(clock=fact.clock, due=None, owner=fact.owner)
    return {"dues": {**state.dues, fact.clock_id: known.model_copy(update={"missed": not fact.withdrawn})}}


CHANGES: Final[dict[type[Message], Change]] = {
    d.PassOnAwaited: lambda _s, f, _at: {"standing": s.SurveyReview(stage=f.stage)},
    d.PassedOn: lambda _s, f, _at: {"standing": s.Registered()} if f.stage == "survey_office" else {},
    d.SettledAtUnit: lambda x, f, at: _ended(x, s.Closed(since=at, ruling=Ruling.SOLVED)) | {"reply": f.reply},
    d.CategorySuggested: lambda x, f, _at: _matter(x, category=f.category) if f.taken else {},
    d.Classified: lambda x, f, _at: _matter(x, category=f.category, tier=f.tier),
    d.DispatchAwaited: lambda _s, f, _at: {"standing": s.PendingDispatch(reason=f.reason, suggestion=f.suggestion)},
    d.Dispatched: _dispatched,
    d.Accepted: _accepted,
    d.ReturnRequested: _return_requested,
    d.ReturnUpheld: _upheld,
    d.ReturnOverruled: lambda _s, _f, _at: {"standing": s.Dispatched()},
    d.AdjudicationOpened: _adjudicating,
    d.FirstContactTried: lambda x, _f, _at: (
        {"contact": contact.Owed(tries=x.contact.tries + 1)} if isinstance(x.contact, contact.Owed) else {}
    ),
    d.FirstContactMade: lambda x, _f, _at: (
        {"contact": contact.Made()} | _quiet(x) | _due_no_more(x, {Clock.FIRST_CONTACT})
    ),
    d.FirstContactExempt: lambda x, _f, _at: {"contact": contact.Exempt()} | _due_no_more(x, {Clock.FIRST_CONTACT}),
    d.ProgressNoted: lambda x, f, _at: (
        _noted(x, f.department, f.text, plan=f.plan)
        | _quiet(x)
        | _due_no_more(x, {Clock.URGENT_FIRST_REPORT}, f.department)
    ),
    d.InfoAsked: _info_asked,
    d.InfoProvided: _info_over,
    d.InfoTimedOut: _info_over,
    d.SupportTaskOpened: lambda x, f, _at: _task(x, f.department, support.Doing(blocking=f.blocking)),
    d.SupportTaskDone: _task_done,
    d.SupportTaskSentBack: lambda x, f, _at: _task(x, f.department, support.Doing(blocking=_blocking(x, f.department))),
    d.SupportTaskEnded: lambda x, f, _at: _task(x, f.department, None),
    d.Handled: _handled,
    d.HandledAccepted: _handled_accepted,
    d.HandledSentBack: lambda x, _f, _at: {"standing": s.Rework() if x.rounds else s.InProgress()},
    d.ExtensionRequested: lambda x, f, _at: {
        "extension": extension.Asked(granted=x.extension.granted, days=f.days, ground=f.ground)
    },
    d.ExtensionGranted: lambda x, _f, _at: {"extension": extension.NotAsked(granted=x.extension.granted + 1)},
    d.ExtensionRefused: lambda x, _f, _at: {"extension": extension.NotAsked(granted=x.extension.granted)},
    d.SuspensionRequested: lambda _s, f, _at: {"suspension": suspension.Asked(ground=f.ground, until=f.until)},
    d.Suspended: _suspended,
    d.SuspensionRefused: lambda _s, _f, _at: {"suspension": suspension.NotAsked()},
    d.SuspensionEnded: _suspension_ended,
    d.Committed: lambda _s, f, _at: {"commitment": commitment.Promised(department=f.department, until=f.promised)},
    d.CommitmentDue: _commitment_due,
    d.CommitmentChecked: _commitment_checked,
    d.CallbackAwaited: lambda _s, f, _at: {"standing": s.CallbackPending(round=f.round)},
    d.CallbackTried: lambda x, f, _at: _calling(x, attempts=f.attempt, at=None),
    d.CallbackAppointed: lambda x, f, _at: _calling(x, at=f.at),
    d.ReworkOrdered: _reworked,
    d.Closed: _closed,
    d.OutcomeRuled: lambda _s, f, _at: {"ruling": f.ruling},
    d.FinalAnswerGiven: lambda _s, f, _at: {"ruling": f.ruling, "reply": f.text},
    d.Reopened: _reopened,
    d.Archived: lambda _s, _f, at: {"standing": s.Archived(since=at)},
    d.NotAccepted: lambda x, _f, at: _ended(x, s.NotAccepted(since=at)),
    d.Withdrawn: lambda x, _f, at: _ended(x, s.Withdrawn(since=at)),
    d.Transferred: lambda x, _f, at: _ended(x, s.Transferred(since=at)),
    d.FollowUpAdded: lambda x, f, _at: (
        {"follow_ups": f.count, "presses": x.presses + (f.mode == "press")} | _noted(x, None, f.text)
    ),
    d.Nudged: _nudged,
    d.SupervisionOrdered: _supervised,
    d.SupervisionAnswered: _supervision_answered,
    d.Interviewed: _interviewed,
    d.SupervisionEnded: _supervision_ended,
    d.CallbackReviewOrdered: lambda _s, _f, _at: {"review": supervision.ReviewOrdered()},
    d.MergeAsked: lambda _s, f, _at: {"merging": merging.Asked(into=f.into, reason=f.reason, receipt=f.receipt)},
    d.Merged: _merged,
    d.Unmerged: _unmerged,
    d.MergedTicketEnded: lambda x, _f, _at: (
        {"standing": x.standing.model_copy(update={"ended": True})} if isinstance(x.standing, s.Merged) else {}
    ),
    d.MergeTaken: lambda x, f, _at: {"taken": {**x.taken, f.other: f.accused}},
    d.MergeDropped: lambda x, f, _at: {"taken": {name: who for name, who in x.taken.items() if name != f.other}},
    d.IncidentAsked: lambda _s, f, _at: {"incident": incident.Joining(incident=f.incident, receipt=f.receipt)},
    d.IncidentJoined: lambda _s, f, _at: {"incident": incident.Member(incident=f.incident)},
    d.IncidentLeft: lambda _s, _f, _at: {"incident": incident.Alone()},
    d.MemberJoined: _member_joined,
    d.MemberLeft: _member_left,
    d.FixReported: lambda x, f, _at: _noted(x, None, f.text),
    d.SplitUp: lambda x, f, _at: _ended(x, s.Split(waiting=f.parts)),
    d.PartEnded: _part_ended,
    d.DueNoted: _due,
    d.Overdue: _overdue,
    d.ActionRefused: _action_refused,
}
"""What each fact changes; one that is missing here is only remembered."""
