"""The ladder, supervision (催办、督办、约谈) and the callback review (回访复核)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from schemas.values import (
    DeskTaskKind,
    Instant,
)

LadderStep = Literal["nudge", "supervise", "interview"]


@dataclass(frozen=True, kw_only=True)
class NotProposed:
    """The ladder asks nobody for anything."""

    at: Literal["not_proposed"] = "not_proposed"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """The ladder asks for a step: for the breach of the clock `breach`, or for what stays unanswered."""

    at: Literal["proposed"] = "proposed"
    step: LadderStep
    breach: str | None = None

    @property
    def desk(self) -> DeskTaskKind:
        """The step waits for whoever orders it."""
        return DeskTaskKind(self.step)


Escalation = Annotated[NotProposed | Proposed, Field(discriminator="at")]


Cause = Literal["breach", "nudges", "callbacks"]
"""Why a rule orders supervision."""


@dataclass(frozen=True, kw_only=True)
class Nudge:
    """A nudge for the missed clock `breach`, or all for no missed clock together: `times` of them since `at`."""

    at: Instant
    breach: str | None = None
    times: int = 1


def together(nudges: Iterable[Nudge]) -> tuple[Nudge, ...]:
    """The same nudges, those for no breach as one: a requester may press ten thousand times."""
    found, pressed = list[Nudge](), None
    for each in nudges:
        if each.breach is None and pressed is not None:
            found[pressed] = replace(found[pressed], times=found[pressed].times + each.times)
        else:
            pressed = len(found) if each.breach is None else pressed
            found.append(each)
    return tuple(found)


def times(nudges: Iterable[Nudge]) -> int:
    """Count nudges."""
    return sum(each.times for each in nudges)


Nudges = Annotated[tuple[Nudge, ...], AfterValidator(together)]


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """Nobody was nudged; `orders` were issued before."""

    at: Literal["quiet"] = "quiet"
    desk: ClassVar[None] = None
    orders: int = 0


@dataclass(frozen=True, kw_only=True)
class Nudged:
    """Pressed, unanswered since the first time."""

    at: Literal["nudged"] = "nudged"
    desk: ClassVar[None] = None
    orders: int = 0
    nudges: Nudges

    @property
    def since(self) -> datetime:
        """The first of the nudges that were not answered."""
        return self.nudges[0].at


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """An order waits for the department's answer: since when, why, by which rule (None: a person), nudges before."""

    at: Literal["ordered"] = "ordered"
    desk: ClassVar[None] = None
    orders: int
    interviews: int = 0
    since: Instant
    reason: str = ""
    cause: Cause | None = None
    breach: str | None = None
    nudges: Nudges = ()

    def reported(self) -> Reported:
        """The same order once the department answered."""
        return Reported(
            orders=self.orders,
            interviews=self.interviews,
            since=self.since,
            reason=self.reason,
            cause=self.cause,
            breach=self.breach,
            nudges=self.nudges,
        )


@dataclass(frozen=True, kw_only=True)
class Reported:
    """The department answered; the supervisor has to be content, or go on."""

    at: Literal["reported"] = "reported"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.SUPERVISION
    orders: int
    interviews: int = 0
    since: Instant
    reason: str = ""
    cause: Cause | None = None
    breach: str | None = None
    nudges: Nudges = ()


Supervision = Annotated[Quiet | Nudged | Ordered | Reported, Field(discriminator="at")]


@dataclass(frozen=True, kw_only=True)
class NoReview:
    """Nothing that a callback heard has to be checked."""

    at: Literal["none"] = "none"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class ReviewOrdered:
    """The department checks what a callback heard; what the `city` heard, after the closing too."""

    at: Literal["ordered"] = "ordered"
    desk: ClassVar[None] = None
    city: bool = False


@dataclass(frozen=True, kw_only=True)
class ReviewReported:
    """The department said what it found."""

    at: Literal["reported"] = "reported"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.CALLBACK_REVIEW
    city: bool = False


CallbackReview = Annotated[NoReview | ReviewOrdered | ReviewReported, Field(discriminator="at")]
