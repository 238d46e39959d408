"""A step of the ladder that a person has to order: proposed, until it is taken or its cause is gone."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.dispatch.core.base import Part

Step = Literal["nudge", "supervise", "interview"]


class NotProposed(Part):
    """The ladder asks nobody for anything."""

    at: Literal["not_proposed"] = "not_proposed"


class Proposed(Part):
    """The ladder asks for a step: for the breach of the clock `breach`, or for what stays unanswered."""

    at: Literal["proposed"] = "proposed"
    step: Step
    breach: str | None = None


Escalation = Annotated[NotProposed | Proposed, Field(discriminator="at")]
