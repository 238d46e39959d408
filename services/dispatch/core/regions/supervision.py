"""Supervision: nudge (催办), supervision order (督办), interview (约谈); beside it the callback review."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.values import Instant
from services.dispatch.core.base import Part

Cause = Literal["breach", "nudges", "callbacks"]
"""Why a rule orders supervision."""


class Quiet(Part):
    """Nobody presses; `orders` were issued before."""

    at: Literal["quiet"] = "quiet"
    orders: int = 0


class Press(Part):
    """One nudge; `breach` is the clock whose breach the rule ordered it for."""

    at: Instant
    breach: str | None = None


class Nudged(Part):
    """Pressed, unanswered since the first time."""

    at: Literal["nudged"] = "nudged"
    orders: int = 0
    presses: tuple[Press, ...]

    @property
    def since(self) -> datetime:
        """The first of the nudges that were not answered."""
        return self.presses[0].at


class _Order(Part):
    """A supervision order: since when, why the rule ordered it (None for a person), and the nudges before it."""

    orders: int
    interviews: int = 0
    since: Instant
    cause: Cause | None = None
    breach: str | None = None
    presses: tuple[Press, ...] = ()


class Ordered(_Order):
    """A supervision order waits for the department's answer."""

    at: Literal["ordered"] = "ordered"


class Reported(_Order):
    """The department answered; the supervisor has to be content, or go on."""

    at: Literal["reported"] = "reported"


Pressed = Nudged | Ordered | Reported
Supervision = Annotated[Quiet | Nudged | Ordered | Reported, Field(discriminator="at")]


class NoReview(Part):
    """Nothing that a callback heard has to be checked."""

    at: Literal["none"] = "none"


class ReviewOrdered(Part):
    """The department checks what a callback heard."""

    at: Literal["ordered"] = "ordered"


class ReviewReported(Part):
    """The department said what it found."""

    at: Literal["reported"] = "reported"


CallbackReview = Annotated[NoReview | ReviewOrdered | ReviewReported, Field(discriminator="at")]
