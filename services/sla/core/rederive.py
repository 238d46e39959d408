"""Due times that move for a reason of their own: tier, calendar, policy, an appointment, a decision that came late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import assert_never

from rulebook.deriving import Basis, ClockRules
from schemas.clocks import (
    BreachWithdrawn,
    ClockBreached,
    ClockFact,
    ClockRederived,
    ClockRetiered,
    ClockStarted,
    ClockStopped,
)
from schemas.values import Clock, Person, Tier, breach_by
from services.sla.core import commands as c
from services.sla.core.facts import in_time, lives, missed, of, withdrawn
from services.sla.core.state import HELD_UP_BY, Breached, Clocks, Open, Paused, Running
from worktime import FreshStart, Ledger, Pause

DECIDED_LATE = "decided-late"
Facts = Iterator[ClockFact]


def facts(
    rules: ClockRules,
    state: Clocks,
    command: c.Decided | c.Appoint | c.Retier | c.Recalendar | c.Rederive,
    now: datetime,
) -> Facts:
    """The clocks whose due time is another one now, each with the reason."""
    match command:
        case c.Decided():
            return _decided(rules, state, command, now)
        case c.Appoint():
            return _appoint(rules, state, command, now)
        case c.Retier():
            return _retier(rules, state, command, now)
        case c.Recalendar():
            return _recalendar(rules, state, command, now)
        case c.Rederive():
            return _rederive(rules, state, command, now)
        case _:
            assert_never(command)


def _fact(rules: ClockRules, state: Clocks, clock: Open, basis: Basis, because: str, now: datetime) -> ClockRederived:
    found = rules.derive(basis, clock.clock, clock.tier, now)
    return ClockRederived(
        **of(state.ticket, clock),
        was=clock.due,
        due=found.due,
        because=because,
        tier=clock.tier,
        remind_at=found.remind_at,
        explanation=found.explanation,
    )


def _with(basis: Basis, ledger: Ledger) -> Basis:
    return basis.model_copy(update={"ledger": ledger})


def _decided(rules: ClockRules, state: Clocks, command: c.Decided, now: datetime) -> Facts:
    """The wait for a late decision, or for none, is not the department's: it gets back what it had left then."""
    ground, because = ("undecided", "undecided") if command.never else (DECIDED_LATE, "decided_late")
    for request in state.named(command.by, about=command.about):
        if in_time(request, now) and not command.never:
            continue
        for clock in state.named(*HELD_UP_BY[command.by] - {Clock.CITIZEN}):
            asked_in_time = in_time(clock, request.started_at)
            if isinstance(clock, Running) and asked_in_time and not in_time(clock, now):
                wait = Pause(start=request.started_at, end=now, ground=ground)
                basis = _with(clock.basis, clock.basis.ledger.with_pause(wait))
                fact = _fact(rules, state, clock, basis, because, now)
                if fact.due != clock.due:
                    yield fact


def _appoint(rules: ClockRules, state: Clocks, command: c.Appoint, now: datetime) -> Facts:
    at = min(max(command.at, now), now + timedelta(days=rules.policy.limits.callback_within_days))
    for clock in state.named(Clock.CALLBACK):
        if lives(clock, now):
            yield from withdrawn(state.ticket, clock, now)
            ledger = clock.basis.ledger.restarted(FreshStart(at=at, ground="appointment"))
            fact = _fact(rules, state, clock, _with(clock.basis, ledger), "appointment", now)
            if fact.due != clock.due:
                yield fact


def _retier(rules: ClockRules, state: Clocks, command: c.Retier, now: datetime) -> Facts:
    for clock in state.open():
        if clock.tier is command.tier or not lives(clock, now):
            continue
        if missed(state, clock, now):
            yield ClockBreached(**of(state.ticket, clock), due=clock.due)
            continue
        yield from withdrawn(state.ticket, clock, now)
        basis = rules.rebudgeted(clock.basis, clock.clock, command.tier)
        moved = clock.model_copy(update={"tier": command.tier})
        fact = _fact(rules, state, moved, basis, "tier", now)
        if clock.clock is not Clock.CITIZEN and breach_by(fact.due) < now:
            # Nobody can keep a limit that had passed before it was set; the citizen's limit alone looks back.
            fresh = basis.ledger.restarted(FreshStart(at=now, ground="tier"))
            fact = _fact(rules, state, moved, _with(basis, fresh), "tier", now)
        if fact.due != clock.due:
            yield fact
        elif clock.clock is Clock.CITIZEN or not _same_time(basis, clock.basis) or fact.remind_at != clock.remind_at:
            yield _retiered(state, clock, fact)
    yield from _first_report(rules, state, command.tier, now)


def _retiered(state: Clocks, clock: Open, derived: ClockRederived) -> ClockRetiered:
    """The due time stays; what it is counted by from now on is remembered, by the citizen's clock for the ticket."""
    return ClockRetiered(
        **of(state.ticket, clock),
        due=derived.due,
        tier=derived.tier,
        remind_at=derived.remind_at,
        explanation=derived.explanation,
    )


def _first_report(rules: ClockRules, state: Clocks, tier: Tier, now: datetime) -> Facts:
    reports = list(state.named(Clock.URGENT_FIRST_REPORT))
    if tier is not Tier.URGENT:
        for clock in reports:
            yield from withdrawn(state.ticket, clock, now)
            yield ClockStopped(**of(state.ticket, clock), reason="tier")
        return
    for handling in state.named(Clock.HANDLING) if not reports and state.tier is not tier else ():
        name = Clock.URGENT_FIRST_REPORT
        found = rules.derive(rules.basis(name, tier, now, None, None), name, tier, now)
        count = state.started.get(name, 0) + 1
        yield ClockStarted(
            ticket=state.ticket,
            clock_id=name.value if count == 1 else f"{name}-{count}",
            clock=name,
            owner=handling.owner,
            started_at=now,
            tier=tier,
            due=found.due,
            remind_at=found.remind_at,
            explanation=found.explanation,
        )


def _recalendar(rules: ClockRules, state: Clocks, command: c.Recalendar, now: datetime) -> Facts:
    for clock in state.open():
        if isinstance(clock, Paused):
            # It is due at no moment; the calendar that stands when it runs on is the one that counts.
            continue
        fact = _fact(rules, state, clock, clock.basis, "calendar", now)
        if fact.due == clock.due or (isinstance(clock, Breached) and breach_by(fact.due) < now):
            continue
        if isinstance(clock, Breached):
            yield BreachWithdrawn(**of(state.ticket, clock), reason="calendar")
        yield _ordered(fact, command.by)


def _ordered(fact: ClockRederived, by: Person) -> ClockRederived:
    """The same, and who ordered it."""
    return fact.model_copy(update={"ordered_by": by})


def _rederive(rules: ClockRules, state: Clocks, command: c.Rederive, now: datetime) -> Facts:
    for clock in state.open():
        if isinstance(clock, Breached) or (command.clocks and clock.clock not in command.clocks):
            continue
        basis = rules.rebudgeted(clock.basis, clock.clock, clock.tier)
        if isinstance(clock, Paused) and _same_time(basis, clock.basis):
            continue
        fact = _fact(rules, state, clock, basis, command.because, now)
        if fact.due != clock.due:
            yield _ordered(fact, command.by)


def _same_time(one: Basis, other: Basis) -> bool:
    """Whether two policies give the same; a clock that stands still has no due time by which to tell."""
    return (one.ledger.budget, one.ceiling) == (other.ledger.budget, other.ceiling)
