"""The matter is pressed: follow-ups, nudges, supervision, interviews."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from schemas.dispatch.base import Carrying, DispatchFact, Pressing
from schemas.values import (
    Channel,
    Code,
    DepartmentCode,
    Instant,
    Name,
    Receipt,
    Text,
    Verified,
    WatchOrder,
)


class FollowUpAdded(Carrying):
    """A contact about the open ticket was sent to whoever holds it, unless it speaks of misconduct.

    `verified` says how it was made sure that the requester spoke; what nobody verified presses for nothing. `count`
    is how often the requester has spoken by now.
    """

    word: ClassVar[str] = "follow_up"

    receipt: Receipt
    channel: Channel
    mode: Literal["press", "add"]
    text: Text
    count: int
    verified: Verified | None = None
    withheld: bool | None = None


class Nudged(Pressing):
    """Whoever holds the ticket was pressed (催办); `breach` is the clock whose breach a rule ordered it for."""

    reason: Text
    department: DepartmentCode | None = None
    breach: str | None = None


class NudgeWithdrawn(DispatchFact):
    """A rule takes back the nudge that it ordered for a breach which was withdrawn."""

    reason: Text
    department: DepartmentCode | None = None
    breach: str


class EscalationProposed(DispatchFact):
    """The ladder asks a person to order a step that it does not take by itself; `breach` is the clock it is for."""

    step: Literal["nudge", "supervise", "interview"]
    reason: Text
    department: DepartmentCode
    breach: str | None = None


class EscalationDeclined(DispatchFact):
    """Whoever may order the step that was proposed does not; the next cause asks anew."""

    step: Literal["nudge", "supervise", "interview"]
    reason: Text
    breach: str | None = None


class SupervisionOrdered(Pressing):
    """A supervision order (督办) was issued; it has a clock and cannot be returned.

    `cause` says why a rule ordered it: the breach of a clock, which `breach` names, nudges in vain, or callbacks.
    `taken_over_from` is the lead that had this order before another one came in its place: it goes on, with a new time.
    """

    department: DepartmentCode
    reason: Text
    number: int
    cause: Literal["breach", "nudges", "callbacks"] | None = None
    breach: str | None = None
    taken_over_from: DepartmentCode | None = None


class SupervisionAnswered(Carrying):
    """The department answered the supervision order, or the callback review: the one that `answers` names.

    An answer that was recorded before orders were named answers whatever ran.
    """

    department: DepartmentCode
    report: Text
    answers: WatchOrder | None = None


class Interviewed(DispatchFact):
    """The department was called in (约谈); by a person, with when, with whom, and what came of it."""

    department: DepartmentCode
    reason: Text
    held_at: Instant | None = None
    persons: tuple[Name, ...] | None = None
    agreed: Text | None = None


BREACH_WITHDRAWN: Final = "breach_withdrawn"
CALLBACK_CORRECTED: Final = "callback_corrected"
LEAD_CHANGED: Final = "lead_changed"
TAKEN_BACK: Final = frozenset({BREACH_WITHDRAWN, CALLBACK_CORRECTED})
"""Why a rule takes its own supervision order back: what it was ordered for did not happen."""


class SupervisionEnded(DispatchFact):
    """The supervisor is content, the ticket ended, or a rule takes its order back, for a `reason` of `TAKEN_BACK`.

    With the reason `LEAD_CHANGED` the lead before owes no answer any more.

    `ended` names the one order that ends, where the other runs on; without it the callback review ends too, unless
    only the rule's order was taken back.
    """

    result: Text
    reason: Code | None = None
    ended: WatchOrder | None = None


class CallbackReviewOrdered(Pressing):
    """The department must check what the callback heard, ours or the city's: an order with a clock, not returnable.

    `city` says that the city's verdict led to it: it outlives the closing; `said` is what the requester said there.
    """

    department: DepartmentCode
    reason: Text
    city: Literal[True] | None = None
    said: Text | None = None
