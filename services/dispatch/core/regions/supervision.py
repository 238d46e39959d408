"""Supervision: nudge (催办), supervision order (督办), interview (约谈); beside it the callback review."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.values import Instant
from services.dispatch.core.base import Part


class Quiet(Part):
    """Nobody presses; `orders` were issued before."""

    at: Literal["quiet"] = "quiet"
    orders: int = 0


class Nudged(Part):
    """Pressed so often, unanswered since the first time."""

    at: Literal["nudged"] = "nudged"
    orders: int = 0
    nudges: int
    since: Instant


class Ordered(Part):
    """A supervision order waits for the department's answer."""

    at: Literal["ordered"] = "ordered"
    orders: int
    interviews: int = 0


class Reported(Part):
    """The department answered; the supervisor has to be content, or go on."""

    at: Literal["reported"] = "reported"
    orders: int
    interviews: int = 0


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
