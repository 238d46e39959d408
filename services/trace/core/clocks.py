"""How each fact of a clock changes its row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from pydantic_core import to_json

from schemas import clocks as c
from schemas.message import Message
from schemas.values import Due, breach_by, remind_by
from services.trace.core.rows import ClockRow, replace

RUNNING: Final = "running"
PAUSED: Final = "paused"
MET: Final = "met"
STOPPED: Final = "stopped"
LAPSED: Final = "lapsed"


def ticked(row: ClockRow | None, fact: Message, at: datetime) -> ClockRow | None:
    """Fold one fact of `liuhen.clocks.v1`; a fact of a clock that never started changes nothing."""
    if isinstance(fact, c.ClockStarted):
        return _started(fact)
    change = _CHANGES.get(type(fact))
    return row if row is None or change is None else change(row, fact, at)


def _started(fact: c.ClockStarted) -> ClockRow:
    return ClockRow(
        ticket=fact.ticket,
        clock_id=fact.clock_id,
        clock=fact.clock.value,
        owner=fact.owner,
        started_at=fact.started_at,
        **_due(fact.due, fact.explanation),
    )


def _due(due: Due, explanation: dict[str, Any]) -> dict[str, Any]:
    return {"due": remind_by(due), "due_latest": breach_by(due), "explanation": to_json(explanation).decode()}


def _running(row: ClockRow) -> ClockRow:
    """After a pause; or what had ended the clock was undone."""
    return replace(row, status=RUNNING, ended_at=None, late=None)


def _met(row: ClockRow, fact: c.ClockMet, _at: datetime) -> ClockRow:
    met = replace(row, status=MET, ended_at=fact.at, late=fact.late)
    return replace(met, due=remind_by(fact.due), due_latest=breach_by(fact.due))


_Change = Callable[[ClockRow, Any, datetime], ClockRow]

_CHANGES: Final[dict[type[Message], _Change]] = {
    c.ClockPaused: lambda r, _f, _at: replace(r, status=PAUSED, ended_at=None, late=None),
    c.ClockResumed: lambda r, f, _at: replace(_running(r), **_due(f.due, f.explanation)),
    c.ClockExtended: lambda r, f, _at: replace(r, **_due(f.due, f.explanation)),
    c.ClockRederived: lambda r, f, _at: replace(r, **_due(f.due, f.explanation)),
    c.ClockBreached: lambda r, _f, _at: replace(r, breached=True),
    c.BreachWithdrawn: lambda r, _f, _at: replace(r, breached=False),
    c.ClockMet: _met,
    c.ClockStopped: lambda r, _f, at: replace(r, status=STOPPED, ended_at=at),
    c.ClockLapsed: lambda r, _f, at: replace(r, status=LAPSED, ended_at=at),
}
