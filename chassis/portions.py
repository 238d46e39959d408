"""How much is done at once: less after it took too long or failed, more again while it goes well.

What cannot be finished in its time must not be tried again as it was: it would fail for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import structlog

from chassis import metrics
from chassis.clock import stopwatch

_ENOUGH: Final = 50
_AT_A_STRETCH: Final = 0.05
_log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Portion:
    """So many things at once: at least one, at most `most`."""

    size: int
    most: int

    def after_success(self, done: int, seconds: float, limit: float) -> Portion:
        """Return half where it took longer than `limit` seconds, twice as much where a full one took less than half.

        Slowness alone makes none smaller than what is worth a transaction: on a busy machine its own cost is most of
        it, and the fewer records share that the longer all of them take.
        """
        if seconds > limit:
            return replace(self, size=min(self.size, max(done // 2, min(_ENOUGH, self.most))))
        if done >= self.size and seconds <= limit / 2:
            return replace(self, size=min(self.most, 2 * self.size))
        return self

    def after_failure(self, tried: int) -> Portion:
        """Return half of what was tried."""
        return replace(self, size=max(1, min(self.size, tried) // 2))


@dataclass(slots=True)
class Portions:
    """The portions of one kind of work, each of which should take at most `limit` seconds; `work` is its name."""

    service: str
    work: str
    portion: Portion
    limit: float

    @property
    def size(self) -> int:
        """How much to do at once now."""
        return self.portion.size

    @contextmanager
    def doing(self, much: int) -> Iterator[None]:
        """Learn from how it goes."""
        began = stopwatch()
        try:
            yield
        except Exception:
            self.failed(much, stopwatch() - began)
            raise
        self.succeeded(much, stopwatch() - began)

    def succeeded(self, done: int, seconds: float) -> None:
        """So much was done in so many seconds."""
        self._become(self.portion.after_success(done, seconds, self.limit), "slow", seconds)

    def failed(self, tried: int, seconds: float) -> None:
        """So much was tried, and failed after so many seconds by no fault of its content."""
        self._become(self.portion.after_failure(tried), "failed", seconds)

    def _become(self, portion: Portion, cause: str, seconds: float) -> None:
        before, self.portion = self.portion, portion
        if portion.size < before.size:
            metrics.SMALLER_PORTIONS.labels(self.service, self.work).inc()
            log = _log.warning if cause == "failed" else _log.info
            log(
                "less at once",
                work=self.work,
                reason=cause,
                seconds=round(seconds, 1),
                before=before.size,
                now=portion.size,
            )


class Stretch:
    """Work at a stretch, in which nothing else of the process has its turn."""

    def __init__(self) -> None:
        """Begins now."""
        self._since = stopwatch()

    async def pause(self) -> None:
        """Let others have their turn, where it has lasted long enough."""
        if stopwatch() - self._since > _AT_A_STRETCH:
            await asyncio.sleep(0)
            self._since = stopwatch()
