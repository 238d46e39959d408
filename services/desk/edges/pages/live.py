"""The queue as it lives: server-sent events whose ids go on where a browser lost them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from aiohttp import web

from chassis.http import choice
from doors.pages import HEADERS
from services.desk.edges.keys import CONTEXT
from services.desk.edges.pages import lookup
from vocabulary import TASKS

_EVERY: Final = 1.0
"""Real seconds between two looks at what changed, for all browsers together."""
_BEAT: Final = 15.0
"""Real seconds after which a browser hears that the door is there."""
_RETRY: Final = 2_000


class Horizon:
    """Up to where everything can be read, looked up once for everybody who listens."""

    def __init__(self) -> None:
        self.at = 0
        self._moved = asyncio.Condition()

    async def move(self, to: int) -> None:
        """Tell everybody who waits that there is more to read."""
        async with self._moved:
            self.at = to
            self._moved.notify_all()

    async def beyond(self, place: int) -> int:
        """Wait until there is more to read than up to a place, and no longer than a beat; returns up to where."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_BEAT), self._moved:
                await self._moved.wait_for(lambda: self.at > place)
        return max(self.at, place)


HORIZON: Final = web.AppKey("horizon", Horizon)


async def watching(app: web.Application) -> AsyncIterator[None]:
    """Look for changes for as long as the door is open."""
    watcher = asyncio.create_task(_watch(app))
    yield
    watcher.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watcher


async def _watch(app: web.Application) -> None:
    pool, horizon = app[CONTEXT].pool, app[HORIZON]
    while True:
        # A database that is away is away for whoever asks for a page too: those are told.
        with contextlib.suppress(Exception):
            if (found := await lookup.horizon(pool)) > horizon.at:
                await horizon.move(found)
        await asyncio.sleep(_EVERY)


async def listen(request: web.Request, may_hear: Callable[[], Awaitable[bool]]) -> web.StreamResponse:
    """GET /queue/events?task=&since=: what changed since; a browser that comes back says how far it had heard.

    It ends once whoever listens may hear it no more.
    """
    task = choice(request, "task", TASKS)
    place = _place(request.headers.get("Last-Event-ID") or request.query.get("since", ""))
    answer = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await answer.prepare(request)
    await answer.write(f"retry: {_RETRY}\n\n".encode())
    pool, horizon = request.app[CONTEXT].pool, request.app[HORIZON]
    place = min(place, await lookup.horizon(pool)) if place else await lookup.horizon(pool)
    while True:
        until = await horizon.beyond(place)
        if not await may_hear():
            return answer
        told = [each for each in await lookup.changed(pool, place, until) if task in (None, each[1])]
        await answer.write(await _event(request, told, until) if told else f"id: {until}\n: \n\n".encode())
        place = until


async def _event(request: web.Request, told: list[tuple[str, str, bool]], until: int) -> bytes:
    counts = await lookup.counts(request.app[CONTEXT].pool)
    rows = {f"{ticket}-{task}": waits for ticket, task, waits in told}
    data = json.dumps({"rows": rows, "counts": counts, "total": sum(counts.values())}, ensure_ascii=False)
    return f"id: {until}\nevent: changes\ndata: {data}\n\n".encode()


def _place(said: str) -> int:
    """Read how far a browser had heard; 0 where it does not say."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= len("9223372036854775807") - 1 else 0
