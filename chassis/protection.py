"""What every HTTP door does about those who ask too often or send too slowly, and what its answers forbid browsers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "liuhen",
    "X-Content-Type-Options": "nosniff",
}
"""Answers are for programs: no browser keeps them, shows them in a frame, or takes them for something else."""


class Limits(NamedTuple):
    """How often one who asks may ask (so many a second, and so many at once), and how many seconds a request may take.

    `patience` is for the head of a request, for its body, and for a connection on which nothing is asked.
    """

    per_second: float = 50.0
    at_once: float = 200.0
    patience: float = 20.0


class _Left(NamedTuple):
    requests: float
    since: float


@dataclass(slots=True)
class Allowance:
    """How many requests everybody has left, by who they are; kept for `most` of those who asked last."""

    limits: Limits
    most: int = 10_000
    _left: dict[str, _Left] = field(default_factory=dict)

    def take(self, key: str, now: float) -> float:
        """Take one request; returns 0, or how many seconds to wait where there is none left."""
        before = self._left.pop(key, _Left(self.limits.at_once, now))
        grown = min(self.limits.at_once, before.requests + (now - before.since) * self.limits.per_second)
        granted = grown >= 1
        self._left[key] = _Left(grown - 1 if granted else grown, now)
        if len(self._left) > self.most:
            del self._left[next(iter(self._left))]
        return 0.0 if granted else (1 - grown) / self.limits.per_second
