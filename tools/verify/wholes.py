"""The promise of a split ticket: the whole is open as long as one of its parts is, and closes with the last of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from schemas.values import TicketState
from services.trace.for_tools import AT_REST
from tools.verify.life import Life
from vocabulary import Chinese


@dataclass
class Wholes:
    """Which parts are open, and where every ticket stands that could be their whole."""

    open_parts: dict[str, str] = field(default_factory=dict)
    split: set[str] = field(default_factory=set)
    looked_at: int = 0

    def note(self, life: Life) -> None:
        """Remember what matters of one ticket; nearly none is a part, or was split."""
        whole = life.summary.part_of
        self.looked_at += whole is not None
        if whole is not None and life.state not in AT_REST:
            self.open_parts[life.ticket] = whole
        if life.state == TicketState.SPLIT:
            self.split.add(life.ticket)

    def closed_too_early(self) -> Iterator[tuple[str, Chinese]]:
        """Each open part whose whole does not wait for it."""
        for part, whole in self.open_parts.items():
            if whole not in self.split:
                yield part, Chinese(f"还在办，主单 {whole} 却没有等它")
