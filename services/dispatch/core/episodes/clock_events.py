"""What clocks say of due times: noted for departments, missed (which climbs the ladder), or taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import clocks as c
from schemas import dispatch as d
from schemas.owner import Owner
from schemas.values import Clock, DepartmentCode, Due, TicketState, Tier, breach_by
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.due_times import told_with_order, with_named
from services.dispatch.core.episode import MOOT, Episode, Refusal
from services.dispatch.core.episodes.escalation import unproposed_for
from services.dispatch.core.episodes.nudging import answer_breach, lead_holds, take_back
from services.dispatch.core.episodes.supervision import REVIEWED_AFTER
from services.dispatch.core.episodes.urgency import call_of_missed, is_rung_about
from services.dispatch.core.holder import held_by, participants
from services.dispatch.core.regions import NotedDue, Ordered, Owed, ReviewOrdered
from services.dispatch.core.standing import LIVING, OPEN, Dispatched, Merged
from services.dispatch.core.ticket import Ticket

episode = Episode("clock_events")

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

OF_OTHERS: Final[Mapping[Clock, TicketState]] = {
    Clock.UNIT_PASS_ON: TicketState.SURVEY_REVIEW,
    Clock.CALLBACK: TicketState.CALLBACK_PENDING,
}
"""The clocks of those who are neither office nor department, with the state in which they are waited for."""

REASONS: Final[Mapping[type[c.ClockFact], str]] = {
    c.ClockStarted: "started",
    c.ClockPaused: "paused",
    c.ClockResumed: "resumed",
    c.ClockExtended: "extended",
    c.ClockRederived: "rederived",
}
"""Why a due time is told anew, in the machine's words."""


def _takes_part(ticket: Ticket, owner: Owner) -> bool:
    return owner.department in participants(ticket)


# --- due times -------------------------------------------------------------------------------------------------------


def due_of_participant(draft: Draft, fact: c.ClockFact) -> Refusal | None:
    if fact.clock not in FOR_DEPARTMENTS or type(fact) not in REASONS:
        return MOOT
    if not _takes_part(draft.ticket, fact.owner) or not _still_owed(draft, fact.clock):
        return MOOT
    before = draft.ticket.dues.get(fact.clock_id)
    if before is None and isinstance(fact, c.ClockStarted):
        before = told_with_order(draft.ticket, fact.clock, fact.owner)
    return MOOT if before is not None and before.due == _due_of(fact) else None


def _still_owed(draft: Draft, clock: Clock) -> bool:
    """A clock's word can come after what it asks for was done."""
    match clock:
        case Clock.RETURN_WINDOW:
            order = draft.ticket.order
            return isinstance(draft.ticket.standing, Dispatched) and order is not None and order.returnable
        case Clock.URGENT_FIRST_REPORT:
            return draft.ticket.matter.tier is Tier.URGENT
        case Clock.FIRST_CONTACT:
            return isinstance(draft.ticket.contact, Owed)
        case Clock.SUPERVISION:
            return isinstance(draft.ticket.supervision, Ordered)
        case Clock.CALLBACK_REVIEW:
            return isinstance(draft.ticket.review, ReviewOrdered)
        case _:
            return True


def _due_of(fact: c.ClockFact) -> Due | None:
    match fact:
        case c.ClockStarted() | c.ClockResumed() | c.ClockExtended() | c.ClockRederived():
            return fact.due
        case _:
            return None


@episode.clock("due_changed", c.ClockFact, OPEN | {S.SPLIT} | REVIEWED_AFTER, due_of_participant)
def due_changed(draft: Draft, fact: c.ClockFact) -> None:
    noted = d.DueNoted(
        **draft.by_author,
        clock=fact.clock,
        clock_id=fact.clock_id,
        due=_due_of(fact),
        owner=fact.owner,
        reason=REASONS[type(fact)],
    )
    draft.say(noted)


def _its_owner(ticket: Ticket, fact: d.DueNoted | d.Overdue) -> tuple[DepartmentCode, ...]:
    present, department = participants(ticket), fact.owner.department
    if department is not None:
        return (department,) if department in present else ()
    return present[:1] if fact.clock is Clock.CITIZEN else ()


@episode.fact(d.DueNoted, heard_by=_its_owner)
def _noted(ticket: Ticket, fact: d.DueNoted, _at: datetime) -> Ticket:
    return with_named(ticket, fact.clock_id, NotedDue(clock=fact.clock, due=fact.due, owner=fact.owner))


# --- missed, and taken back ------------------------------------------------------------------------------------------


