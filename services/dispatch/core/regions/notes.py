"""Notes that lead and supporters share, and what a department keeps for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas.values import (
    DepartmentCode,
    Instant,
    Person,
)


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note that lead and supporters share; `unverified` where it may not be the requester who spoke."""

    department: DepartmentCode | None = None
    text: str
    plan: bool = False
    kind: Literal["press", "add", "dispatch"] | None = None
    at: Instant | None = None
    unverified: bool = False


@dataclass(frozen=True, kw_only=True)
class InsideNote:
    """A note that a department made for itself."""

    by: Person | None = None
    at: Instant
    text: str


@dataclass(frozen=True, kw_only=True)
class Noting:
    """How many notes a department wrote since the first of them that counts."""

    since: Instant
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Inside:
    """What is nobody's business but one department's: who has the order there, and its own notes."""

    section: str | None = None
    handler: Person | None = None
    notes: tuple[InsideNote, ...] = ()

    @property
    def is_delegated(self) -> bool:
        """Whether a section or a person has it."""
        return self.section is not None or self.handler is not None
