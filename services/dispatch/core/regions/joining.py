"""A merge that was asked for (并案), and membership of an incident (多人同诉)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from schemas.values import (
    DepartmentCode,
    IncidentId,
    Receipt,
    TicketId,
)


@dataclass(frozen=True, kw_only=True)
class NoMergeAsked:
    """No merge is asked for."""

    at: Literal["not_asked"] = "not_asked"


@dataclass(frozen=True, kw_only=True)
class MergeWanted:
    """Another ticket was asked to take this one in; the office asked by `receipt`."""

    at: Literal["asked"] = "asked"
    into: TicketId
    reason: str
    receipt: Receipt


Merging = Annotated[NoMergeAsked | MergeWanted, Field(discriminator="at")]


@dataclass(frozen=True, kw_only=True)
class Alone:
    """The ticket belongs to no incident; those that it left it joins again only if a person says so."""

    at: Literal["alone"] = "alone"
    left: tuple[IncidentId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Joining:
    """The incident was asked to admit the ticket: by the office, by `receipt`, or by a rule."""

    at: Literal["joining"] = "joining"
    incident: IncidentId
    receipt: Receipt | None = None
    left: tuple[IncidentId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Member:
    """The ticket is a member; `avoids` are whom other members accused when it joined."""

    at: Literal["member"] = "member"
    incident: IncidentId
    title: str
    lead: DepartmentCode | None = None
    avoids: tuple[DepartmentCode, ...] = ()
    left: tuple[IncidentId, ...] = ()


Incident = Annotated[Alone | Joining | Member, Field(discriminator="at")]