def _before_merging(ticket: Ticket) -> Ticket:
    """Return the ticket as it stood before it was merged: a clock missed before that is judged by how it stood then."""
    standing = ticket.standing
    return replace(ticket, standing=standing.back) if isinstance(standing, Merged) else ticket


def worth_noting(draft: Draft, fact: c.ClockBreached) -> Refusal | None:
    if fact.clock_id in draft.ticket.overdue:
        return MOOT
    before = _before_merging(draft.ticket)
    concerns = fact.clock in FOR_DEPARTMENTS and _takes_part(before, fact.owner)
    of_citizen = fact.clock is Clock.CITIZEN and draft.ticket.state not in REVIEWED_AFTER
    waited_for = OF_OTHERS.get(fact.clock) is before.state
    return None if concerns or of_citizen or waited_for else MOOT


def worth_saying(draft: Draft, fact: c.ClockBreached) -> Refusal | None:
    """A missed limit is noted where others than the centre owe it, and rung about where it is urgent."""
    return None if is_rung_about(draft.ticket, fact.clock) else worth_noting(draft, fact)


@episode.clock("breached", c.ClockBreached, OPEN | {S.SPLIT} | REVIEWED_AFTER, worth_saying)
def breached(draft: Draft, fact: c.ClockBreached) -> None:
    if worth_noting(draft, fact) is None:
        draft.say(_missed(draft, fact))
        if not _over_before_the_lead(draft.ticket, fact):
            answer_breach(draft, fact.clock, fact.clock_id, fact.owner.department)
    call_of_missed(draft, fact.clock)


@episode.clock("breached", c.ClockBreached, {S.MERGED}, worth_noting)
def breached_before_merging(draft: Draft, fact: c.ClockBreached) -> None:
    """The ladder answers it when the ticket goes its own way again: until then nobody works on it."""
    draft.say(_missed(draft, fact))


def _over_before_the_lead(ticket: Ticket, fact: c.ClockBreached) -> bool:
    """A city's ticket can come when its time is over: whoever got it after that has not missed it."""
    order = ticket.order
    since = order.since if order is not None else None
    return fact.clock is Clock.CITIZEN and since is not None and breach_by(fact.due) <= since


def _missed(draft: Draft, fact: c.ClockBreached) -> d.Overdue:
    before = _before_merging(draft.ticket)
    held = held_by(before) if fact.clock is Clock.CITIZEN else None
    if _over_before_the_lead(before, fact):
        held = Owner.of("centre")
    return d.Overdue(**draft.by_author, clock=fact.clock, clock_id=fact.clock_id, owner=fact.owner, held_by=held)


def noted_as_missed(draft: Draft, fact: c.BreachWithdrawn) -> Refusal | None:
    """What was said to be missed is taken back even where nobody owes it any more."""
    return None if fact.clock_id in draft.ticket.overdue else MOOT


@episode.clock("breach_withdrawn", c.BreachWithdrawn, LIVING, noted_as_missed)
def breach_withdrawn(draft: Draft, fact: c.BreachWithdrawn) -> None:
    withdrawn = d.Overdue(**draft.by_author, clock=fact.clock, clock_id=fact.clock_id, owner=fact.owner, withdrawn=True)
    draft.say(withdrawn)
    take_back(draft, fact.clock, fact.clock_id)


@episode.fact(d.Overdue, heard_by=_its_owner)
def _overdue(ticket: Ticket, fact: d.Overdue, _at: datetime) -> Ticket:
    if fact.withdrawn:
        overdue = {name: owner for name, owner in ticket.overdue.items() if name != fact.clock_id}
        return unproposed_for(replace(ticket, overdue=overdue), fact.clock_id)
    known = ticket.dues.get(fact.clock_id) or told_with_order(ticket, fact.clock, fact.owner)
    owed = known or NotedDue(clock=fact.clock, due=None, owner=fact.owner)
    standing = ticket.standing
    if isinstance(standing, Merged):
        standing = replace(standing, missed=(*standing.missed, fact.clock_id))
    return replace(
        with_named(ticket, fact.clock_id, owed),
        standing=standing,
        overdue={**ticket.overdue, fact.clock_id: _answers_for(_before_merging(ticket), fact)},
    )


def _answers_for(ticket: Ticket, fact: d.Overdue) -> Owner:
    """Whoever held the ticket when the citizen's time ran out; of any other clock its owner."""
    order = ticket.led_by
    if fact.owner.department is None and order is not None and lead_holds(ticket):
        return Owner.of_department(order.lead)
    return fact.owner
