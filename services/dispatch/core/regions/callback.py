"""What the requester said at callbacks."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.values import Contacted, Grade, Instant, Solved


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
