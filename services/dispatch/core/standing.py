"""Where a ticket stands: one frozen type for each main state, with what only that state knows.

`expected` is what a refusal in that state tells its author: what the ticket waits for, or what can be done instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from schemas.referral import Referral
from schemas.values import CategoryCode, Code, DepartmentCode, Instant, TicketId, TicketState


@dataclass(frozen=True, kw_only=True)
class Registered:
    """Recorded; what follows is decided in the same moment."""

    state: Literal[TicketState.REGISTERED] = TicketState.REGISTERED
    expected: ClassVar[str] = "正在受理，请稍后再试"


@dataclass(frozen=True, kw_only=True)
class SurveyReview:
    """The visitor's unit or the survey office has to pass it on."""

    state: Literal[TicketState.SURVEY_REVIEW] = TicketState.SURVEY_REVIEW
    expected: ClassVar[str] = "须先由调研主体或者大调研办流转"
    stage: Literal["unit", "survey_office"]


@dataclass(frozen=True, kw_only=True)
class PendingDispatch:
    """It waits for a dispatcher, and why."""

    state: Literal[TicketState.PENDING_DISPATCH] = TicketState.PENDING_DISPATCH
    expected: ClassVar[str] = "须先由热线中心派单"
    reason: Code
    suggestion: CategoryCode | None = None


@dataclass(frozen=True, kw_only=True)
class Dispatched:
    """The lead has the order and has not accepted it yet."""

    state: Literal[TicketState.DISPATCHED] = TicketState.DISPATCHED
    expected: ClassVar[str] = "须先由承办单位签收，或者在退单期限内申请退单"


@dataclass(frozen=True, kw_only=True)
class ReturnRequested:
    """The lead wants to return the order; `against_precedent` where an earlier ruling speaks against it."""

    state: Literal[TicketState.RETURN_REQUESTED] = TicketState.RETURN_REQUESTED
    expected: ClassVar[str] = "须先由热线中心裁定退单"
    ground: Code
    suggested: DepartmentCode | None = None
    against_precedent: bool = False


@dataclass(frozen=True, kw_only=True)
class Adjudicating:
    """A referee rules who is responsible."""

    state: Literal[TicketState.ADJUDICATING] = TicketState.ADJUDICATING
    expected: ClassVar[str] = "须先由热线中心确责"
    ground: Code | None = None


@dataclass(frozen=True, kw_only=True)
class InProgress:
    """The lead works on it."""

    state: Literal[TicketState.IN_PROGRESS] = TicketState.IN_PROGRESS
    expected: ClassVar[str] = "须先由承办单位处置并报办结"


@dataclass(frozen=True, kw_only=True)
class Rework:
    """The lead works on it again."""

    state: Literal[TicketState.REWORK] = TicketState.REWORK
    expected: ClassVar[str] = "须先由承办单位重办并报办结"


@dataclass(frozen=True, kw_only=True)
class Suspended:
    """The works cannot go on until an end (挂账)."""

    state: Literal[TicketState.SUSPENDED] = TicketState.SUSPENDED
    expected: ClassVar[str] = "须待挂账期限届满，或者由热线中心结束挂账"
    until: Instant
    back: Annotated[InProgress | Rework, Field(discriminator="state")]


@dataclass(frozen=True, kw_only=True)
class NeedsInfo:
    """The requester has to answer; then it goes on where it stood."""

    state: Literal[TicketState.NEEDS_INFO] = TicketState.NEEDS_INFO
    expected: ClassVar[str] = "须先由诉求人补充情况，或者等补充期限届满"
    department: DepartmentCode | None = None
    back: Annotated[SurveyReview | PendingDispatch | InProgress | Rework, Field(discriminator="state")]


@dataclass(frozen=True, kw_only=True)
class Handled:
    """The lead reported it, or its `rework`, handled; the centre reviews, and has `accepted` until the callback.

    `held` is the outcome with which it closes once a person has seen to what was said.
    """

    state: Literal[TicketState.HANDLED] = TicketState.HANDLED
    expected: ClassVar[str] = "须先由热线中心审核办结"
    at: Instant
    accepted: bool = False
    rework: bool = False
    held: Code | None = None


@dataclass(frozen=True, kw_only=True)
class CallbackPending:
    """The agency has to call the requester about what was `handled_at`, at an appointed time if there is one."""

    state: Literal[TicketState.CALLBACK_PENDING] = TicketState.CALLBACK_PENDING
    expected: ClassVar[str] = "须先由回访员回访诉求人"
    round: int
    handled_at: Instant | None = None
    tried: tuple[Instant, ...] = ()
    at: Instant | None = None

    @property
    def attempts(self) -> int:
        """How often the requester was called in vain."""
        return len(self.tried)


class AtAnEnd:
    """Nobody owes anything any more."""


