"""How a summary moves: to another state and back, to its end, to another holder."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas.values import TicketState
from services.trace.core.desk import let_go
from services.trace.core.holder import holder_of
from services.trace.core.rows import Summary


def moved(summary: Summary, state: TicketState) -> Summary:
    """The ticket stands in another state, and there is nothing to go back to."""
    return replace(summary, state=state.value, resume=(), stage="")


def interrupted(summary: Summary, state: TicketState, *resume: str) -> Summary:
    """The ticket stands in another state until it goes back to the last of `resume`."""
    return replace(summary, state=state.value, resume=resume)


def back(summary: Summary, state: TicketState) -> Summary:
    """What this state had interrupted goes on; in any other state nothing changes."""
    if summary.state != state or not summary.resume:
        return summary
    *rest, before = summary.resume
    return replace(summary, state=before, resume=tuple(rest))


def ended(summary: Summary, state: TicketState, at: datetime) -> Summary:
    """The ticket has ended."""
    return replace(let_go(moved(summary, state)), closed_at=at, outcome=state.value)


def handed(summary: Summary, at: datetime) -> Summary:
    """Whoever the state makes the holder holds the ticket, since `at` where that is somebody or something new."""
    holder, waits_for = holder_of(summary)
    if (holder, waits_for) == (summary.holder, summary.waits_for):
        return summary
    return replace(summary, holder=holder, waits_for=waits_for, waiting_since=at if holder else None)
