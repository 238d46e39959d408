"""What many look at at the same time is counted once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

from aiohttp import web

from chassis.clock import stopwatch

_SECONDS: Final = 5.0
_TIMES: Final = 5.0
"""So many times as long as it took to count something it is kept: however large tables are, counting takes a sixth."""


class _Counted(NamedTuple):
    until: float
    value: Any


class Fresh:
    """Remembers what was counted for a few real seconds: a wall of screens costs as much as one."""

    def __init__(self, now: Callable[[], float] = stopwatch) -> None:
        """Nothing was counted yet."""
        self._now = now
        self._known: dict[str, _Counted] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def of(self, name: str, count: Callable[[], Awaitable[Any]]) -> Any:
        """Return what was counted under a name, counted anew where it is too old."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            known = self._known.get(name)
            if known is None or self._now() > known.until:
                began, value = self._now(), await count()
                ended = self._now()
                known = self._known[name] = _Counted(ended + max(_SECONDS, _TIMES * (ended - began)), value)
            return known.value


FRESH: Final = web.AppKey("fresh", Fresh)