@dataclass(frozen=True, kw_only=True)
class Closed(AtAnEnd):
    """Closed; it can be reopened inside its window."""

    state: Literal[TicketState.CLOSED] = TicketState.CLOSED
    expected: ClassVar[str] = "如有必要，可在期限内申请重启"
    since: Instant


@dataclass(frozen=True, kw_only=True)
class Archived(AtAnEnd):
    """At rest, unless a reopening had come in before the window lapsed."""

    state: Literal[TicketState.ARCHIVED] = TicketState.ARCHIVED
    expected: ClassVar[str] = "申请重启期限已过，请另行登记"
    since: Instant


@dataclass(frozen=True, kw_only=True)
class Answered(AtAnEnd):
    """Born closed: answered on the line."""

    state: Literal[TicketState.ANSWERED] = TicketState.ANSWERED
    expected: ClassVar[str] = "已直办答复，如有新情况请另行登记"


@dataclass(frozen=True, kw_only=True)
class NotAccepted(AtAnEnd):
    """The centre does not take the matter on."""

    state: Literal[TicketState.NOT_ACCEPTED] = TicketState.NOT_ACCEPTED
    expected: ClassVar[str] = "如有新情况，可申请重启或者另行登记"
    since: Instant


@dataclass(frozen=True, kw_only=True)
class Withdrawn(AtAnEnd):
    """The requester took it back."""

    state: Literal[TicketState.WITHDRAWN] = TicketState.WITHDRAWN
    expected: ClassVar[str] = "如仍需办理，可申请重启或者另行登记"
    since: Instant


@dataclass(frozen=True, kw_only=True)
class Transferred(AtAnEnd):
    """It was referred to an outside body; `record` is what is written down of that by now."""

    state: Literal[TicketState.TRANSFERRED] = TicketState.TRANSFERRED
    expected: ClassVar[str] = "已转其他单位办理，退回后可申请重启"
    since: Instant
    to: Code | None = None
    record: Referral = field(default_factory=Referral)


@dataclass(frozen=True, kw_only=True)
class Merged:
    """Merged into another ticket of the same requester; un-merging goes on where it stood.

    `missed` are clocks that were said to be missed while it was merged.
    """

    state: Literal[TicketState.MERGED] = TicketState.MERGED
    expected: ClassVar[str] = "请在所并入的工单上操作，或者先撤销并案"
    into: TicketId
    ended: bool = False
    missed: tuple[str, ...] = ()
    back: Annotated[
        SurveyReview | PendingDispatch | Dispatched | InProgress | Rework | Suspended | NeedsInfo,
        Field(discriminator="state"),
    ]


@dataclass(frozen=True, kw_only=True)
class Split:
    """Its parts live; it closes with the last of those that it waits for."""

    state: Literal[TicketState.SPLIT] = TicketState.SPLIT
    expected: ClassVar[str] = "请在各分单上操作"
    waiting: tuple[TicketId, ...]


AnyStanding = (
    Registered | SurveyReview | NeedsInfo | PendingDispatch | Dispatched | ReturnRequested | Adjudicating | InProgress
    | Suspended | Handled | CallbackPending | Rework | Closed | Archived | Answered | NotAccepted | Withdrawn | Merged
    | Split | Transferred
)  # fmt: skip
Standing = Annotated[AnyStanding, Field(discriminator="state")]

BEFORE: Final = frozenset({TicketState.SURVEY_REVIEW, TicketState.PENDING_DISPATCH})
"""No department has it yet."""

AT_WORK: Final = frozenset({TicketState.IN_PROGRESS, TicketState.REWORK})
"""The lead has accepted and works."""

WITH_LEAD: Final = AT_WORK | {TicketState.DISPATCHED}
DISPUTED: Final = frozenset({TicketState.RETURN_REQUESTED, TicketState.ADJUDICATING})
WAITING: Final = frozenset({TicketState.NEEDS_INFO, TicketState.SUSPENDED})
AFTER: Final = frozenset({TicketState.HANDLED, TicketState.CALLBACK_PENDING})
"""Reported handled, not closed."""

OPEN: Final = BEFORE | WITH_LEAD | DISPUTED | WAITING | AFTER
WITH_DEPARTMENT: Final = OPEN - BEFORE
"""A department leads, or did when the requester was asked."""

REOPENABLE: Final = frozenset(
    {
        TicketState.CLOSED,
        TicketState.ARCHIVED,
        TicketState.NOT_ACCEPTED,
        TicketState.WITHDRAWN,
        TicketState.TRANSFERRED,
    }
)
"""The ends that are not for good, as long as the window is open."""

MERGEABLE: Final = BEFORE | WITH_LEAD | WAITING
LIVING: Final = frozenset(TicketState) - {TicketState.REGISTERED, TicketState.ANSWERED}
"""Every state that a step can find a ticket in."""

LED: Final = OPEN - BEFORE - {TicketState.NEEDS_INFO}
"""The states in which a department leads."""
