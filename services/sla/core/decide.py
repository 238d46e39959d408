"""Which facts follow from a command: one small decision for each, over the clocks of one ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, assert_never

from rulebook.clocks import LAPSING, UNDER_UPSTREAM
from rulebook.deriving import Basis, ClockRules, addable
from schemas.clocks import (
    BreachWithdrawn,
    ClockBreached,
    ClockDueSoon,
    ClockExtended,
    ClockFact,
    ClockLapsed,
    ClockMet,
    ClockPaused,
    ClockRederived,
    ClockResumed,
    ClockRetiered,
    ClockStarted,
    ClockStopped,
)
from schemas.more_time import more_time
from schemas.owner import Owner
from schemas.values import Clock, Tier, breach_by
from services.sla.core import commands as c
from services.sla.core import rederive, revive
from services.sla.core.evolve import evolve
from services.sla.core.facts import UNDUE, in_time, lives, missed, of, withdrawn
from services.sla.core.state import (
    HELD_UP_BY,
    OF_THE_LEAD,
    Breached,
    Clocks,
    Lapsed,
    Open,
    Paused,
    Running,
    held_up,
)
from worktime import Extension, Unit
from worktime import Pause as Stretch

Facts = Iterator[ClockFact]
_MOMENT: Final = timedelta(microseconds=1)
_WORK: Final = (Clock.HANDLING, Clock.REWORK)


def decide(
    rules: ClockRules, state: Clocks | None, command: c.Command, ticket: str, now: datetime
) -> tuple[ClockFact, ...]:
    """The facts that follow from a command at a moment; () where nothing is to be done."""
    clocks = state or Clocks(ticket=ticket, tier=Tier.COMPLEX)
    facts = tuple(_facts(rules, clocks, command, now))
    return facts + _overtaken(clocks, facts, now)


def fire(state: Clocks, now: datetime) -> tuple[ClockFact, ...]:
    """What has come due by a moment: reminders, breaches, lapses; needs no rules, for due times are stored."""
    return tuple(fact for clock in state.clocks if clock.status == "running" for fact in _fired(state, clock, now))


def _overtaken(state: Clocks, facts: tuple[ClockFact, ...], now: datetime) -> tuple[ClockFact, ...]:
    """Return what came due before a decision that looks back: it is said together with it, and dated before it."""
    if not any(_looks_back(fact, now) for fact in facts):
        return ()
    for fact in facts:
        state = evolve(state, fact, now)
    return fire(state, now - _MOMENT)


def _looks_back(fact: ClockFact, now: datetime) -> bool:
    match fact:
        case ClockStarted() | ClockResumed() | ClockExtended() | ClockRederived() | ClockRetiered():
            return breach_by(fact.due) < now or (fact.remind_at is not None and fact.remind_at < now)
        case ClockMet() | ClockStopped():
            return fact.clock in HELD_UP_BY
        case _:
            return False


def _facts(rules: ClockRules, state: Clocks, command: c.Command, now: datetime) -> Facts:  # noqa: C901, PLR0911, PLR0912 - the table of all commands
    match command:
        case c.Start():
            return _start(rules, state, command, now)
        case c.Lead():
            return _lead(rules, state, command, now)
        case c.Meet():
            return _meet(state, command, now)
        case c.Stop():
            return _stop(state, command, now)
        case c.End():
            return _end(state, command, now)
        case c.HandOn():
            return _hand_on(rules, state, command, now)
        case c.Release():
            return _release(state, command)
        case c.Pause():
            return _pause(rules, state, command, now)
        case c.Resume():
            return _resume(rules, state, command, now)
        case c.Extend():
            return _extend(rules, state, command, now)
        case c.Contradict():
            return _contradict(state, command, now)
        case c.Revive():
            return revive.revive(rules, state, command, now)
        case c.Decided() | c.Appoint() | c.Retier() | c.Recalendar() | c.Rederive():
            return rederive.facts(rules, state, command, now)
        case _:
            assert_never(command)


# --- started and met -------------------------------------------------------------------------------------------------


def _start(rules: ClockRules, state: Clocks, command: c.Start, now: datetime) -> Facts:
    same = list(state.named(command.clock, owner=command.owner, about=command.about))
    if same and not command.afresh:
        return
    for clock in same:
        yield from _stopped(state, clock, now, "superseded")
    at, tier = command.at or now, command.tier or state.tier
    upstream = state.upstream if command.clock in UNDER_UPSTREAM else command.upstream
    basis = rules.basis(command.clock, tier, at, upstream, command.named)
    found = rules.derive(basis, command.clock, tier, now)
    count = state.started.get(command.clock, 0) + 1
    started = ClockStarted(
        ticket=state.ticket,
        clock_id=command.clock.value if count == 1 else f"{command.clock}-{count}",
        clock=command.clock,
        owner=command.owner,
        about=command.about,
        started_at=at,
        tier=tier,
        due=found.due,
        remind_at=found.remind_at,
        explanation=found.explanation,
    )
    yield started
    if rules.limit(command.clock).pauses:
        work = next((each for each in state.named(*_WORK, owner=command.owner) if isinstance(each, Paused)), None)
        waits = work.basis.ledger.pauses if work is not None else ()
        yield from _still(started, [pause.model_copy(update={"start": at}) for pause in waits if pause.end is None])


def _still(started: ClockStarted, pauses: Iterable[Stretch]) -> Facts:
    """A clock that starts while its owner's work stands still stands still with it."""
    for pause in pauses:
        yield ClockPaused(
            ticket=started.ticket,
            clock_id=started.clock_id,
            clock=started.clock,
            owner=started.owner,
            about=started.about,
            ground=pause.ground,
            since=pause.start,
            approved_by=pause.approver,
        )


