"""What the clocks of a ticket are after a fact: total, for a fact cannot be refused."""

from __future__ import annotations

from datetime import datetime

from rulebook.deriving import basis_of
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
from schemas.message import Message
from schemas.values import Clock, Tier
from services.sla.core.state import (
    AnyClock,
    Breached,
    Clocks,
    Lapsed,
    Met,
    Paused,
    Running,
    Stopped,
    TimedFields,
    sealed,
)

_RULINGS = frozenset({Clock.RETURN_RULING, Clock.ADJUDICATION})
_Derived = ClockResumed | ClockExtended | ClockRederived | ClockRetiered


def evolve(state: Clocks | None, fact: Message, at: datetime) -> Clocks:
    """The clocks after a fact; facts of others and of clocks that are forgotten change nothing."""
    if not isinstance(fact, ClockFact):
        raise TypeError(f"{type(fact).__name__} is no fact of a clock")
    state = state or Clocks(ticket=fact.ticket, tier=Tier.COMPLEX)
    if isinstance(fact, ClockStarted):
        return _started(state, fact)
    clock = next((clock for clock in state.clocks if clock.id == fact.clock_id), None)
    if clock is None:
        return state
    return _disputed(_tiered(state, fact).with_clock(_next(clock, fact, at)), fact, at)


def _started(state: Clocks, fact: ClockStarted) -> Clocks:
    basis = basis_of(fact.explanation)
    clock = Running(
        id=fact.clock_id,
        clock=fact.clock,
        owner=fact.owner,
        about=fact.about,
        tier=fact.tier,
        started_at=basis.ledger.started_at,
        sealed=sealed(basis),
        due=fact.due,
        remind_at=fact.remind_at,
    )
    counted = {**state.started, fact.clock: state.started.get(fact.clock, 0) + 1}
    upstream = state.upstream or basis.upstream
    after = state.with_clock(clock).model_copy(update={"tier": fact.tier, "started": counted, "upstream": upstream})
    return _disputed(after, fact, fact.started_at)


def _tiered(state: Clocks, fact: ClockFact) -> Clocks:
    return state.model_copy(update={"tier": fact.tier}) if isinstance(fact, ClockRederived | ClockRetiered) else state


def _disputed(state: Clocks, fact: ClockFact, at: datetime) -> Clocks:
    if fact.clock not in _RULINGS:
        return state
    since = (state.disputed_since or at) if next(state.named(*_RULINGS), None) else None
    return state.model_copy(update={"disputed_since": since})


def _next(clock: AnyClock, fact: ClockFact, at: datetime) -> AnyClock:
    after: AnyClock = clock
    match fact:
        case ClockPaused():
            after = _paused(clock, fact)
        case ClockResumed() | ClockExtended() | ClockRederived() | ClockRetiered():
            after = _derived(clock, fact)
        case ClockDueSoon():
            after = clock.model_copy(update={"reminded": True})
        case ClockBreached():
            after = Breached(**clock.carried)
        case BreachWithdrawn():
            after = _running_again(clock.carried, reminded=True)
        case ClockMet():
            after = Met(**clock.carried, late=isinstance(clock, Breached))
        case ClockLapsed():
            after = Lapsed(**clock.carried)
        case ClockStopped():
            after = Stopped(**clock.carried, reason=fact.reason, at=at, late=isinstance(clock, Breached))
        case _:
            raise TypeError(f"{type(fact).__name__} is not known to this version")
    return after


def _paused(clock: AnyClock, fact: ClockPaused) -> AnyClock:
    ledger = clock.basis.ledger.paused(fact.since, fact.ground, fact.approved_by)
    if fact.instead_of is not None:
        ledger = clock.basis.ledger.resumed(fact.since, fact.instead_of)
    carried = clock.carried
    carried["sealed"] = sealed(clock.basis.model_copy(update={"ledger": ledger}))
    return Paused(**carried)


def _derived(clock: AnyClock, fact: _Derived) -> AnyClock:
    reminded = clock.reminded and clock.remind_at == fact.remind_at
    after = clock.model_copy(
        update={
            "sealed": sealed(basis_of(fact.explanation)),
            "due": fact.due,
            "remind_at": fact.remind_at,
            "tier": fact.tier if isinstance(fact, ClockRederived | ClockRetiered) else clock.tier,
            "reminded": reminded,
        }
    )
    if not isinstance(fact, ClockResumed):
        return after
    if isinstance(clock, Stopped | Met) and clock.late:
        return Breached(**after.carried)
    return _running_again(after.carried, reminded=reminded)


def _running_again(carried: TimedFields, *, reminded: bool) -> Running:
    carried["reminded"], carried["round"] = reminded, carried["round"] + 1
    return Running(**carried)
