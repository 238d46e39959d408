"""Who acted on the ticket lately."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.values import Instant, Party, Person


@dataclass(frozen=True, kw_only=True)
class RecentAct:
    """An act on the ticket: its number, what happened, whose it was and when."""

    number: int
    word: str
    by: Person | None = None
    party: Party
    at: Instant
