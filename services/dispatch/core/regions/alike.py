"""Many callers about one thing (多人同诉), as a question to the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.values import DeskTaskKind, IncidentId, TicketId


@dataclass(frozen=True, kw_only=True)
class NotNoticed:
    """Nobody is asked."""

    at: Literal["not_noticed"] = "not_noticed"
    desk: ClassVar[None] = None


@dataclass(frozen=True, kw_only=True)
class Noticed:
    """A person decides whether these tickets of so many callers are about one thing, perhaps that of an incident."""

    at: Literal["noticed"] = "noticed"
    desk: ClassVar[DeskTaskKind] = DeskTaskKind.ALIKE
    tickets: tuple[TicketId, ...]
    callers: int
    incident: IncidentId | None = None


Alike = Annotated[NotNoticed | Noticed, Field(discriminator="at")]
