"""First contact (先行联系)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from schemas.values import (
    Code,
)


@dataclass(frozen=True, kw_only=True)
class NotDue:
    """Nobody leads."""

    at: Literal["not_due"] = "not_due"


@dataclass(frozen=True, kw_only=True)
class Owed:
    """The lead owes it; attempts in vain are counted."""

    at: Literal["owed"] = "owed"
    tries: int = 0
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Made:
    """The lead reached the requester, in some way; `note` is what was said."""

    at: Literal["made"] = "made"
    method: Code = "phone"
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Exempt:
    """Nobody can be contacted: the requester is anonymous, or left neither number nor account."""

    at: Literal["exempt"] = "exempt"


FirstContact = Annotated[NotDue | Owed | Made | Exempt, Field(discriminator="at")]
