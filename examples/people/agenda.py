"""What simulated people mean to do and when, in the order of a clock that may run fast."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.clock import Clock
from worktime.calendar import Calendar
from worktime.hours import OfficeHours
from worktime.office import moment, position

Deed = Callable[[], Awaitable[None]]


@dataclass(order=True)
class _Entry:
    at: datetime
    number: int
    deed: Deed = field(compare=False)


class Agenda:
    """Deeds by time; `keep` does each when it is due, for as long as it is left running."""

    def __init__(self, clock: Clock) -> None:
        """Keep time by this clock."""
        self.clock = clock
        self._entries: list[_Entry] = []
        self._count = 0
        self._changed = asyncio.Event()

    def at(self, when: datetime, deed: Deed) -> None:
        """Mean to do something; what is past is done at once."""
        self._count += 1
        heapq.heappush(self._entries, _Entry(when, self._count, deed))
        self._changed.set()

    async def keep(self) -> None:
        """Do each deed when its time has come."""
        while True:
            self._changed.clear()
            while self._entries and self._entries[0].at <= self.clock.now():
                await heapq.heappop(self._entries).deed()
            wait = self.clock.seconds_until(self._entries[0].at) if self._entries else None
            try:
                await asyncio.wait_for(self._changed.wait(), None if wait is None else max(wait, 0.001))
            except TimeoutError:
                continue


class Days:
    """Working time as people live it: so many office minutes later, never at night."""

    def __init__(self, calendar: Calendar, hours: OfficeHours) -> None:
        """Live by this calendar and these hours."""
        self._reading = calendar.likely
        self._hours = hours

    def later(self, since: datetime, minutes: float) -> datetime:
        """Tell the moment by which so many office minutes (at least one) have passed since then."""
        target = position(since, self._reading, self._hours) + int(max(minutes, 1.0) * 60_000_000)
        return moment(target, self._reading, self._hours)

    def working_days_later(self, since: datetime, days: float) -> datetime:
        """Tell the moment by which so many working days' worth of office time has passed."""
        return self.later(since, days * self._hours.length / 60_000_000)


def chance(seed: int, *about: object) -> random.Random:
    """Give the dice for one matter: the same for the same seed and matter, whenever and in whatever order they fall."""
    return random.Random("/".join(map(str, (seed, *about))))  # noqa: S311 - a simulation, not a secret


def hours_later(since: datetime, hours: float) -> datetime:
    """Tell the moment so many real hours later, by day and night."""
    return since + timedelta(hours=hours)
