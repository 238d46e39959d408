"""Extensions (延期): asked before the due time, granted or refused, counted for each lead."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.more_time import TimeUnit
from schemas.values import Code
from services.dispatch.core.base import Part


class NotAsked(Part):
    """Nothing waits for an approver; so many were granted."""

    at: Literal["not_asked"] = "not_asked"
    granted: int = 0


class Asked(Part):
    """An approver has to answer."""

    at: Literal["asked"] = "asked"
    granted: int = 0
    amount: int
    unit: TimeUnit
    ground: Code


Extension = Annotated[NotAsked | Asked, Field(discriminator="at")]
