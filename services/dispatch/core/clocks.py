"""What a clock's word means for the ticket: lapses have consequences, breaches climb the ladder, dues are passed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from schemas import clocks as c
from schemas import dispatch as d
from schemas.values import Actor, Clock, Due, Tier
from services.dispatch.core import opening, oversight
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import commitment
from services.dispatch.core.regions.contact import Owed
from services.dispatch.core.regions.supervision import Ordered

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
        Clock.COMMITMENT,
    }
)
"""The clocks whose due times a department hears with its order."""

REASONS: Final[Mapping[type[c.ClockFact], str]] = {
    c.ClockStarted: "started",
    c.ClockPaused: "paused",
    c.ClockResumed: "resumed",
    c.ClockExtended: "extended",
    c.ClockRederived: "rederived",
}
"""Why a due time is told anew, in the machine's words."""
_DEPARTMENT: Final = "department:"


def told(draft: Draft, kind: str, fact: c.ClockFact) -> None:
    """Take the word of a clock; what does not concern the ticket any more says nothing."""
    draft.by = Actor(by_rule=fact.clock.value)
    holds, then = _TOLD[kind]
    if holds(draft, fact):
        then(draft, fact)


def _always(_draft: Draft, _fact: c.ClockFact) -> bool:
    return True


def _window_of_lead(draft: Draft, fact: c.ClockFact) -> bool:
    order = draft.order
    return order.returnable and fact.owner == f"{_DEPARTMENT}{order.lead}"


def _promise_running(draft: Draft, _fact: c.ClockFact) -> bool:
    return isinstance(draft.ticket.commitment, commitment.Promised)


def _worth_noting(draft: Draft, fact: c.ClockFact) -> bool:
    known = draft.ticket.dues.get(fact.clock_id)
    if known is not None and known.missed:
        return False
    if fact.clock is Clock.CITIZEN:
        return True
    return fact.clock in FOR_DEPARTMENTS and fact.owner.removeprefix(_DEPARTMENT) in participants(draft.ticket)


def _noted_as_missed(draft: Draft, fact: c.ClockFact) -> bool:
    known = draft.ticket.dues.get(fact.clock_id)
    return known is not None and known.missed


def _due_of_participant(draft: Draft, fact: c.ClockFact) -> bool:
    if fact.clock not in FOR_DEPARTMENTS or type(fact) not in REASONS:
        return False
    if fact.owner.removeprefix(_DEPARTMENT) not in participants(draft.ticket):
        return False
    if not _still_owed(draft, fact.clock):
        return False
    known = draft.ticket.dues.get(fact.clock_id)
    return known is None or known.due != _due(fact)


def _still_owed(draft: Draft, clock: Clock) -> bool:
    """A clock's word can come after what it asks for was done."""
    match clock:
        case Clock.RETURN_WINDOW:
            order = draft.ticket.order
            return isinstance(draft.ticket.standing, s.Dispatched) and order is not None and order.returnable
        case Clock.URGENT_FIRST_REPORT:
            return draft.ticket.matter.tier is Tier.URGENT
        case Clock.FIRST_CONTACT:
            return isinstance(draft.ticket.contact, Owed)
        case Clock.SUPERVISION:
            return isinstance(draft.ticket.supervision, Ordered)
        case _:
            return True


def _accepts(draft: Draft, _fact: c.ClockFact) -> None:
    draft.say(d.Accepted, department=draft.lead, presumed=True)


def _goes_on_without(draft: Draft, _fact: c.ClockFact) -> None:
    draft.say(d.InfoTimedOut)
    if isinstance(draft.ticket.standing, s.PendingDispatch):
        opening.to_centre(draft)


def _ends_suspension(draft: Draft, _fact: c.ClockFact) -> None:
    draft.say(d.SuspensionEnded, department=draft.lead, reason="挂账期满")


def _archives(draft: Draft, _fact: c.ClockFact) -> None:
    draft.say(d.Archived)


def _comes_back(draft: Draft, _fact: c.ClockFact) -> None:
    promise = draft.ticket.commitment
    if isinstance(promise, commitment.Promised):
        draft.say(d.CommitmentDue, department=promise.department)


def _overdue(draft: Draft, fact: c.ClockFact) -> None:
    draft.say(d.Overdue, clock=fact.clock, clock_id=fact.clock_id, owner=fact.owner)
    late = fact.owner.removeprefix("department:")
    if late in draft.ticket.tasks:
        oversight.press_supporter(draft, late, fact.clock, fact.clock_id)
    else:
        oversight.climb(draft, fact.clock, fact.clock_id)


def _not_overdue(draft: Draft, fact: c.ClockFact) -> None:
    draft.say(d.Overdue, clock=fact.clock, clock_id=fact.clock_id, owner=fact.owner, withdrawn=True)
    oversight.take_back(draft, fact.clock, fact.clock_id)


def _notes_due(draft: Draft, fact: c.ClockFact) -> None:
    reason = REASONS[type(fact)]
    draft.say(d.DueNoted, clock=fact.clock, clock_id=fact.clock_id, due=_due(fact), owner=fact.owner, reason=reason)


def _due(fact: c.ClockFact) -> Due | None:
    match fact:
        case c.ClockStarted() | c.ClockResumed() | c.ClockExtended() | c.ClockRederived():
            return fact.due
        case _:
            return None


_Holds = Callable[[Draft, c.ClockFact], bool]
_Then = Callable[[Draft, c.ClockFact], None]
_TOLD: Final[Mapping[str, tuple[_Holds, _Then]]] = {
    "return_window_lapsed": (_window_of_lead, _accepts),
    "needs_info_lapsed": (_always, _goes_on_without),
    "suspension_lapsed": (_always, _ends_suspension),
    "reopen_window_lapsed": (_always, _archives),
    "commitment_lapsed": (_promise_running, _comes_back),
    "breached": (_worth_noting, _overdue),
    "breach_withdrawn": (_noted_as_missed, _not_overdue),
    "due_changed": (_due_of_participant, _notes_due),
}

GUARDS: Final = frozenset(holds.__name__.removeprefix("_") for holds, _ in _TOLD.values() if holds is not _always)
"""The guards of the table that stand in this module."""
