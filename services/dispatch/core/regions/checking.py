"""The check of what policy dispatched (自动派单核对)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.values import (
    CategoryCode,
    DepartmentCode,
    DeskTaskKind,
    Instant,
)


@dataclass(frozen=True, kw_only=True)
class NotDrawn:
    """Nobody checks it."""

    at: Literal["not_drawn"] = "not_drawn"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A person checks what policy dispatched with this order, whatever becomes of the ticket."""

    at: Literal["drawn"] = "drawn"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.DISPATCH_CHECK
    order: int
    category: CategoryCode | None = None
    lead: DepartmentCode
    suggested: bool = False
    since: Instant | None = None


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A person has said whether it was right."""

    at: Literal["checked"] = "checked"
    desk: ClassVar[None] = None


Check = Annotated[NotDrawn | Drawn | Checked, Field(discriminator="at")]
