"""A list as it lives: server-sent events whose ids go on where a browser lost them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from aiohttp import web

from chassis.problems import HttpProblem
from doors.pages import HEADERS
from services.desk.edges.keys import CONTEXT
from services.desk.edges.pages import lookup
from services.desk.edges.pages.together import Together

_EVERY: Final = 1.0
"""Real seconds between two looks at what changed, for all browsers together."""
_BEAT: Final = 15.0
"""Real seconds after which a browser hears that the door is there."""
_RETRY: Final = 2_000
_OF_A_PERSON: Final = 10
"""Live queues that one person may have open: more than a browser opens, which keeps six connections to a door."""
_OF_THE_DOOR: Final = 500
"""Live queues of all together."""
_Found = TypeVar("_Found")


@dataclass(slots=True)
class Streams:
    """The live queues that are open: one that stays open costs the door at each change, and no request pays for it."""

    of_a_person: int = _OF_A_PERSON
    of_the_door: int = _OF_THE_DOOR
    _open: dict[str, list[web.Request]] = field(default_factory=dict)

    @contextlib.contextmanager
    def one_more(self, person: str, request: web.Request) -> Iterator[None]:
        """Count one of a person's for as long as it is open; a HttpProblem where there are enough.

        Whoever left a page is heard of at the next beat only, and does not count.
        """
        for known in [*self._open]:
            self._drop(known, lambda each: each.transport is None or each.transport.is_closing())
        if len(self._open.get(person, ())) >= self.of_a_person:
            words = f"您已打开{self.of_a_person}个实时更新的待办页面，请关掉不用的，再刷新本页。"
            raise HttpProblem(429, "too_many_streams", None, words, retry_after=_RETRY // 1_000)
        if sum(map(len, self._open.values())) >= self.of_the_door:
            words = "实时更新的待办页面已满，本页暂不自动更新，请需要时刷新。"
            raise HttpProblem(503, "too_many_streams", None, words, retry_after=int(_BEAT))
        self._open.setdefault(person, []).append(request)
        try:
            yield
        finally:
            self._drop(person, lambda each: each is request)

    def _drop(self, person: str, is_over: Callable[[web.Request], bool]) -> None:
        left = [each for each in self._open.pop(person, ()) if not is_over(each)]
        if left:
            self._open[person] = left


class News(NamedTuple):
    """What changed in a list, by the key of its row, and how much there is of each sort; of all under ''."""

    rows: Mapping[str, int]
    counts: Mapping[str, int]


class Feed(NamedTuple):
    """What a list tells, and to whom.

    Whoever shares the `name` of one reads the same: `read` tells what changed from one transaction up to another.
    `pick` takes of it what this page shows, and says of each row whether it is new to it. `person` is whose it is.
    """

    name: str
    person: str
    may_hear: Callable[[], Awaitable[bool]]
    read: Callable[[int, int], Awaitable[News]]
    pick: Callable[[Mapping[str, int]], Mapping[str, bool]]


class Horizon:
    """Up to where everything can be read, looked up once for everybody who listens."""

    def __init__(self) -> None:
        self.at = 0
        self.ended = 0
        """Another number whenever a session ended at a door of this service."""
        self.together = Together()
        self._news: dict[tuple[str, int, int], asyncio.Future[News]] = {}
        self._moved = asyncio.Condition()

    async def shared(self, asked: str, reading: Callable[[], Awaitable[_Found]], place: int | None = None) -> _Found:
        """What everybody reads alike, read once for those who ask up to the next change, or within a second.

        `place` is up to where the reader saw changes, if they looked for themselves.
        """
        return await self.together.read(f"{self.at if place is None else place} {asked}", reading)

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

    async def news(self, feed: Feed, place: int, until: int) -> News:
        """What changed between two places, read once for everybody who stands there."""
        key = feed.name, place, until
        if key not in self._news:
            self._news = {known: each for known, each in self._news.items() if known[2] == until}
            self._news[key] = reading = asyncio.ensure_future(feed.read(place, until))
            reading.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(self._news[key])

    def _forget(self, key: tuple[str, int, int], done: asyncio.Future[News]) -> None:
        """What could not be read is read anew for whoever asks next."""
        if (done.cancelled() or done.exception() is not None) and self._news.get(key) is done:
            del self._news[key]


HORIZON: Final = web.AppKey("horizon", Horizon)
STREAMS: Final = web.AppKey("streams", Streams)


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
            horizon.ended = await lookup.ended_sessions(pool)
            if (found := await lookup.horizon(pool)) > horizon.at:
                await horizon.move(found)
        await asyncio.sleep(_EVERY)


class SessionCheck:
    """Who listens is looked up at each beat, and when a session ended somewhere; not at each change."""

    def __init__(self, feed: Feed, horizon: Horizon) -> None:
        self.feed, self.horizon = feed, horizon
        self.ended, self.again = -1, 0.0

    async def may_still_hear(self) -> bool:
        now = asyncio.get_running_loop().time()
        if self.ended == self.horizon.ended and now < self.again:
            return True
        self.ended, self.again = self.horizon.ended, now + _BEAT
        return await self.feed.may_hear()


async def listen(request: web.Request, feed: Feed) -> web.StreamResponse:
    """Tell what changes of a list; a browser that comes back says how far it had heard.

    It ends once whoever listens may hear it no more.
    """
    place = place_of(request.headers.get("Last-Event-ID") or request.query.get("since", ""))
    with request.app[STREAMS].one_more(feed.person, request):
        answer = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await answer.prepare(request)
        await answer.write(f"retry: {_RETRY}\n\n".encode())
        pool, horizon = request.app[CONTEXT].pool, request.app[HORIZON]
        place = min(place, await lookup.horizon(pool)) if place else await lookup.horizon(pool)
        check = SessionCheck(feed, horizon)
        while True:
            until = await horizon.beyond(place)
            if not await check.may_still_hear():
                return answer
            news = await horizon.news(feed, place, until)
            await answer.write(_event(feed.pick(news.rows), news.counts, until))
            place = until


def _event(rows: Mapping[str, bool], counts: Mapping[str, int], until: int) -> bytes:
    if not rows:
        return f"id: {until}\n: \n\n".encode()
    data = json.dumps({"rows": rows, "counts": counts}, ensure_ascii=False)
    return f"id: {until}\nevent: changes\ndata: {data}\n\n".encode()


def place_of(said: str) -> int:
    """Read how far a browser had heard; 0 where it does not say."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= len("9223372036854775807") - 1 else 0
