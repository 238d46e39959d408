"""What many look at at the same time is counted once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

from aiohttp import web

from chassis.clock import stopwatch

_SECONDS: Final = 5.0


class _Counted(NamedTuple):
    at: float
    value: Any


class Fresh:
    """Remembers what was counted for a few real seconds: a wall of screens costs as much as one."""

    def __init__(self) -> None:
        """Nothing was counted yet."""
        self._known: dict[str, _Counted] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def of(self, name: str, count: Callable[[], Awaitable[Any]]) -> Any:
        """Return what was counted under a name, counted anew where it is too old."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            known = self._known.get(name)
            if known is None or stopwatch() - known.at > _SECONDS:
                known = self._known[name] = _Counted(stopwatch(), await count())
            return known.value


FRESH: Final = web.AppKey("fresh", Fresh)
