"""What a clock's word means for the ticket: lapses have consequences, breaches climb the ladder, dues are passed on."""

from __future__ import annotations

from typing import Final

from schemas import clocks as c
from schemas import dispatch as d
from schemas.values import Actor, Clock, RequesterKind
from services.dispatch.core import closing
from services.dispatch.core.draft import Draft
from services.dispatch.core.ticket import Dispatched, NeedsInfo, Suspended
from services.dispatch.core.transitions import WITH_LEAD

FOR_DEPARTMENTS: Final = frozenset(
    {
        Clock.FIRST_CONTACT,
        Clock.RETURN_WINDOW,
        Clock.HANDLING,
        Clock.URGENT_FIRST_REPORT,
        Clock.SUPPORTING_TASK,
        Clock.SUPERVISION,
        Clock.REWORK,
        Clock.CALLBACK_REVIEW,
    }
)
"""The clocks whose due times a department hears with its order."""

_SUPERVISED: Final = frozenset({Clock.HANDLING, Clock.REWORK})


def told(draft: Draft, fact: c.ClockFact) -> None:
    """Take the word of a clock; what does not concern the ticket any more says nothing."""
    draft.by = Actor(by_rule=fact.clock.value)
    match fact:
        case c.ClockStarted() | c.ClockResumed() | c.ClockExtended() | c.ClockRederived():
            _due(draft, fact)
        case c.ClockLapsed():
            _lapsed(draft, fact)
        case c.ClockBreached():
            _breached(draft, fact)
        case c.BreachWithdrawn():
            draft.say(d.Overdue, clock=fact.clock, clock_id=fact.clock_id, owner=fact.owner, withdrawn=True)
        case _:
            return


def _due(draft: Draft, fact: c.ClockStarted | c.ClockResumed | c.ClockExtended | c.ClockRederived) -> None:
    if fact.clock not in FOR_DEPARTMENTS:
        return
    reason = {
        c.ClockStarted: "started",
        c.ClockResumed: "resumed",
        c.ClockExtended: "extended",
        c.ClockRederived: "rederived",
    }[type(fact)]
    draft.say(d.DueNoted, clock=fact.clock, clock_id=fact.clock_id, due=fact.due, owner=fact.owner, reason=reason)


def _lapsed(draft: Draft, fact: c.ClockLapsed) -> None:
    ticket = draft.ticket
    lead = ticket.order.lead if ticket.order else ""
    match fact.clock:
        case Clock.RETURN_WINDOW if isinstance(ticket.standing, Dispatched):
            draft.say(d.Accepted, department=lead, presumed=True)
            if ticket.contact == "owed" and ticket.matter.requester_kind is RequesterKind.ANONYMOUS:
                draft.say(d.FirstContactExempt, department=lead)
        case Clock.NEEDS_INFO if isinstance(ticket.standing, NeedsInfo):
            draft.say(d.InfoTimedOut)
            if draft.ticket.state in ("registered", "pending_dispatch"):
                draft.say(d.DispatchAwaited, reason="info_timed_out")
        case Clock.SUSPENSION if isinstance(ticket.standing, Suspended):
            draft.say(d.SuspensionEnded, department=lead, reason="挂账到期")
        case Clock.REOPEN_WINDOW if ticket.state == "closed":
            draft.say(d.Archived)
        case Clock.COMMITMENT if ticket.commitment is not None:
            draft.say(d.CommitmentDue, department=lead)
        case _:
            return


def _breached(draft: Draft, fact: c.ClockBreached) -> None:
    draft.say(d.Overdue, clock=fact.clock, clock_id=fact.clock_id, owner=fact.owner)
    ticket = draft.ticket
    if ticket.state not in WITH_LEAD or ticket.order is None:
        return
    if fact.clock in _SUPERVISED and ticket.supervision.open == "none":
        closing.supervise(draft, "办理超时，转督办。")
    elif fact.clock is Clock.SUPERVISION:
        draft.say(d.Interviewed, department=ticket.order.lead, reason="督办超时，约谈。")
