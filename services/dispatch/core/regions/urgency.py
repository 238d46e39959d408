"""Somebody on duty knows of what is urgent (紧急件知悉)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.values import (
    DeskTaskKind,
    Person,
    Utterance,
)


@dataclass(frozen=True, kw_only=True)
class NotUrgent:
    """Nobody on duty has to know."""

    at: Literal["not_urgent"] = "not_urgent"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class Calling:
    """The `call`-th call went to `person`; nobody has said yet that they know.

    `called` are all who were called, `said` is what made it urgent last. It was the `turn`-th call of this alarm; one
    that is `standing` has been everywhere.
    """

    at: Literal["calling"] = "calling"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.URGENT_CALL
    call: int
    person: Person
    called: tuple[str, ...]
    said: Utterance | None = None
    turn: int = 1
    standing: bool = False


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """`by` knows, after the `call`-th call, which went to `person`."""

    at: Literal["acknowledged"] = "acknowledged"
    desk: ClassVar[None] = None
    call: int
    person: Person
    by: Person | None = None
    said: Utterance | None = None


Urgency = Annotated[NotUrgent | Calling | Acknowledged, Field(discriminator="at")]
