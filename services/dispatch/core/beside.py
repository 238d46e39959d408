"""How facts beside the main course change a ticket: supervision, other tickets, clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from schemas import dispatch as d
from schemas.dispatch import BREACH_WITHDRAWN
from schemas.message import Message
from schemas.values import Clock, Ruling
from services.dispatch.core import standing as s
from services.dispatch.core import ticket as t
from services.dispatch.core.changing import Change, Changes, due_no_more, ended, noted, unproposed
from services.dispatch.core.regions import (
    escalation,
    incident,
    merging,
    supervision,
)
from services.dispatch.core.ticket import Ticket

# --- supervision -----------------------------------------------------------------------------------------------------


def _nudged(state: Ticket, fact: d.Nudged, at: datetime) -> Changes:
    """Only what the lead is pressed for counts against it; the centre and supporters earn theirs themselves."""
    press, asked = supervision.Press(at=at, breach=fact.breach), unproposed(state, "nudge")
    order = state.led_by
    if order is None or fact.department != order.lead:
        return asked
    match state.supervision:
        case supervision.Quiet(orders=orders):
            return {"supervision": supervision.Nudged(orders=orders, presses=(press,))} | asked
        case supervision.Nudged() as pressed:
            return {"supervision": pressed.model_copy(update={"presses": (*pressed.presses, press)})} | asked
        case _:
            return asked


def _nudge_withdrawn(state: Ticket, fact: d.NudgeWithdrawn, _at: datetime) -> Changes:
    watch = state.supervision
    if isinstance(watch, supervision.Quiet):
        return {}
    return {"supervision": _with_presses(watch, [press for press in watch.presses if press.breach != fact.breach])}


def _with_presses(watch: supervision.Pressed, presses: Sequence[supervision.Press]) -> supervision.Supervision:
    if isinstance(watch, supervision.Nudged) and not presses:
        return supervision.Quiet(orders=watch.orders)
    return watch.model_copy(update={"presses": tuple(presses)})


def _supervised(state: Ticket, fact: d.SupervisionOrdered, at: datetime) -> Changes:
    watch = state.supervision
    ordered = supervision.Ordered(
        orders=fact.number,
        interviews=getattr(watch, "interviews", 0),
        since=at,
        cause=fact.cause,
        breach=fact.breach,
        presses=getattr(watch, "presses", ()),
    )
    return {"supervision": ordered} | unproposed(state)


def _supervision_answered(state: Ticket, _fact: d.SupervisionAnswered, _at: datetime) -> Changes:
    changes = due_no_more(state, {Clock.SUPERVISION, Clock.CALLBACK_REVIEW})
    watch = state.supervision
    if isinstance(watch, supervision.Ordered):
        changes["supervision"] = supervision.Reported(**watch.model_dump(exclude={"at"}))
    if isinstance(state.review, supervision.ReviewOrdered):
        changes["review"] = supervision.ReviewReported()
    return changes | unproposed(state)


def _interviewed(state: Ticket, _fact: d.Interviewed, _at: datetime) -> Changes:
    watch = state.supervision
    if not isinstance(watch, supervision.Ordered | supervision.Reported):
        return unproposed(state)
    return {"supervision": watch.model_copy(update={"interviews": watch.interviews + 1})} | unproposed(state)


def _supervision_ended(state: Ticket, fact: d.SupervisionEnded, _at: datetime) -> Changes:
    if fact.reason == BREACH_WITHDRAWN:
        return _taken_back(state)
    calm = {"supervision": supervision.Quiet(orders=state.supervision.orders), "review": supervision.NoReview()}
    return calm | due_no_more(state, {Clock.SUPERVISION, Clock.CALLBACK_REVIEW}) | unproposed(state)


def _taken_back(state: Ticket) -> Changes:
    """The order goes, and with it nothing else: nudges for other causes and a callback review stay."""
    watch = state.supervision
    if not isinstance(watch, supervision.Ordered | supervision.Reported):
        return {}
    after: supervision.Supervision = supervision.Quiet(orders=watch.orders)
    if watch.presses:
        after = supervision.Nudged(orders=watch.orders, presses=watch.presses)
    return {"supervision": after} | due_no_more(state, {Clock.SUPERVISION})


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


def _dropped(state: Ticket, fact: d.MergeDropped, _at: datetime) -> Changes:
    """What was added to the dropped ticket stands in the notes of this one: whom it accused must not read them."""
    avoids = tuple(dict.fromkeys((*state.avoids, *state.taken.get(fact.other, ()))))
    return {"taken": {name: who for name, who in state.taken.items() if name != fact.other}, "avoids": avoids}


def _action_refused(state: Ticket, fact: d.ActionRefused, _at: datetime) -> Changes:
    """A refusal changes nothing, but for what this ticket itself had asked of another one."""
    if isinstance(state.merging, merging.Asked) and state.merging.receipt == fact.receipt:
        return {"merging": merging.NotAsked()}
    if isinstance(state.incident, incident.Joining) and state.incident.receipt == fact.receipt:
        return {"incident": incident.Alone()}
    return {}


def _request_refused(_state: Ticket, fact: d.RequestRefused, _at: datetime) -> Changes:
    """A merge that was granted too late is over; to refuse what others ask changes nothing."""
    return {"merging": merging.NotAsked()} if fact.request == "merge_answered" else {}


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
    changes: Changes = {"dues": {**state.dues, fact.clock_id: known.model_copy(update={"missed": not fact.withdrawn})}}
    moot = fact.withdrawn and getattr(state.escalation, "breach", None) == fact.clock_id
    return changes | unproposed(state) if moot else changes


CHANGES: Final[dict[type[Message], Change]] = {
    d.Nudged: _nudged,
    d.NudgeWithdrawn: _nudge_withdrawn,
    d.EscalationProposed: lambda _s, f, _at: {"escalation": escalation.Proposed(step=f.step, breach=f.breach)},
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
    d.MergeDropped: _dropped,
    d.IncidentAsked: lambda _s, f, _at: {"incident": incident.Joining(incident=f.incident, receipt=f.receipt)},
    d.IncidentJoined: lambda _s, f, _at: {"incident": incident.Member(incident=f.incident)},
    d.IncidentLeft: lambda _s, _f, _at: {"incident": incident.Alone()},
    d.MemberJoined: _member_joined,
    d.MemberLeft: _member_left,
    d.FixReported: lambda x, f, _at: noted(x, None, f.text),
    d.SplitUp: lambda x, f, _at: ended(x, s.Split(waiting=f.parts)),
    d.PartEnded: _part_ended,
    d.DueNoted: _due,
    d.Overdue: _overdue,
    d.ActionRefused: _action_refused,
    d.RequestRefused: _request_refused,
}
