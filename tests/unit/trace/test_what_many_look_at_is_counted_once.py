"""What many look at is counted once for all of them, and what takes long to count, more seldom."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from services.trace.edges.browser.fresh import Fresh


@dataclass
class Table:
    """Takes its time to be counted, by a clock that stands still otherwise."""

    takes: float
    now: float = 0.0
    looked: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def count(self) -> int:
        self.now += self.takes
        self.looked.append(self.now)
        return len(self.looked)


@pytest.mark.parametrize(("takes", "kept"), [(0.01, 5.0), (3.0, 15.0)])
async def test_it_is_counted_anew_once_it_is_too_old(takes: float, kept: float) -> None:
    table = Table(takes)
    fresh = Fresh(table.clock)
    assert await asyncio.gather(*(fresh.of("board", table.count) for _ in range(3))) == [1, 1, 1]

    table.now = takes + kept
    assert await fresh.of("board", table.count) == 1

    table.now += 0.1
    assert await fresh.of("board", table.count) == 2
