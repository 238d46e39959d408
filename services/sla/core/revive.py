"""How a clock goes on that stood still, was met or stopped: what became of its time meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rulebook.deriving import Basis, ClockRules
from schemas.clocks import BreachWithdrawn, ClockFact, ClockPaused, ClockResumed
from schemas.values import Clock, breach_by
from services.sla.core import commands as c
from services.sla.core.facts import of
from services.sla.core.state import MERGED, AnyClock, Clocks, Met, Stopped
from worktime import Pause as Stretch

Facts = Iterator[ClockFact]


def resumed(rules: ClockRules, ticket: str, clock: AnyClock, basis: Basis, now: datetime) -> ClockResumed:
    """Let a clock run on from a basis, with the due time that it has by it."""
    found = rules.derive(basis, clock.clock, clock.tier, now)
    return ClockResumed(**of(ticket, clock), due=found.due, remind_at=found.remind_at, explanation=found.explanation)


def revive(rules: ClockRules, state: Clocks, command: c.Revive, now: datetime) -> Facts:
    """Let clocks run on that ended for a reason which holds no more."""
    if command.reason is None:
        yield from _undone(rules, state, command, now)
        return
    for clock in state.clocks:
        if isinstance(clock, Stopped) and clock.clock in command.clocks and clock.reason == command.reason:
            yield _revived(rules, state.ticket, clock, now)


def _undone(rules: ClockRules, state: Clocks, command: c.Revive, now: datetime) -> Facts:
    """Only the last one of each goes on, and only where none is open; what was late already is late still."""
    last = {clock.clock: clock for clock in sorted(state.clocks, key=_order_of) if _is(clock, command)}
    for clock in last.values():
        if isinstance(clock, Met):
            going = resumed(rules, state.ticket, clock, clock.basis, now)
            if clock.late and breach_by(going.due) >= now:
                yield BreachWithdrawn(**of(state.ticket, clock), reason="calendar")
            yield going
        elif isinstance(clock, Stopped):
            yield _revived(rules, state.ticket, clock, now)


def _is(clock: AnyClock, command: c.Revive) -> bool:
    return clock.clock in command.clocks and command.owner in (None, clock.owner)


def _order_of(clock: AnyClock) -> tuple[datetime, int, str]:
    return clock.started_at, len(clock.id), clock.id


def _revived(rules: ClockRules, ticket: str, clock: Stopped, now: datetime) -> ClockFact:
    ledger = clock.basis.ledger
    for pause in ledger.pauses:
        if pause.end is None:
            return ClockPaused(**of(ticket, clock), ground=pause.ground, since=pause.start, approved_by=pause.approver)
    if clock.reason == MERGED and rules.limit(clock.clock).pauses and clock.clock is not Clock.CITIZEN:
        ledger = ledger.with_pause(Stretch(start=clock.at, end=max(now, clock.at), ground=MERGED))
    return resumed(rules, ticket, clock, clock.basis.model_copy(update={"ledger": ledger}), now)
