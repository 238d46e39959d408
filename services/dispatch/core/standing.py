"""Where a ticket stands: one frozen type for each main state, with what only that state knows."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from schemas.values import CategoryCode, Code, DepartmentCode, Instant, Ruling, TicketId, TicketState
from services.dispatch.core.base import Part


class Registered(Part):
    """Recorded; what follows is decided in the same moment."""

    state: Literal[TicketState.REGISTERED] = TicketState.REGISTERED


class SurveyReview(Part):
    """The visitor's unit or the survey office has to pass it on."""

    state: Literal[TicketState.SURVEY_REVIEW] = TicketState.SURVEY_REVIEW
    stage: Literal["unit", "survey_office"]


class PendingDispatch(Part):
    """It waits for a dispatcher, and why."""

    state: Literal[TicketState.PENDING_DISPATCH] = TicketState.PENDING_DISPATCH
    reason: Code
    suggestion: CategoryCode | None = None


class Dispatched(Part):
    """The lead has the order and has not accepted it yet."""

    state: Literal[TicketState.DISPATCHED] = TicketState.DISPATCHED


class ReturnRequested(Part):
    """The lead wants to return the order; `against` names precedents that speak against it."""

    state: Literal[TicketState.RETURN_REQUESTED] = TicketState.RETURN_REQUESTED
    ground: Code
    suggested: DepartmentCode | None = None
    against_precedent: bool = False


class Adjudicating(Part):
    """A referee rules who is responsible."""

    state: Literal[TicketState.ADJUDICATING] = TicketState.ADJUDICATING
    ground: Code | None = None


class InProgress(Part):
    """The lead works on it."""

    state: Literal[TicketState.IN_PROGRESS] = TicketState.IN_PROGRESS


class Rework(Part):
    """The lead works on it again."""

    state: Literal[TicketState.REWORK] = TicketState.REWORK


class Suspended(Part):
    """The works cannot go on until an end (挂账)."""

    state: Literal[TicketState.SUSPENDED] = TicketState.SUSPENDED
    until: Instant
    back: Annotated[InProgress | Rework, Field(discriminator="state")]


class NeedsInfo(Part):
    """The requester has to answer; then it goes on where it stood."""

    state: Literal[TicketState.NEEDS_INFO] = TicketState.NEEDS_INFO
    department: DepartmentCode | None = None
    back: Annotated[SurveyReview | PendingDispatch | InProgress | Rework, Field(discriminator="state")]


class Handled(Part):
    """The lead reported it, or its `rework`, handled; the centre reviews, and has `accepted` until the callback."""

    state: Literal[TicketState.HANDLED] = TicketState.HANDLED
    at: Instant
    accepted: bool = False
    rework: bool = False


class CallbackPending(Part):
    """The agency has to call the requester, at an appointed time if there is one."""

    state: Literal[TicketState.CALLBACK_PENDING] = TicketState.CALLBACK_PENDING
    round: int
    attempts: int = 0
    at: Instant | None = None


class Closed(Part):
    """Closed; it can be reopened inside its window."""

    state: Literal[TicketState.CLOSED] = TicketState.CLOSED
    since: Instant
    ruling: Ruling


class Archived(Part):
    """At rest, unless a reopening had come in before the window lapsed."""

    state: Literal[TicketState.ARCHIVED] = TicketState.ARCHIVED
    since: Instant


class Answered(Part):
    """Born closed: answered on the line."""

    state: Literal[TicketState.ANSWERED] = TicketState.ANSWERED


class NotAccepted(Part):
    """The centre does not take the matter on."""

    state: Literal[TicketState.NOT_ACCEPTED] = TicketState.NOT_ACCEPTED
    since: Instant


class Withdrawn(Part):
    """The requester took it back."""

    state: Literal[TicketState.WITHDRAWN] = TicketState.WITHDRAWN
    since: Instant


class Transferred(Part):
    """It went out of the district."""

    state: Literal[TicketState.TRANSFERRED] = TicketState.TRANSFERRED
    since: Instant


class Merged(Part):
    """Merged into another ticket of the same requester; un-merging goes on where it stood."""

    state: Literal[TicketState.MERGED] = TicketState.MERGED
    into: TicketId
    ended: bool = False
    back: Annotated[
        SurveyReview | PendingDispatch | Dispatched | InProgress | Rework | Suspended | NeedsInfo,
        Field(discriminator="state"),
    ]


class Split(Part):
    """Its parts live; it closes with the last of those that it waits for."""

    state: Literal[TicketState.SPLIT] = TicketState.SPLIT
    waiting: tuple[TicketId, ...]
    ruling: Ruling | None = None


AnyStanding = (
    Registered | SurveyReview | NeedsInfo | PendingDispatch | Dispatched | ReturnRequested | Adjudicating | InProgress
    | Suspended | Handled | CallbackPending | Rework | Closed | Archived | Answered | NotAccepted | Withdrawn | Merged
    | Split | Transferred
)  # fmt: skip
Standing = Annotated[AnyStanding, Field(discriminator="state")]

LED: Final = frozenset(
    {
        TicketState.DISPATCHED,
        TicketState.RETURN_REQUESTED,
        TicketState.ADJUDICATING,
        TicketState.IN_PROGRESS,
        TicketState.REWORK,
        TicketState.SUSPENDED,
        TicketState.HANDLED,
        TicketState.CALLBACK_PENDING,
    }
)
"""The states in which a department leads."""

ENDED: Final = frozenset(
    {
        TicketState.CLOSED,
        TicketState.ARCHIVED,
        TicketState.ANSWERED,
        TicketState.NOT_ACCEPTED,
        TicketState.WITHDRAWN,
        TicketState.TRANSFERRED,
    }
)
"""The states in which nobody owes anything any more."""
