"""Guessing at a door is slowed by what is guessed at and by address, and counted."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from chassis.clock import stopwatch
from chassis.metrics import LOGINS
from chassis.problems import HttpProblem
from chassis.slowing import Slowing

_MOST_NAMES: Final = 10_000
_MOST_ADDRESSES: Final = 8


@dataclass(slots=True)
class Guesses:
    """What slows guessing of a `field`; an address may stand for many who are right.

    `forgives` says whether a right answer clears what was guessed before, or only takes its own try back. An address at
    which a name was right has a count of its own for it: what strangers guess elsewhere keeps nobody out there.
    """

    service: str
    field: str
    instead: str
    """What is told to whoever has to wait, besides for how long."""
    names: Slowing
    addresses: Slowing
    forgives: bool
    _homes: dict[str, dict[str, None]] = dataclasses.field(default_factory=dict)
    """The addresses at which a name was right, the newest last; kept in memory, a restart forgets them."""

    def wait(self, name: str, address: str) -> float:
        """Tell how long whoever asks from this address has to wait with this name."""
        now = stopwatch()
        return max(self.names.wait(self._counted_as(name, address), now), self.addresses.wait(address, now))

    def require_patience(self, name: str, address: str) -> None:
        """Refuse a try that comes too soon; a HttpProblem says when to try again."""
        if (wait := self.wait(name, address)) > 0:
            LOGINS.labels(self.service, "slowed").inc()
            seconds = math.ceil(wait)
            words = f"连续输错，请等 {seconds} 秒后再试。{self.instead}"
            raise HttpProblem(429, "too_many_attempts", self.field, words, retry_after=seconds)

    def begin(self, name: str, address: str) -> None:
        """Count a try as wrong until it is right: whoever tries many at once has as many against them."""
        self.names.wrong(self._counted_as(name, address), stopwatch())
        self.addresses.wrong(address, stopwatch())

    def right(self, name: str, address: str, outcome: str) -> None:
        """Take a try back that was right; the address is forgiven no more than that."""
        LOGINS.labels(self.service, outcome).inc()
        counted = self._counted_as(name, address)
        if self.forgives:
            self.names.right(counted)
        else:
            self.names.undo(counted, stopwatch())
        self.addresses.undo(address, stopwatch())
        self._is_at_home(name, address)

    def _counted_as(self, name: str, address: str) -> str:
        return f"{name} {address}" if address in self._homes.get(name, ()) else name

    def _is_at_home(self, name: str, address: str) -> None:
        homes = self._homes.pop(name, {})
        homes.pop(address, None)
        homes[address] = None
        if len(homes) > _MOST_ADDRESSES:
            del homes[next(iter(homes))]
        self._homes[name] = homes
        if len(self._homes) > _MOST_NAMES:
            del self._homes[next(iter(self._homes))]


def begin_at_zero(service: str, outcomes: Iterable[str]) -> None:
    """Let the outcomes exist before they count: an alert cannot see the first step of what comes out of nothing."""
    for outcome in outcomes:
        LOGINS.labels(service, outcome)
