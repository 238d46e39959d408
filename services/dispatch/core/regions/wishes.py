"""What the requester wishes: that it be withdrawn (撤诉待确认), or reopened (重启待决定)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.values import (
    DeskTaskKind,
    Person,
    Verified,
)


@dataclass(frozen=True, kw_only=True)
class NoWish:
    """Nothing of the requester's waits for the centre to decide; `asked` counts the reopenings that it declined."""

    at: Literal["none"] = "none"
    desk: ClassVar[None] = None
    asked: int = 0


@dataclass(frozen=True, kw_only=True)
class WithdrawalWanted:
    """The requester takes it back: `taken_by` is the agent who took the call, `verified` how it was verified."""

    at: Literal["withdrawal"] = "withdrawal"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.WITHDRAWAL
    text: str
    verified: Verified | None = None
    taken_by: Person | None = None


@dataclass(frozen=True, kw_only=True)
class ReopeningWanted:
    """The requester spoke up about what has ended, so many times; `text` is what was said last."""

    at: Literal["reopening"] = "reopening"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.REOPENING
    text: str
    count: int = 1


Wish = Annotated[NoWish | WithdrawalWanted | ReopeningWanted, Field(discriminator="at")]
