"""What a ticket is after a fact: total, for a fact cannot be refused. What does not fit changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Clock, Contact, Place, Ruling, Tier
from services.dispatch.core import beside
from services.dispatch.core import standing as s
from services.dispatch.core import ticket as t
from services.dispatch.core.changing import Change, Changes, due_no_more, ended, matter, noted, quiet, unproposed
from services.dispatch.core.holder import seen
from services.dispatch.core.regions import (
    commitment,
    contact,
    extension,
    support,
    suspension,
)
from services.dispatch.core.ticket import Stub, Ticket

_WORKING: Final = frozenset({Clock.HANDLING, Clock.REWORK, Clock.URGENT_FIRST_REPORT, Clock.RETURN_WINDOW})


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
    if before is not state.before and before != state.before:
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
    changes: Changes = {"order": order, "orders": fact.order, "standing": s.Dispatched()}
    if fact.tier is not state.matter.tier or fact.category not in (None, state.matter.category):
        changes |= matter(state, tier=fact.tier, category=fact.category or state.matter.category)
    if not fact.same_lead or isinstance(state.contact, contact.NotDue):
        changes["contact"] = contact.Owed()
    if not fact.same_lead:
        others = {name: each for name, each in state.dues.items() if not each.owner.startswith("department:")}
        changes |= {"dues": others, "extension": extension.NotAsked(), "suspension": suspension.NotAsked()}
        changes |= {"commitment": commitment.Nothing()} | unproposed(state) | quiet(state)
    return changes


def _classified(state: Ticket, fact: d.Classified, _at: datetime) -> Changes:
    urgent = fact.tier is Tier.URGENT
    gone = {} if urgent else due_no_more(state, {Clock.URGENT_FIRST_REPORT})
    return matter(state, category=fact.category, tier=fact.tier) | gone


def _accepted(state: Ticket, fact: d.Accepted, at: datetime) -> Changes:
    presumed = at if fact.presumed else None
    order = state.order.model_copy(update={"returnable": False, "presumed_at": presumed}) if state.order else None
    return {"standing": s.InProgress(), "order": order} | due_no_more(state, {Clock.RETURN_WINDOW})


def _return_requested(state: Ticket, fact: d.ReturnRequested, _at: datetime) -> Changes:
    standing = s.ReturnRequested(ground=fact.ground, suggested=fact.suggested, against_precedent=fact.against_precedent)
    refused_by = tuple(dict.fromkeys((*state.refused_by, fact.department)))
    changes: Changes = {"standing": standing, "disputes": fact.dispute, "refused_by": refused_by}
    return changes | due_no_more(state, {Clock.RETURN_WINDOW})


def _adjudicating(state: Ticket, _fact: d.AdjudicationOpened, _at: datetime) -> Changes:
    ground = state.standing.ground if isinstance(state.standing, s.ReturnRequested) else None
    return {"standing": s.Adjudicating(ground=ground)} | due_no_more(state, {Clock.RETURN_WINDOW})


def _upheld(state: Ticket, fact: d.ReturnUpheld, _at: datetime) -> Changes:
    return {
        "standing": s.PendingDispatch(reason="returned"),
        "contact": contact.NotDue(),
        "extension": extension.NotAsked(),
        "suspension": suspension.NotAsked(),
    } | due_no_more(state, Clock, fact.department)


# --- asked of the requester, of supporters ---------------------------------------------------------------------------


def _info_asked(state: Ticket, fact: d.InfoAsked, _at: datetime) -> Changes:
    back = state.standing
    if not isinstance(back, s.SurveyReview | s.PendingDispatch | s.InProgress | s.Rework):
        return {}
    return {"standing": s.NeedsInfo(department=fact.department, back=back)}


def _info_over(state: Ticket, fact: d.InfoProvided | d.InfoTimedOut, _at: datetime) -> Changes:
    if not isinstance(state.standing, s.NeedsInfo):
        return {}
    notes = noted(state, None, fact.text) if isinstance(fact, d.InfoProvided) else {}
    return {"standing": state.standing.back} | notes


def _task(state: Ticket, department: str, task: support.Doing | support.Done | None) -> Changes:
    others = {code: each for code, each in state.tasks.items() if code != department}
    changes: Changes = {"tasks": others if task is None else {**others, department: task}}
    return (
        changes
        if isinstance(task, support.Doing)
        else changes | due_no_more(state, {Clock.SUPPORTING_TASK}, department)
    )


def _blocking(state: Ticket, department: str) -> bool:
    return state.tasks[department].blocking if department in state.tasks else True


def _task_done(state: Ticket, fact: d.SupportTaskDone, _at: datetime) -> Changes:
    done = support.Done(blocking=_blocking(state, fact.department), awaits_review=bool(fact.awaits_review))
    return _task(state, fact.department, done) | noted(state, fact.department, fact.reply)


def _task_accepted(state: Ticket, fact: d.SupportTaskAccepted, _at: datetime) -> Changes:
    return _task(state, fact.department, support.Done(blocking=_blocking(state, fact.department)))


# --- handled, called back, closed ------------------------------------------------------------------------------------


def _handled(state: Ticket, fact: d.Handled, at: datetime) -> Changes:
    return (
        {
            "standing": s.Handled(at=at, rework=isinstance(state.standing, s.Rework)),
            "reply": fact.reply,
            "tasks": support.reviewed(state.tasks),
            "extension": extension.NotAsked(granted=state.extension.granted),
            "suspension": suspension.NotAsked(),
        }
        | quiet(state)
        | due_no_more(state, {Clock.RETURN_WINDOW, Clock.URGENT_FIRST_REPORT})
    )


def _handled_accepted(state: Ticket, fact: d.HandledAccepted, _at: datetime) -> Changes:
    standing = state.standing
    after = standing.model_copy(update={"accepted": True}) if isinstance(standing, s.Handled) else standing
    return {"standing": after, "ruling": fact.ruling or state.ruling} | due_no_more(
        state, _WORKING | {Clock.FIRST_CONTACT}
    )


def _extension_asked(state: Ticket, fact: d.ExtensionRequested, _at: datetime) -> Changes:
    (amount, unit), *_ = fact.spans
    asked = extension.Asked(granted=state.extension.granted, amount=amount, unit=unit, ground=fact.ground)
    return {"extension": asked}


def _suspended(state: Ticket, fact: d.Suspended, _at: datetime) -> Changes:
    back = state.standing if isinstance(state.standing, s.InProgress | s.Rework) else s.InProgress()
    return {"suspension": suspension.NotAsked(), "standing": s.Suspended(until=fact.until, back=back)}


def _suspension_ended(state: Ticket, _fact: d.SuspensionEnded, _at: datetime) -> Changes:
    return {"standing": state.standing.back} if isinstance(state.standing, s.Suspended) else {}


def _commitment_due(_state: Ticket, fact: d.CommitmentDue, _at: datetime) -> Changes:
    return {"commitment": commitment.Due(department=fact.department)}


def _commitment_checked(state: Ticket, _fact: d.CommitmentChecked, _at: datetime) -> Changes:
    return {"commitment": commitment.Nothing()} | due_no_more(state, {Clock.COMMITMENT})


def _calling(state: Ticket, **changes: object) -> Changes:
    standing = state.standing
    return {"standing": standing.model_copy(update=changes)} if isinstance(standing, s.CallbackPending) else {}


def _reworked(state: Ticket, fact: d.ReworkOrdered, _at: datetime) -> Changes:
    return {"standing": s.Rework(), "rounds": fact.round, "failures": state.failures + 1, "ruling": None}


def _closed(state: Ticket, fact: d.Closed, at: datetime) -> Changes:
    # What was promised for later outlives the case: it comes back for checking.
    return ended(state, s.Closed(since=at, ruling=fact.ruling)) | {
        "ruling": fact.ruling,
        "commitment": state.commitment,
    }


def _reopened(_state: Ticket, fact: d.Reopened, _at: datetime) -> Changes:
    return {
        "reopened": fact.count,
        "failures": 0,
        "standing": s.PendingDispatch(reason="reopened"),
        "ruling": None,
        "reply": None,
        "refused_by": (),
        "contact": contact.NotDue(),
    }


CHANGES: Final[dict[type[Message], Change]] = {
    **beside.CHANGES,
    d.PassOnAwaited: lambda _s, f, _at: {"standing": s.SurveyReview(stage=f.stage)},
    d.PassedOn: lambda _s, f, _at: {"standing": s.Registered()} if f.stage == "survey_office" else {},
    d.SettledAtUnit: lambda x, f, at: ended(x, s.Closed(since=at, ruling=Ruling.SOLVED)) | {"reply": f.reply},
    d.CategorySuggested: lambda x, f, _at: matter(x, category=f.category) if f.taken else {},
    d.Classified: _classified,
    d.DispatchAwaited: lambda _s, f, _at: {"standing": s.PendingDispatch(reason=f.reason, suggestion=f.suggestion)},
    d.Dispatched: _dispatched,
    d.Accepted: _accepted,
    d.ReturnRequested: _return_requested,
    d.ReturnUpheld: _upheld,
    d.ReturnOverruled: lambda _s, _f, _at: {"standing": s.Dispatched()},
    d.AdjudicationOpened: _adjudicating,
    d.Adjudicated: lambda _s, f, _at: {"ruled": f.lead},
    d.FirstContactTried: lambda x, _f, _at: (
        {"contact": contact.Owed(tries=x.contact.tries + 1)} if isinstance(x.contact, contact.Owed) else {}
    ),
    d.FirstContactMade: lambda x, _f, _at: (
        {"contact": contact.Made()} | quiet(x) | due_no_more(x, {Clock.FIRST_CONTACT})
    ),
    d.FirstContactExempt: lambda x, _f, _at: {"contact": contact.Exempt()} | due_no_more(x, {Clock.FIRST_CONTACT}),
    d.ProgressNoted: lambda x, f, _at: (
        noted(x, f.department, f.text, plan=f.plan)
        | quiet(x)
        | due_no_more(x, {Clock.URGENT_FIRST_REPORT}, f.department)
    ),
    d.InfoAsked: _info_asked,
    d.InfoProvided: _info_over,
    d.InfoTimedOut: _info_over,
    d.SupportTaskOpened: lambda x, f, _at: _task(x, f.department, support.Doing(blocking=f.blocking)),
    d.SupportTaskDone: _task_done,
    d.SupportTaskAccepted: _task_accepted,
    d.SupportTaskSentBack: lambda x, f, _at: _task(x, f.department, support.Doing(blocking=_blocking(x, f.department))),
    d.SupportTaskEnded: lambda x, f, _at: _task(x, f.department, None),
    d.Handled: _handled,
    d.HandledAccepted: _handled_accepted,
    d.HandledSentBack: lambda _s, f, _at: {"standing": s.Rework() if f.rework else s.InProgress()},
    d.ExtensionRequested: _extension_asked,
    d.ExtensionGranted: lambda x, _f, _at: {"extension": extension.NotAsked(granted=x.extension.granted + 1)},
    d.ExtensionRefused: lambda x, _f, _at: {"extension": extension.NotAsked(granted=x.extension.granted)},
    d.RequestLapsed: lambda x, f, _at: (
        {"extension": extension.NotAsked(granted=x.extension.granted)}
        if f.what == "extension"
        else {"suspension": suspension.NotAsked()}
    ),
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
    d.NotAccepted: lambda x, _f, at: ended(x, s.NotAccepted(since=at)),
    d.Withdrawn: lambda x, _f, at: ended(x, s.Withdrawn(since=at)),
    d.Transferred: lambda x, _f, at: ended(x, s.Transferred(since=at)),
    d.FollowUpAdded: lambda x, f, _at: (
        {"follow_ups": f.count, "presses": x.presses + (f.mode == "press")} | noted(x, None, f.text)
    ),
}
"""What each fact changes; one that is missing here is only remembered."""
