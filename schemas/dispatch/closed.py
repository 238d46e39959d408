"""The requester is called back, the matter closed, opened again, or ended another way."""

from __future__ import annotations

from typing import ClassVar

from schemas.dispatch.base import DispatchFact
from schemas.values import (
    Actor,
    Code,
    Contacted,
    DepartmentCode,
    Grade,
    Instant,
    Ruling,
    Solved,
    Text,
)


class CallbackAwaited(DispatchFact):
    """The callback agency is asked to call the requester, round `round` (0 is the first)."""

    round: int
    attempts: int


class CallbackTried(DispatchFact):
    """The requester was not reached."""

    attempt: int


class CallbackAppointed(DispatchFact):
    """The requester wants to be called at another time."""

    at: Instant


class CallbackRecorded(DispatchFact):
    """What the requester said."""

    round: int
    contacted: Contacted
    solved: Solved
    attitude: Grade
    result: Grade


class CallbackExempt(DispatchFact):
    """Nobody can be called: the requester is anonymous."""


class CallbackGivenUp(DispatchFact):
    """The requester could not be reached in N attempts, which is an outcome of its own."""

    attempts: int


class ReworkOrdered(DispatchFact):
    """The callback said unsolved or dissatisfied: the department works again (重办), with a clock of its own.

    `round` counts reworks for the ticket's whole life, `failure` the callbacks that failed since it was last reopened.
    """

    department: DepartmentCode
    round: int
    failure: int | None = None
    reason: Code


class Closed(DispatchFact):
    """The ticket is closed (结案), with the centre's ruling; `lead` is None where nobody led."""

    counted_by: ClassVar[str] = "ruling"

    outcome: Code
    ruling: Ruling
    lead: DepartmentCode | None = None
    reply: Text | None = None


class OutcomeRuled(DispatchFact):
    """The centre ruled otherwise on the outcome."""

    ruling: Ruling
    reason: Text


class FinalAnswerGiven(DispatchFact):
    """The centre gave the final answer (终结答复), on which ground, under a named approver."""

    text: Text
    ground: Code | None = None
    ruling: Ruling
    approver: Actor


class Reopened(DispatchFact):
    """A closed ticket was reopened inside its window."""

    reason: Text
    count: int


class Archived(DispatchFact):
    """The reopen window lapsed; the ticket is at rest."""


class NotAccepted(DispatchFact):
    """The centre does not accept the matter."""

    ground: Code
    reason: Text


class Withdrawn(DispatchFact):
    """The requester took the matter back."""

    reason: Text


class Transferred(DispatchFact):
    """The matter went out: to the city, 110, 119 or another district."""

    to: Code
    reason: Text


class CityVerdictRecorded(DispatchFact):
    """The city's own callback verdict came in."""

    solved: Solved
    satisfaction: Grade
