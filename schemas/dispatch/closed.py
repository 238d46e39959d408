"""The requester is called back, the matter closed, opened again, or ended another way."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas.dispatch.base import Dated, DispatchFact, Pressing
from schemas.referral import Referral
from schemas.values import (
    Actor,
    CategoryCode,
    Channel,
    Clock,
    Code,
    Contacted,
    DepartmentCode,
    Grade,
    Instant,
    Person,
    Receipt,
    Ruling,
    Solved,
    Text,
    Unruled,
    Verified,
)


class CallbackAwaited(DispatchFact):
    """The callback agency is asked to call the requester, round `round` (0 is the first)."""

    round: int
    attempts: int


class ClosingHeld(DispatchFact):
    """It does not close by itself: first a person sees to what was recognised, and somebody on duty to the call.

    `outcome` is how it will have been closed.
    """

    outcome: Code


class CallbackTried(DispatchFact):
    """The requester was not reached."""

    attempt: int
    note: Text | None = None


class CallbackAppointed(DispatchFact):
    """The requester wants to be called at another time."""

    at: Instant


class CallbackRecorded(DispatchFact):
    """What the requester said: four answers, and words, which departments hear unless they speak of misconduct."""

    round: int
    contacted: Contacted
    solved: Solved
    attitude: Grade
    result: Grade
    note: Text | None = None
    withheld: bool | None = None


class CallbackExempt(DispatchFact):
    """Nobody can be called, for this reason: the requester is anonymous, or left no number."""

    reason: Literal["anonymous", "no_number"] | None = None


class CallbackGivenUp(DispatchFact):
    """The requester could not be reached in N attempts, which is an outcome of its own."""

    attempts: int


class ReworkOrdered(Pressing):
    """The callback said unsolved or dissatisfied: the department works again (重办), with a clock of its own.

    `round` counts reworks for the ticket's whole life, `failure` the callbacks that failed since it was last reopened;
    `said` is what the requester said at the callback; `reopens` that the ticket had been closed by a mistaken answer.
    """

    department: DepartmentCode
    round: int
    failure: int | None = None
    reason: Code
    said: Text | None = None
    reopens: Literal[True] | None = None


class Closed(Dated):
    """The ticket is closed (结案), with the centre's ruling; `lead` is None where nobody led.

    Without a ruling `unruled` says why there is none, and `awaits_ruling` that a person of the centre is asked for one.
    """

    counted_by: ClassVar[str] = "ruling"
    dates: ClassVar[Clock] = Clock.REOPEN_WINDOW

    outcome: Code
    ruling: Ruling | None = None
    unruled: Unruled | None = None
    awaits_ruling: Literal[True] | None = None
    lead: DepartmentCode | None = None
    category: CategoryCode | None = None
    reply: Text | None = None


class OutcomeRuled(DispatchFact):
    """A person of the centre ruled on the outcome: for the first time, or otherwise than before."""

    ruling: Ruling
    reason: Text


class FinalAnswerGiven(DispatchFact):
    """The centre gave the final answer (终结答复), on which ground, under a named approver."""

    text: Text
    ground: Code | None = None
    ruling: Ruling
    approver: Actor


class ReopeningAsked(DispatchFact):
    """The requester spoke up about a ticket that ended, in time: the desk reopens it, or says why not.

    `count` counts these contacts; what speaks of misconduct is withheld from departments.
    """

    receipt: Receipt
    channel: Channel
    text: Text
    count: int
    verified: Verified | None = None
    withheld: bool | None = None


class ReopeningDeclined(DispatchFact):
    """The ticket stays as it ended, and the requester is told why."""

    reason: Text


class Reopened(DispatchFact):
    """A closed ticket was reopened inside its window; departments hear why unless it speaks of misconduct."""

    reason: Text
    count: int
    withheld: bool | None = None


class Archived(DispatchFact):
    """The reopen window lapsed; the ticket is at rest."""


class NotAccepted(DispatchFact):
    """The centre does not accept the matter."""

    ground: Code
    reason: Text


class WithdrawalAsked(DispatchFact):
    """The requester wants to take back what is overdue or supervised: a person of the centre has to confirm it."""

    reason: Text
    channel: Channel
    verified: Verified | None = None


class WithdrawalDeclined(DispatchFact):
    """The ticket was not withdrawn, and goes on."""

    reason: Text


class Withdrawn(DispatchFact):
    """The requester took the matter back; `verified` says how it was made sure who speaks.

    Departments hear why unless it speaks of misconduct.
    Where a person of the centre `confirmed` it, `taken_by` is the agent who had taken the call, and `note` why.
    """

    reason: Text
    verified: Verified | None = None
    confirmed: Literal[True] | None = None
    taken_by: Person | None = None
    note: Text | None = None
    withheld: bool | None = None


class Transferred(DispatchFact):
    """The matter was referred (转介) to 110, 119, 120, another district or the city, with its record so far."""

    to: Code
    reason: Text
    record: Referral | None = None


class ReferralRecorded(DispatchFact):
    """More was written down of a referral, each thing once; `complete` says that nothing is missing any more."""

    to: Code | None = None
    record: Referral
    complete: Literal[True] | None = None


class CityVerdictRecorded(DispatchFact):
    """The city's own callback verdict came in, with what the requester said to the city."""

    solved: Solved
    satisfaction: Grade
    note: Text | None = None
