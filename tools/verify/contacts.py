"""The promise of first contact: whoever leads owes it, as long as some way leads to the requester."""

from __future__ import annotations

from collections.abc import Iterator

from services.dispatch.for_tools import Ticket, exempt_without_reason
from vocabulary import Chinese


class Contacts:
    """Which tickets nobody owes a first contact, though their requester can be reached."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self.looked_at = 0
        self._forgotten: list[str] = []

    def note(self, key: str, state: object) -> None:
        """Remember what a ticket says."""
        if isinstance(state, Ticket):
            self.looked_at += 1
            if exempt_without_reason(state):
                self._forgotten.append(key)

    def forgotten(self) -> Iterator[tuple[str, Chinese]]:
        """Yield each ticket whose requester can be reached and need not be contacted."""
        for ticket in self._forgotten:
            yield ticket, Chinese("诉求人联系得上，牵头单位却免于先行联系")
