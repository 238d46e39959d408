"""Somebody on duty knows of what is urgent (紧急件知悉), and words that stop the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.values import (
    DepartmentCode,
    DeskTaskKind,
    Person,
    StopWord,
)


@dataclass(frozen=True, kw_only=True)
class NotUrgent:
    """Nobody on duty has to know."""

    at: Literal["not_urgent"] = "not_urgent"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class Calling:
    """The `call`-th call went to `person`; nobody has said yet that they know. `called` are all who were called."""

    at: Literal["calling"] = "calling"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.URGENT_CALL
    call: int
    person: Person
    called: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """`by` knows, after the `call`-th call, which went to `person`."""

    at: Literal["acknowledged"] = "acknowledged"
    desk: ClassVar[None] = None
    call: int
    person: Person
    by: Person | None


Urgency = Annotated[NotUrgent | Calling | Acknowledged, Field(discriminator="at")]


@dataclass(frozen=True, kw_only=True)
class StopWords:
    """What was recognised so far, the first of each group; `named` take no part until a person clears them.

    `unseen` says that words came in after somebody had the ticket, and that no person has seen to them yet;
    `called_for` that some of them were urgent when the ticket had ended.
    """

    found: tuple[StopWord, ...] = ()
    named: tuple[DepartmentCode, ...] = ()
    unseen: bool = False
    called_for: bool = False

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(each.group for each in self.found)

    @property
    def desk(self) -> DeskTaskKind | None:
        return DeskTaskKind.STOP_WORDS if self.unseen else None
