"""What clocks say: due times that notify remembers, reminders, and what was missed."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import clocks as c
from schemas.values import Clock, remind_by
from services.notify.core.occasion import Occasion
from services.notify.core.profile import REMEMBERED, Profile
from services.notify.core.values import LEFT, deadline, ground
from services.notify.reactions.tables import Wishes, profiles, wishes
from vocabulary import clock_of, word

_Tiered = c.ClockStarted | c.ClockRederived | c.ClockRetiered
_Timed = _Tiered | c.ClockResumed | c.ClockExtended


def _timed(profile: Profile, fact: _Timed, _at: datetime) -> Profile:
    if fact.clock is Clock.CITIZEN:
        tier = fact.tier if isinstance(fact, _Tiered) else profile.citizen_tier
        return replace(profile, citizen_due=fact.due, citizen_tier=tier)
    if fact.clock not in REMEMBERED:
        return profile
    handler = fact.owner.code if fact.clock is Clock.HANDLING else profile.handler
    return replace(profile, due={**profile.due, fact.clock: remind_by(fact.due)}, handler=handler)


profiles.on(c.ClockStarted)(_timed)


@wishes.on(c.ClockStarted)
def _clock_started(fact: c.ClockStarted, o: Occasion) -> Wishes:
    owner, due = fact.owner.department, deadline(remind_by(fact.due))
    match fact.clock:
        case Clock.SUPPORTING_TASK:
            yield from o.to("department-supporting-task", o.book.departments(o.profile, owner), due=due)
        case Clock.REWORK:
            yield from o.department(owner, "department-rework", due=due, count=_counter(fact.clock_id))
            yield from o.requester("requester-rework", due=due)
        case Clock.REOPEN_WINDOW if not o.profile.final:
            yield from o.requester("requester-closed", due=due)
        case _:
            pass


def _counter(clock_id: str) -> str:
    """A clock's id is its name and, from the second on, a counter."""
    digits = "".join(character for character in clock_id if character.isdigit())
    return digits or "1"


def _of_clock(
    fact: c.ClockExtended | c.ClockRederived | c.ClockDueSoon | c.ClockBreached, o: Occasion
) -> dict[str, str]:
    return {"clock": clock_of(fact.clock, o.profile.tier), "due": deadline(remind_by(fact.due))}


profiles.on(c.ClockResumed)(_timed)
profiles.on(c.ClockExtended)(_timed)


@wishes.on(c.ClockExtended)
def _clock_extended(fact: c.ClockExtended, o: Occasion) -> Wishes:
    """Whoever was told a date hears of another one; time that ends where it ended before, at the city's, is none."""
    if fact.clock is Clock.HANDLING and remind_by(fact.due) != o.before.due.get(Clock.HANDLING):
        why = ground(o.profile.extension_ground, o.policy)
        yield from o.requester("requester-extended", due=_of_clock(fact, o)["due"], ground=why)


profiles.on(c.ClockRederived, c.ClockRetiered)(_timed)


@wishes.on(c.ClockRederived)
def _clock_rederived(fact: c.ClockRederived, o: Occasion) -> Wishes:
    values, was = _of_clock(fact, o), deadline(remind_by(fact.was))
    if was != values["due"]:
        why = word(c.ClockRederived)
        yield from o.department(fact.owner.department, "department-due-changed", **values, was=was, reason=why)


@wishes.on(c.ClockDueSoon)
def _clock_due_soon(fact: c.ClockDueSoon, o: Occasion) -> Wishes:
    """A reminder is pointless as soon as the moment has come of which it reminds."""
    for wish in _reminders(fact, o):
        yield wish._replace(over=remind_by(fact.due))


def _reminders(fact: c.ClockDueSoon, o: Occasion) -> Wishes:
    owner, values = fact.owner, {**_of_clock(fact, o), "remaining": LEFT}
    if owner.department:
        yield from o.department(owner.department, "department-reminder", **values)
    elif owner.kind == "office" and owner.code:
        yield from o.to("centre-queue", o.book.person(owner.code), **values, person=_person(o, owner.code))


@wishes.on(c.ClockBreached)
def _clock_breached(fact: c.ClockBreached, o: Occasion) -> Wishes:
    """What the callback agency or a visiting unit missed waits at the desk until it is done: nobody is told besides."""
    owner, values = fact.owner, _of_clock(fact, o)
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
