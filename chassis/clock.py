"""The only place that reads a clock: real time, or time that runs faster from a moment that all processes share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final


@dataclass(slots=True)
class Stopwatch:
    """Real seconds for measuring how long something took; a simulation's own where it sets `ticks`."""

    ticks: Callable[[], float] = time.perf_counter

    def __call__(self) -> float:
        """Seconds since some moment."""
        return self.ticks()


stopwatch: Final = Stopwatch()


class ClockError(ValueError):
    """A clock setting that cannot be read."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Now is `origin` plus `speed` times the real seconds since `anchor`, which are Unix seconds."""

    origin: datetime
    speed: float = 1.0
    anchor: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Clock:
        """Read `real` or `<ISO time with offset>@<speed>@<anchor>`; ClockError says what is wrong with it."""
        if text == "real":
            return REAL
        try:
            origin, speed, anchor = text.split("@")
            clock = cls(datetime.fromisoformat(origin), float(speed), float(anchor))
        except ValueError as error:
            raise ClockError(f"a clock is 'real' or '<time>@<speed>@<anchor>', not {text!r}") from error
        if clock.origin.tzinfo is None or clock.speed <= 0:
            raise ClockError("a clock's origin needs an offset, and its speed must be more than zero")
        return clock

    def now(self) -> datetime:
        """The moment that it is for everyone who shares this clock, in UTC."""
        return (self.origin + timedelta(seconds=(time.time() - self.anchor) * self.speed)).astimezone(UTC)

    def seconds_until(self, moment: datetime) -> float:
        """Real seconds until a moment; negative when it is past."""
        return (moment - self.now()).total_seconds() / self.speed

    async def sleep_until(self, moment: datetime) -> None:
        """Wait until a moment, as fast as this clock runs."""
        while (wait := self.seconds_until(moment)) > 0:  # noqa: ASYNC110 - nobody else makes time pass
            await asyncio.sleep(wait)


REAL: Final = Clock(datetime.fromtimestamp(0, UTC))


def wall() -> datetime:
    """Real time, whatever the clock says: for lag and for what brokers stamp."""
    return datetime.now(UTC)
