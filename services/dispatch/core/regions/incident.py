"""Membership of an incident (多人同诉), which stands under the number of its first ticket."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.values import DepartmentCode, Receipt, TicketId
from services.dispatch.core.base import Part


class Alone(Part):
    """The ticket belongs to no incident."""

    at: Literal["alone"] = "alone"


class Joining(Part):
    """The first ticket of an incident was asked to admit this one; the office asked by `receipt`."""

    at: Literal["joining"] = "joining"
    incident: TicketId
    receipt: Receipt


class Member(Part):
    """The ticket is a member."""

    at: Literal["member"] = "member"
    incident: TicketId


class Heads(Part):
    """The ticket stands for an incident: its other members, and whom each of them accuses."""

    at: Literal["heads"] = "heads"
    members: dict[TicketId, tuple[DepartmentCode, ...]]


Incident = Annotated[Alone | Joining | Member | Heads, Field(discriminator="at")]
