"""What clocks say: due times that notify remembers, reminders, and what was missed."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import clocks as c
from schemas.values import Clock, ProvisionalDue, TicketState, breach_by, remind_by
from services.notify.core.dates import dated
from services.notify.core.occasion import Occasion
from services.notify.core.profile import REMEMBERED, STANDS_STILL, Profile
from services.notify.core.values import LEFT, deadline
from services.notify.reactions.tables import Wishes, profiles, wishes
from vocabulary import clock_of, word

_Tiered = c.ClockStarted | c.ClockRederived | c.ClockRetiered
_Timed = _Tiered | c.ClockResumed | c.ClockExtended


def _timed(profile: Profile, fact: _Timed, _at: datetime) -> Profile:
    """What stands still is due at no time that anybody could be told, until it runs on; after an end all runs."""
    if fact.clock is Clock.CITIZEN:
        tier = fact.tier if isinstance(fact, _Tiered) else profile.citizen_tier
        return replace(profile, citizen_due=fact.due, citizen_tier=tier)
    if fact.clock not in REMEMBERED:
        return profile
    handler = fact.owner.code if fact.clock is Clock.HANDLING else profile.handler
    still = profile.suspended and profile.ended is None and not isinstance(fact, c.ClockResumed)
    if still and fact.clock in STANDS_STILL:
        return replace(profile, handler=handler)
    due, latest = {**profile.due, fact.clock: remind_by(fact.due)}, profile.latest
    if isinstance(fact.due, ProvisionalDue):
        latest = {**latest, fact.clock: fact.due.latest}
    elif fact.clock in latest:
        latest = {clock: at for clock, at in latest.items() if clock is not fact.clock}
    return replace(profile, due=due, latest=latest, handler=handler)


@profiles.on(c.ClockStarted)
def _started(profile: Profile, fact: c.ClockStarted, at: datetime) -> Profile:
    """Who hears of a rework hears its date with it; what can be reopened has ended."""
    after = _timed(profile, fact, at)
    if fact.clock is Clock.REOPEN_WINDOW:
        return replace(after, ended=TicketState.CLOSED)
    if fact.clock in REMEMBERED:
        after = replace(after, begun={**after.begun, fact.clock: fact.started_at})
    if fact.clock is not Clock.REWORK:
        return after
    date = dated(fact.due)
    reworked = replace(after, promised_by=Clock.REWORK, ended=None, wanted=False)
    return replace(reworked, promised=date.day, tentative=date.tentative)


@wishes.on(c.ClockStarted)
def _clock_started(fact: c.ClockStarted, o: Occasion) -> Wishes:
    owner, date = fact.owner.department, dated(fact.due)
    due = date.in_full
    match fact.clock:
        case Clock.SUPPORTING_TASK:
            yield from o.to("department-supporting-task", o.book.departments(o.profile, owner), due=due)
        case Clock.REWORK:
            yield from o.department(owner, "department-rework", due=due, count=_counter(fact.clock_id))
            yield from o.requester("requester-rework", due=date.promised)
        case Clock.REOPEN_WINDOW if not o.profile.final:
            yield from o.requester("requester-closed", due=due)
        case _:
            pass


def _counter(clock_id: str) -> str:
    """A clock's id is its name and, from the second on, a counter."""
    digits = "".join(character for character in clock_id if character.isdigit())
    return digits or "1"


profiles.on(c.ClockResumed)(_timed)


@profiles.on(c.ClockExtended)
def _extended(profile: Profile, fact: c.ClockExtended, at: datetime) -> Profile:
    """The time that was granted is the time that is promised from now on, where it is longer than the citizen's."""
    after = _timed(profile, fact, at)
    return replace(after, promised_by=after.promised_by or fact.clock) if fact.clock is Clock.HANDLING else after


profiles.on(c.ClockRederived, c.ClockRetiered)(_timed)


@wishes.on(c.ClockRederived)
def _clock_rederived(fact: c.ClockRederived, o: Occasion) -> Wishes:
    """A date that stays where it was is news only where it is not settled any more."""
    was, now = dated(fact.was), dated(fact.due)
    if was.day != now.day or now.tentative > was.tentative:
        values = {"clock": _named(fact, o), "was": was.in_full, "due": now.in_full}
        why = word(c.ClockRederived)
        yield from o.department(fact.owner.department, "department-due-changed", **values, reason=why)


def _named(fact: c.ClockFact, o: Occasion) -> str:
    return clock_of(fact.clock, o.profile.tier)


@wishes.on(c.ClockDueSoon)
def _clock_due_soon(fact: c.ClockDueSoon, o: Occasion) -> Wishes:
    """A reminder is pointless as soon as the moment has come of which it reminds."""
    for wish in _reminders(fact, o):
        yield wish._replace(over=remind_by(fact.due))


def _reminders(fact: c.ClockDueSoon, o: Occasion) -> Wishes:
    owner = fact.owner
    values = {"clock": _named(fact, o), "due": dated(fact.due).in_full, "remaining": LEFT}
    if owner.department:
        yield from o.department(owner.department, "department-reminder", **values)
    elif owner.kind == "office" and owner.code:
        yield from o.to("centre-queue", o.book.person(owner.code), **values, person=_person(o, owner.code))


@wishes.on(c.ClockBreached)
def _clock_breached(fact: c.ClockBreached, o: Occasion) -> Wishes:
    """What the callback agency or a visiting unit missed waits at the desk until it is done: nobody is told besides.

    What was not settled is missed once the latest moment is over: it is that one that was missed.
    """
    owner, values = fact.owner, {"clock": _named(fact, o), "due": deadline(breach_by(fact.due))}
    if owner.department:
        yield from o.department(owner.department, "department-overdue", **values)
        yield from o.to(
            "supervisor-breach", o.book.supervisors(o.at), **values, department=o.book.name(owner.department)
        )
    elif owner.kind == "office" and owner.code:
        yield from o.to("centre-overdue", o.book.person(owner.code), **values, person=_person(o, owner.code))


def _person(o: Occasion, code: str) -> str:
    person = o.policy.person(code)
    return person.name if person else code
