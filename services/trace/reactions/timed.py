"""What clocks say: the row of each clock."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import clocks as c
from schemas.values import Due, breach_by, remind_by
from services.trace.core.rows import ClockRow
from services.trace.reactions.tables import clocks


@clocks.begins(c.ClockStarted)
def _clock_started(fact: c.ClockStarted, _at: datetime) -> ClockRow:
    return ClockRow(
        ticket=fact.ticket,
        clock_id=fact.clock_id,
        clock=fact.clock.value,
        owner=fact.owner,
        started_at=fact.started_at,
        due=remind_by(fact.due),
        due_latest=breach_by(fact.due),
    )


def _due_anew(row: ClockRow, due: Due) -> ClockRow:
    return replace(row, due=remind_by(due), due_latest=breach_by(due))


@clocks.on(c.ClockExtended, c.ClockRederived, c.ClockRetiered)
def _clock_derived(
    row: ClockRow, fact: c.ClockExtended | c.ClockRederived | c.ClockRetiered, _at: datetime
) -> ClockRow:
    return _due_anew(row, fact.due)


@clocks.on(c.ClockResumed)
def _clock_resumed(row: ClockRow, fact: c.ClockResumed, _at: datetime) -> ClockRow:
    """After a pause; or what had ended the clock was undone."""
    return _due_anew(replace(row, status="running", ended_at=None, late=None), fact.due)


@clocks.on(c.ClockMet)
def _clock_met(row: ClockRow, fact: c.ClockMet, _at: datetime) -> ClockRow:
    return _due_anew(replace(row, status="met", ended_at=fact.at, late=fact.late), fact.due)


clocks.on(c.ClockPaused)(lambda row, _, __: replace(row, status="paused", ended_at=None, late=None))
clocks.on(c.ClockBreached)(lambda row, _, __: replace(row, breached=True))
clocks.on(c.BreachWithdrawn)(lambda row, _, __: replace(row, breached=False))
clocks.on(c.ClockStopped)(lambda row, _, at: replace(row, status="stopped", ended_at=at))
clocks.on(c.ClockLapsed)(lambda row, _, at: replace(row, status="lapsed", ended_at=at))
