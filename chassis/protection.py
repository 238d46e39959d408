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
        wait, grown = self.wait(key, now), self._grown(key, now)
        self._left.pop(key, None)
        self._left[key] = _Left(grown if wait else grown - 1, now)
        if len(self._left) > self.most:
            del self._left[next(iter(self._left))]
        return wait

    def wait(self, key: str, now: float) -> float:
        """Tell how many seconds there is no request left; takes none."""
        return max(0.0, (1 - self._grown(key, now)) / self.limits.per_second)

    def _grown(self, key: str, now: float) -> float:
        before = self._left.get(key, _Left(self.limits.at_once, now))
        return min(self.limits.at_once, before.requests + (now - before.since) * self.limits.per_second)


_GUESSES: Final = Limits(per_second=1.0, at_once=100.0)


class Strangers:
    """Slows addresses that show tokens nobody knows: all tokens of one address together.

    Whoever was let in at an address is not kept out there by others; the last `most` of these are remembered.
    """

    def __init__(self, limits: Limits = _GUESSES, most: int = 10_000) -> None:
        """`limits` are for the wrong tokens of one address."""
        self.limits = limits
        self._most = most
        self._wrong = Allowance(limits, most)
        self._let_in: dict[str, None] = {}

    def wait(self, address: str, who: str, now: float) -> float:
        """Tell how many seconds somebody at an address has to wait; 0 for who may show a token."""
        return 0.0 if who in self._let_in else self._wrong.wait(address, now)

    def refused(self, address: str, who: str, now: float) -> None:
        """Count a wrong token."""
        self._let_in.pop(who, None)
        self._wrong.take(address, now)

    def let_in(self, who: str) -> None:
        """Remember who showed a right one."""
        self._let_in.pop(who, None)
        self._let_in[who] = None
        if len(self._let_in) > self._most:
            del self._let_in[next(iter(self._let_in))]
