"""First contact (先行联系), and what the requester said at each callback (回访)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from schemas.values import (
    Code,
    Contacted,
    Grade,
    Instant,
    Solved,
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
    """An anonymous requester cannot be contacted."""

    at: Literal["exempt"] = "exempt"


FirstContact = Annotated[NotDue | Owed | Made | Exempt, Field(discriminator="at")]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the requester said at the callback of a round, after so many reopenings, about what was `handled_at`.

    Departments read the `note`, unless it is withheld from them. Of whoever rated nothing it is the agent's own.
    """

    round: int
    reopened: int = 0
    handled_at: Instant | None = None
    contacted: Contacted
    solved: Solved
    attitude: Grade
    result: Grade
    note: str | None = None
    withheld: bool = False

    @property
    def declined(self) -> bool:
        """Whether the requester rated nothing: then there are no words of theirs."""
        return self.solved is Solved.NOT_RATED and {self.attitude, self.result} == {Grade.NOT_RATED}

    @property
    def spoken(self) -> str | None:
        """What the requester said."""
        return None if self.declined else self.note

    @property
    def said(self) -> str | None:
        """What departments read of it."""
        return None if self.withheld else self.spoken
