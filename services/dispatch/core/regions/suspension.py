"""What the lead asked for before a suspension (挂账), which itself is a main state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.values import Code, Instant
from services.dispatch.core.base import Part


class NotAsked(Part):
    """Nothing waits for an approver."""

    at: Literal["not_asked"] = "not_asked"


class Asked(Part):
    """An approver has to answer."""

    at: Literal["asked"] = "asked"
    ground: Code
    until: Instant


Suspending = Annotated[NotAsked | Asked, Field(discriminator="at")]
