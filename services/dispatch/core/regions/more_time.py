"""More time: asked for (延期、挂账) or promised (承诺)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.more_time import TimeUnit
from schemas.values import (
    Actor,
    Code,
    DepartmentCode,
    DeskTaskKind,
    Instant,
    Text,
)
from services.dispatch.core.regions.approval import NOBODY


@dataclass(frozen=True, kw_only=True)
class NoExtensionAsked:
    """Nothing waits for an approver; so many were granted."""

    at: Literal["not_asked"] = "not_asked"
    desk: ClassVar[None] = None
    granted: int = 0


@dataclass(frozen=True, kw_only=True)
class ExtensionAsked:
    """An approver has to answer."""

    at: Literal["asked"] = "asked"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.EXTENSION
    granted: int = 0
    amount: int
    unit: TimeUnit
    ground: Code
    by: Actor = NOBODY


Extension = Annotated[NoExtensionAsked | ExtensionAsked, Field(discriminator="at")]


@dataclass(frozen=True, kw_only=True)
class NoSuspensionAsked:
    """Nothing waits for an approver."""

    at: Literal["not_asked"] = "not_asked"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class SuspensionAsked:
    """An approver has to answer."""

    at: Literal["asked"] = "asked"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.SUSPENSION
    ground: Code
    until: Instant
    by: Actor = NOBODY
    for_requester: Text | None = None


Suspending = Annotated[NoSuspensionAsked | SuspensionAsked, Field(discriminator="at")]


@dataclass(frozen=True, kw_only=True)
class NothingPromised:
    """Nothing is promised, or it has been checked."""

    at: Literal["nothing"] = "nothing"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class Promised:
    """The date is still to come."""

    at: Literal["promised"] = "promised"
    desk: ClassVar[None] = None
    department: DepartmentCode
    until: Instant


@dataclass(frozen=True, kw_only=True)
class PromiseDue:
    """The date has come: the centre checks."""

    at: Literal["due"] = "due"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.COMMITMENT_CHECK
    department: DepartmentCode


Commitment = Annotated[NothingPromised | Promised | PromiseDue, Field(discriminator="at")]