def _lead(rules: ClockRules, state: Clocks, command: c.Lead, now: datetime) -> Facts:
    for clock in state.named(*OF_THE_LEAD):
        if clock.owner != command.owner:
            yield from _stopped(state, clock, now, "new_lead")
    goes_on = any(state.named(Clock.HANDLING, owner=command.owner))
    wanted = [] if goes_on else [Clock.FIRST_CONTACT, Clock.HANDLING]
    if not goes_on and command.tier is Tier.URGENT:
        wanted.append(Clock.URGENT_FIRST_REPORT)
    if not command.binding:
        wanted.append(Clock.RETURN_WINDOW)
    for name in wanted:
        yield from _start(rules, state, c.Start(name, command.owner, tier=command.tier), now)


def _meet(state: Clocks, command: c.Meet, now: datetime) -> Facts:
    at = command.at or now
    for clock in state.named(*command.clocks, owner=command.owner, about=command.about):
        yield from withdrawn(state.ticket, clock, at)
        yield _met(state.ticket, clock, at, late=not in_time(clock, at))
    for lapsed in state.clocks:
        if isinstance(lapsed, Lapsed) and lapsed.clock in command.clocks and at <= breach_by(lapsed.due):
            # The door had it in time: what followed from the lapse is for those to undo who drew the consequence.
            yield _met(state.ticket, lapsed, at, late=False)


def _met(ticket: str, clock: Open | Lapsed, at: datetime, *, late: bool) -> ClockMet:
    return ClockMet(**of(ticket, clock), at=at, due=clock.due, late=late)


# --- stopped ---------------------------------------------------------------------------------------------------------


def _stop(state: Clocks, command: c.Stop, now: datetime) -> Facts:
    for clock in state.named(*command.clocks, owner=command.owner, about=command.about):
        if command.reason != UNDUE:
            yield from _stopped(state, clock, now, command.reason)
            continue
        if isinstance(clock, Breached):
            yield BreachWithdrawn(**of(state.ticket, clock), reason=UNDUE)
        yield ClockStopped(**of(state.ticket, clock), reason=UNDUE)


def _end(state: Clocks, command: c.End, now: datetime) -> Facts:
    for clock in state.open():
        if clock.clock not in command.sparing:
            yield from _stopped(state, clock, now, command.reason)


def _hand_on(rules: ClockRules, state: Clocks, command: c.HandOn, now: datetime) -> Facts:
    for clock in state.open():
        if clock.owner != command.before or isinstance(clock, Breached):
            continue
        if missed(state, clock, now):
            yield ClockBreached(**of(state.ticket, clock), due=clock.due)
        else:
            yield ClockStopped(**of(state.ticket, clock), reason="reorganised")
            yield from _goes_on(rules, state, clock, command.after, now)


def _goes_on(rules: ClockRules, state: Clocks, clock: Open, owner: Owner, now: datetime) -> Facts:
    """The same time under another owner: begun when it was begun, with all that was granted and waited for."""
    ledger = clock.basis.ledger
    waits = [pause for pause in ledger.pauses if pause.end is None]
    running = ledger.model_copy(update={"pauses": tuple(pause for pause in ledger.pauses if pause.end is not None)})
    found = rules.derive(clock.basis.model_copy(update={"ledger": running}), clock.clock, clock.tier, now)
    started = ClockStarted(
        ticket=state.ticket,
        clock_id=f"{clock.clock}-{state.started.get(clock.clock, 0) + 1}",
        clock=clock.clock,
        owner=owner,
        about=clock.about,
        started_at=clock.started_at,
        tier=clock.tier,
        due=found.due,
        remind_at=None if clock.reminded else found.remind_at,
        explanation=found.explanation,
    )
    yield started
    yield from _still(started, waits)


