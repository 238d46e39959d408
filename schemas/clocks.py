"""`liuhen.clocks.v1`: clocks started, paused, due soon, breached, derived again. Owner: sla.

A clock is told by its id, which is unique in its ticket: its name, and a counter for the second and later ones.
"""

from __future__ import annotations

from typing import Any

from schemas.message import Message
from schemas.values import Clock, Code, Due, Instant, TicketId


class ClockFact(Message, owner="clocks"):
    """A fact of one clock. `owner` is the party whose time it is: `department:housing`, `office:dispatcher`, …"""

    ticket: TicketId
    clock_id: str
    clock: Clock
    owner: str


class ClockStarted(ClockFact):
    """A clock runs; `explanation` says completely why it is due when it is."""

    started_at: Instant
    due: Due
    explanation: dict[str, Any]


class ClockPaused(ClockFact):
    """A clock stands still, and on whose approval."""

    ground: Code
    approved_by: str | None = None


class ClockResumed(ClockFact):
    """A clock runs on, with its new due time."""

    due: Due
    explanation: dict[str, Any]


class ClockExtended(ClockFact):
    """Time was granted: the new due time."""

    days: int
    approved_by: str | None = None
    due: Due
    explanation: dict[str, Any]


class ClockDueSoon(ClockFact):
    """The share of the time that the policy names has gone by."""

    due: Due


class ClockBreached(ClockFact):
    """The due time went by and the clock was still running."""

    due: Due


class ClockMet(ClockFact):
    """What the clock asked for was done; `late` when that was after the due time."""

    at: Instant
    due: Due
    late: bool


class ClockStopped(ClockFact):
    """The clock fell away: nobody owes what it asked for any more."""

    reason: Code


class BreachWithdrawn(ClockFact):
    """A breach was declared and then contradicted by a fact that the door had received earlier."""

    reason: Code


class ClockLapsed(ClockFact):
    """A window or a term ran out: it has a consequence and blames nobody (return window, suspension, reopening)."""

    due: Due


class ClockRederived(ClockFact):
    """The due time was derived anew, because the calendar, the policy, the tier or an upstream due time changed."""

    was: Due
    due: Due
    because: Code
    explanation: dict[str, Any]
