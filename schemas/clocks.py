"""`liuhen.clocks.v1`: clocks started, paused, due soon, breached, derived again. Owner: sla.

A clock is told by its id, which is unique in its ticket: its name, and a counter for the second and later ones.

`explanation` says completely why a clock is due when it is: `budget` is worktime's Explanation (policy, calendar, days,
pauses and who approved them, extensions), `caps` are what can bind earlier, each with a `kind` (`ceiling`, `upstream`,
`named_date`) and its own `due`, and `binding` names which of them all decided.
"""

from __future__ import annotations

from typing import Any, ClassVar

from schemas.message import Message
from schemas.more_time import MoreTime
from schemas.owner import Owner
from schemas.values import Clock, Code, Due, Instant, Person, TicketId, Tier


class ClockFact(Message, owner="clocks"):
    """A fact of one clock. `owner` is the party whose time it is: `department:housing`, `office:p-xu`, `unit:unit-01`,
    `requester`, `callback`; `about` tells clocks of one name apart: the approval of an `extension` or a `suspension`.
    """

    counted_by: ClassVar[str] = "clock"

    ticket: TicketId
    clock_id: str
    clock: Clock
    owner: Owner
    about: Code | None = None


class ClockStarted(ClockFact):
    """A clock runs; reminders go out at `remind_at`, where that is still ahead."""

    started_at: Instant
    tier: Tier
    due: Due
    remind_at: Instant | None = None
    explanation: dict[str, Any]


class ClockPaused(ClockFact):
    """A clock stands still, since when and on whose approval; `instead_of` is a ground that ended meanwhile."""

    ground: Code
    since: Instant
    approved_by: str | None = None
    instead_of: Code | None = None


class ClockResumed(ClockFact):
    """A clock runs on, with its new due time: after a pause, or because what had ended it was undone."""

    due: Due
    remind_at: Instant | None = None
    explanation: dict[str, Any]


class ClockExtended(ClockFact, MoreTime):
    """Time was granted: the new due time, which for a clock that stands still is the one that it would have now."""

    approved_by: str | None = None
    due: Due
    remind_at: Instant | None = None
    explanation: dict[str, Any]


class ClockDueSoon(ClockFact):
    """No more time is left than the policy gives for a reminder (`due_soon`)."""

    due: Due


class ClockBreached(ClockFact):
    """The due time went by and the clock was still running."""

    due: Due


class ClockMet(ClockFact):
    """What the clock asked for was done; `late` when that was after the due time.

    After a ClockLapsed of the same clock it withdraws that lapse: the door had received what was asked for in time.
    """

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


class ClockRetiered(ClockFact):
    """Another tier is counted by, and the clock is due when it was: an upstream due time binds, or both tiers agree."""

    due: Due
    tier: Tier
    remind_at: Instant | None = None
    explanation: dict[str, Any]


class ClockRederived(ClockFact):
    """The clock is due at another time than before, because the calendar, the policy, the tier or an upstream due time
    changed, an appointment was made, or the centre decided late on what was asked in time.

    `ordered_by` is who published the calendar, or ordered that clocks are derived anew.
    """

    was: Due
    due: Due
    because: Code
    tier: Tier
    remind_at: Instant | None = None
    ordered_by: Person | None = None
    explanation: dict[str, Any]