def _release(state: Clocks, command: c.Release) -> Facts:
    for clock in state.named(*OF_THE_LEAD):
        if clock.owner != command.sparing_owner:
            if state.disputed_since is not None:
                yield from withdrawn(state.ticket, clock, state.disputed_since, command.reason)
            yield ClockStopped(**of(state.ticket, clock), reason=command.reason)


def _stopped(state: Clocks, clock: Open, now: datetime, reason: str) -> Facts:
    """Nobody does any more what it asks for: it is late from its due time on, that moment included."""
    if missed(state, clock, now):
        yield ClockBreached(**of(state.ticket, clock), due=clock.due)
    elif now < breach_by(clock.due):
        yield from withdrawn(state.ticket, clock, now)
    yield ClockStopped(**of(state.ticket, clock), reason=reason)


# --- paused, resumed, revived ----------------------------------------------------------------------------------------


def _pause(rules: ClockRules, state: Clocks, command: c.Pause, now: datetime) -> Facts:
    for clock in state.open():
        if not rules.limit(clock.clock).pauses or clock.clock is Clock.CITIZEN:
            continue
        since = _since(state, clock, command.asked, now)
        if lives(clock, since) and not _stands_still(clock.basis, command.ground):
            yield from withdrawn(state.ticket, clock, since)
            yield ClockPaused(
                **of(state.ticket, clock), ground=command.ground, since=since, approved_by=command.approver
            )


def _since(state: Clocks, clock: Open, asked: str | None, now: datetime) -> datetime:
    """A pause that was asked for in time and granted late counts from the asking."""
    for request in state.named(Clock.APPROVAL, about=asked) if asked else ():
        late = not in_time(request, now) or not in_time(clock, now)
        if late and in_time(clock, request.started_at):
            return max(request.started_at, clock.basis.ledger.begins_at)
    return now


def _stands_still(basis: Basis, ground: str) -> bool:
    return any(pause.ground == ground and pause.end is None for pause in basis.ledger.pauses)


def _resume(rules: ClockRules, state: Clocks, command: c.Resume, now: datetime) -> Facts:
    for clock in state.open():
        waits = [pause for pause in clock.basis.ledger.pauses if pause.end is None]
        ended = [p for p in waits if command.ground in (None, p.ground) and p.ground != command.sparing]
        if not isinstance(clock, Paused) or not ended:
            continue
        still = next((pause for pause in waits if pause not in ended), None)
        if still is None:
            ledger = clock.basis.ledger
            for pause in ended:
                ledger = ledger.resumed(now, pause.ground)
            yield revive.resumed(rules, state.ticket, clock, clock.basis.model_copy(update={"ledger": ledger}), now)
            continue
        for pause in ended:
            yield ClockPaused(
                **of(state.ticket, clock),
                ground=still.ground,
                since=now,
                approved_by=still.approver,
                instead_of=pause.ground,
            )


# --- extended, contradicted, fired -----------------------------------------------------------------------------------


def _extend(rules: ClockRules, state: Clocks, command: c.Extend, now: datetime) -> Facts:
    for clock in state.named(*HELD_UP_BY[Clock.APPROVAL]):
        if not rules.limit(clock.clock).extendable:
            continue
        ledger = clock.basis.ledger
        amount, unit = addable(command.amount, Unit(command.unit), ledger.budget.unit)
        granted = Extension(
            at=max(now, ledger.begins_at),
            unit=unit,
            amount=amount,
            ground=command.ground or "extension",
            approver=command.approver or "rule",
        )
        basis = clock.basis.model_copy(update={"ledger": ledger.extended(granted)})
        found = rules.derive(basis, clock.clock, clock.tier, now)
        if isinstance(clock, Breached) and found.due != clock.due:
            yield BreachWithdrawn(**of(state.ticket, clock), reason="asked_in_time")
        yield ClockExtended(
            **of(state.ticket, clock),
            **more_time(command.amount, command.unit),
            approved_by=command.approver,
            due=found.due,
            remind_at=found.remind_at,
            explanation=found.explanation,
        )


def _contradict(state: Clocks, command: c.Contradict, now: datetime) -> Facts:
    for clock in state.named(*HELD_UP_BY[command.by]):
        yield from withdrawn(state.ticket, clock, now, command.reason)


def _fired(state: Clocks, clock: Running, now: datetime) -> Facts:
    up = breach_by(clock.due) <= now and not held_up(state, clock)
    if up and clock.clock in LAPSING:
        yield ClockLapsed(**of(state.ticket, clock), due=clock.due)
    elif up:
        yield ClockBreached(**of(state.ticket, clock), due=clock.due)
    elif clock.remind_at is not None and not clock.reminded and clock.remind_at <= now:
        yield ClockDueSoon(**of(state.ticket, clock), due=clock.due)
