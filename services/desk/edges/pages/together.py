"""What several pages ask for at one moment, read once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

_FRESH: Final = 1.0
"""Real seconds for which what was read is told to whoever asks for the same."""
_Found = TypeVar("_Found")


class Together:
    """What was read within the last second, by what was asked.

    Whoever must not hear what was so before something changed names the change in what they ask.
    """

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._found: dict[str, tuple[float, asyncio.Future[Any]]] = {}

    async def read(self, asked: str, reading: Callable[[], Awaitable[_Found]]) -> _Found:
        """Tell what was asked; what could not be read is read anew for whoever asks next."""
        now = asyncio.get_running_loop().time()
        self._found = {known: each for known, each in self._found.items() if now - each[0] < _FRESH}
        if asked not in self._found:
            future = asyncio.ensure_future(reading())
            future.add_done_callback(lambda done: self._forget(asked, done))
            self._found[asked] = now, future
        found: _Found = await asyncio.shield(self._found[asked][1])
        return found

    def _forget(self, asked: str, done: asyncio.Future[Any]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed and asked in self._found and self._found[asked][1] is done:
            del self._found[asked]
