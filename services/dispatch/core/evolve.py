"""What a ticket is after a fact: total, for a fact cannot be refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Contact, Place, Ruling, TicketState, Tier
from services.dispatch.core import ticket as t
from services.dispatch.core.ticket import Ticket

_NOTES: Final = 20


def evolve(state: Ticket | None, fact: Message, at: datetime) -> Ticket:
    """Fold one fact of dispatch; the first one opens the ticket."""
    match fact:
        case d.Opened():
            return _opened(fact, at)
        case d.AnsweredOnLine():
            return _answered(fact, at)
        case d.DispatchFact() if state is not None:
            change = CHANGES.get(type(fact))
            return state.model_copy(update=change(state, fact, at)) if change else state
        case _:
            raise TypeError(f"{type(fact).__name__} is no fact of a ticket that was opened")


def _opened(fact: d.Opened, at: datetime) -> Ticket:
    names = t.Matter.model_fields.keys() & d.Opened.model_fields.keys()
    values = {name: getattr(fact, name) for name in names}
    unit = fact.visit.unit if fact.visit else None
    matter = t.Matter.model_construct(**values, unit=unit, opened_at=at)
    return Ticket(id=fact.ticket, matter=matter, standing=t.Registered())


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
    return Ticket(id=fact.ticket, matter=matter, standing=t.Answered())


Change = Callable[[Ticket, Any, datetime], dict[str, Any]]


def _matter(state: Ticket, **changes: object) -> dict[str, Any]:
    return {"matter": state.matter.model_copy(update=changes)}


def _dispatched(state: Ticket, fact: d.Dispatched, _at: datetime) -> dict[str, Any]:
    order = t.Order(
        number=fact.order,
        lead=fact.lead,
        supporting=fact.supporting,
        binding=fact.binding,
        returnable=not fact.binding,
        reason=fact.reason,
    )
    fresh = state.order is None or state.order.lead != fact.lead
    return {
        "order": order,
        "orders": fact.order,
        "standing": t.Dispatched(),
        "contact": "owed" if fresh or state.contact == "none" else state.contact,
        "tasks": {},
        "extension": None,
        "suspension": None,
        **_matter(state, tier=fact.tier, category=fact.category or state.matter.category),
    }


def _accepted(state: Ticket, _fact: d.Accepted, _at: datetime) -> dict[str, Any]:
    order = state.order.model_copy(update={"returnable": False}) if state.order else None
    return {"standing": t.InProgress(), "order": order}


def _return_requested(state: Ticket, fact: d.ReturnRequested, _at: datetime) -> dict[str, Any]:
    standing = t.ReturnRequested(suggested=fact.suggested, against_precedent=fact.against_precedent)
    return {"standing": standing, "disputes": fact.dispute, "refused_by": (*state.refused_by, fact.department)}


def _upheld(_state: Ticket, _fact: d.ReturnUpheld, _at: datetime) -> dict[str, Any]:
    return {"standing": t.PendingDispatch(reason="returned"), "contact": "none", "tasks": {}}


def _back_to(state: TicketState) -> t.Part:
    return {
        TicketState.REWORK: t.Rework(),
        TicketState.DISPATCHED: t.Dispatched(),
        TicketState.IN_PROGRESS: t.InProgress(),
        TicketState.REGISTERED: t.Registered(),
        TicketState.PENDING_DISPATCH: t.PendingDispatch(reason="back"),
    }.get(state, t.InProgress())


def _info_over(state: Ticket, fact: d.InfoProvided | d.InfoTimedOut, _at: datetime) -> dict[str, Any]:
    text = fact.text if isinstance(fact, d.InfoProvided) else None
    notes = _noted(state, t.Note(text=text)) if text else {}
    back = state.standing.back if isinstance(state.standing, t.NeedsInfo) else state.state
    return {"standing": _back_to(back), **notes}


def _noted(state: Ticket, note: t.Note) -> dict[str, Any]:
    return {"notes": (*state.notes, note)[-_NOTES:]}


def _task(state: Ticket, department: str, task: t.Task | None) -> dict[str, Any]:
    others = {code: each for code, each in state.tasks.items() if code != department}
    return {"tasks": others if task is None else {**others, department: task}}


def _blocking(state: Ticket, department: str) -> bool:
    return state.tasks[department].blocking if department in state.tasks else True


def _closed(_state: Ticket, fact: d.Closed, _at: datetime) -> dict[str, Any]:
    return {"standing": t.Closed(ruling=fact.ruling), "ruling": fact.ruling}


def _supervised(state: Ticket, **changes: object) -> dict[str, Any]:
    return {"supervision": state.supervision.model_copy(update=changes)}


def _answered_supervision(state: Ticket, _fact: d.SupervisionAnswered, _at: datetime) -> dict[str, Any]:
    changes = {}
    if state.supervision.open == "ordered":
        changes["open"] = "answered"
    if state.supervision.review == "ordered":
        changes["review"] = "answered"
    return _supervised(state, **changes)


def _due(state: Ticket, fact: d.DueNoted, _at: datetime) -> dict[str, Any]:
    others = {name: each for name, each in state.dues.items() if name != fact.clock_id}
    if fact.due is None:
        return {"dues": others}
    return {"dues": {**others, fact.clock_id: t.Noted(clock=fact.clock, due=fact.due, owner=fact.owner)}}


def _ended(standing: t.Part) -> Change:
    return lambda _s, _f, _at: {"standing": standing}


def _merged(state: Ticket, fact: d.Merged, _at: datetime) -> dict[str, Any]:
    return {"standing": t.Merged(into=fact.into, back=state.state), "joining": None}


def _unmerged(state: Ticket, _fact: d.Unmerged, _at: datetime) -> dict[str, Any]:
    back = state.standing.back if isinstance(state.standing, t.Merged) else TicketState.PENDING_DISPATCH
    return {"standing": _back_to(back)}


def _part_ended(state: Ticket, fact: d.PartEnded, _at: datetime) -> dict[str, Any]:
    waiting = state.standing.waiting if isinstance(state.standing, t.Split) else ()
    left = tuple(part for part in waiting if part != fact.part)
    worst = Ruling.UNSOLVED if Ruling.UNSOLVED in (fact.ruling, state.ruling) else fact.ruling
    return {"standing": t.Split(waiting=left), "ruling": worst}


CHANGES: Final[dict[type[d.DispatchFact], Change]] = {
    d.PassOnAwaited: lambda _s, f, _at: {"standing": t.SurveyReview(stage=f.stage)},
    d.PassedOn: lambda _s, f, _at: {"standing": t.Registered()} if f.stage == "survey_office" else {},
    d.SettledAtUnit: lambda _s, f, _at: {"reply": f.reply, "standing": t.Closed(ruling=Ruling.SOLVED)},
    d.CategorySuggested: lambda s, f, _at: _matter(s, category=f.category) if f.taken else {},
    d.Classified: lambda s, f, _at: _matter(s, category=f.category, tier=f.tier),
    d.DispatchAwaited: lambda _s, f, _at: {"standing": t.PendingDispatch(reason=f.reason, suggestion=f.suggestion)},
    d.Dispatched: _dispatched,
    d.Accepted: _accepted,
    d.ReturnRequested: _return_requested,
    d.ReturnUpheld: _upheld,
    d.ReturnOverruled: lambda _s, _f, _at: {"standing": t.Dispatched()},
    d.AdjudicationOpened: lambda _s, _f, _at: {"standing": t.Adjudicating()},
    d.FirstContactTried: lambda s, _f, _at: {"contact": "tried" if s.contact == "owed" else s.contact},
    d.FirstContactMade: lambda _s, _f, _at: {"contact": "made"},
    d.FirstContactExempt: lambda _s, _f, _at: {"contact": "exempt"},
    d.ProgressNoted: lambda s, f, _at: _noted(s, t.Note(department=f.department, text=f.text, plan=f.plan)),
    d.InfoAsked: lambda s, f, _at: {"standing": t.NeedsInfo(department=f.department, back=s.state)},
    d.InfoProvided: _info_over,
    d.InfoTimedOut: _info_over,
    d.SupportTaskOpened: lambda s, f, _at: _task(s, f.department, t.Task(blocking=f.blocking)),
    d.SupportTaskDone: lambda s, f, _at: {
        **_task(s, f.department, t.Task(blocking=_blocking(s, f.department), done=True)),
        **_noted(s, t.Note(department=f.department, text=f.reply)),
    },
    d.SupportTaskSentBack: lambda s, f, _at: _task(s, f.department, t.Task(blocking=_blocking(s, f.department))),
    d.SupportTaskEnded: lambda s, f, _at: _task(s, f.department, None),
    d.Handled: lambda _s, f, at: {"standing": t.Handled(reply=f.reply, at=at), "extension": None, "suspension": None},
    d.HandledAccepted: lambda s, f, _at: {
        "reply": s.standing.reply if isinstance(s.standing, t.Handled) else s.reply,
        "ruling": f.ruling or s.ruling,
    },
    d.HandledSentBack: lambda s, _f, _at: {"standing": t.Rework() if s.rounds else t.InProgress()},
    d.ExtensionRequested: lambda _s, f, at: {
        "extension": t.Asked(department=f.department, at=at, days=f.days, ground=f.ground)
    },
    d.ExtensionGranted: lambda s, _f, _at: {"extension": None, "extensions": s.extensions + 1},
    d.ExtensionRefused: lambda _s, _f, _at: {"extension": None},
    d.SuspensionRequested: lambda _s, f, at: {
        "suspension": t.Asked(department=f.department, at=at, until=f.until, ground=f.ground)
    },
    d.Suspended: lambda s, f, _at: {"suspension": None, "standing": t.Suspended(until=f.until, back=s.state)},
    d.SuspensionRefused: lambda _s, _f, _at: {"suspension": None},
    d.SuspensionEnded: lambda s, _f, _at: {
        "standing": _back_to(s.standing.back) if isinstance(s.standing, t.Suspended) else s.standing
    },
    d.Committed: lambda _s, f, _at: {"commitment": t.Commitment(promised=f.promised)},
    d.CommitmentDue: lambda s, _f, _at: {
        "commitment": s.commitment.model_copy(update={"due": True}) if s.commitment else None
    },
    d.CommitmentChecked: lambda _s, _f, _at: {"commitment": None},
    d.CallbackAwaited: lambda _s, _f, _at: {"standing": t.CallbackPending()},
    d.CallbackTried: lambda _s, f, _at: {"standing": t.CallbackPending(attempts=f.attempt)},
    d.CallbackAppointed: lambda s, f, _at: {
        "standing": t.CallbackPending(attempts=getattr(s.standing, "attempts", 0), at=f.at)
    },
    d.ReworkOrdered: lambda _s, f, _at: {"standing": t.Rework(), "rounds": f.round},
    d.Closed: _closed,
    d.OutcomeRuled: lambda _s, f, _at: {"ruling": f.ruling},
    d.FinalAnswerGiven: lambda _s, f, _at: {"ruling": f.ruling, "reply": f.text},
    d.Reopened: lambda _s, f, _at: {
        "reopened": f.count,
        "standing": t.PendingDispatch(reason="reopened"),
        "ruling": None,
        "rounds": 0,
    },
    d.Archived: _ended(t.Archived()),
    d.NotAccepted: _ended(t.NotAccepted()),
    d.Withdrawn: _ended(t.Withdrawn()),
    d.Transferred: _ended(t.Transferred()),
    d.FollowUpAdded: lambda s, f, _at: {
        "follow_ups": f.count,
        "presses": s.presses + (f.mode == "press"),
        **_noted(s, t.Note(text=f.text)),
    },
    d.SupervisionOrdered: lambda s, f, _at: _supervised(s, number=f.number, open="ordered"),
    d.SupervisionAnswered: _answered_supervision,
    d.Interviewed: lambda s, _f, _at: _supervised(s, interviews=s.supervision.interviews + 1),
    d.SupervisionEnded: lambda s, _f, _at: _supervised(s, open="none", review="none"),
    d.CallbackReviewOrdered: lambda s, _f, _at: _supervised(s, review="ordered"),
    d.Merged: _merged,
    d.Unmerged: _unmerged,
    d.MergeTaken: lambda s, f, _at: {"taken": (*s.taken, f.other)},
    d.MergeDropped: lambda s, f, _at: {"taken": tuple(each for each in s.taken if each != f.other)},
    d.IncidentJoined: lambda _s, f, _at: {"incident": f.incident},
    d.IncidentLeft: lambda _s, _f, _at: {"incident": None},
    d.MemberJoined: lambda s, f, _at: {"members": (*s.members, f.member)},
    d.MemberLeft: lambda s, f, _at: {"members": tuple(each for each in s.members if each != f.member)},
    d.FixReported: lambda s, f, _at: _noted(s, t.Note(text=f.text)),
    d.SplitUp: lambda _s, f, _at: {"standing": t.Split(waiting=f.parts)},
    d.PartEnded: _part_ended,
    d.DueNoted: _due,
}
