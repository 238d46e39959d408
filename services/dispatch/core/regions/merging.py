"""Ties by merging (并案): a merge that was asked for, and the tickets that this one took in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.values import Receipt, TicketId
from services.dispatch.core.base import Part


class NotAsked(Part):
    """No merge is asked for."""

    at: Literal["not_asked"] = "not_asked"


class Asked(Part):
    """Another ticket was asked to take this one in; the office asked by `receipt`."""

    at: Literal["asked"] = "asked"
    into: TicketId
    reason: str
    receipt: Receipt


Merging = Annotated[NotAsked | Asked, Field(discriminator="at")]
