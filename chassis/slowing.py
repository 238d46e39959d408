"""Guessing is slowed: each wrong answer in a row makes the next one wait longer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

_DOUBLED: Final = 32
"""Beyond so many the wait is longer than anybody sets."""


class _Wrong(NamedTuple):
    times: int
    until: float


@dataclass(slots=True)
class Slowing:
    """Wrong answers by who gave them; the first `free` cost nothing, then 1, 2, 4 … seconds, `longest` at most.

    Kept in memory, for `most` keys: a restart forgives, and the key whose wait ends first is forgotten first, so that
    nobody ends a long wait by making up others.
    """

    free: int
    longest: float
    most: int = 10_000
    _wrong: dict[str, _Wrong] = field(default_factory=dict)

    def wait(self, key: str, now: float) -> float:
        """Tell how many seconds somebody still has to wait; 0 for who may try."""
        found = self._wrong.get(key)
        return max(0.0, found.until - now) if found else 0.0

    def wrong(self, key: str, now: float) -> None:
        """Count a wrong answer."""
        times = self._wrong.pop(key, _Wrong(0, now)).times + 1
        over = min(times - self.free, _DOUBLED)
        seconds = min(self.longest, 2.0 ** (over - 1)) if over > 0 else 0.0
        self._wrong[key] = _Wrong(times, now + seconds)
        if len(self._wrong) > self.most:
            del self._wrong[min(self._wrong, key=lambda each: self._wrong[each].until)]

    def undo(self, key: str, now: float) -> None:
        """Take back one wrong answer that was none; what was wrong before still counts."""
        found = self._wrong.pop(key, None)
        if found is not None and found.times > 1:
            self._wrong[key] = _Wrong(found.times - 1, min(found.until, now))

    def right(self, key: str) -> None:
        """Forgive: this was the right answer."""
        self._wrong.pop(key, None)
