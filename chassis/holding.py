"""The lanes that this process holds: opening them, running their transactions, publishing what those decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import structlog

from chassis import metrics, store
from chassis.clock import stopwatch, wall
from chassis.guard import guarded
from chassis.health import Health
from chassis.lane import Held, lane_of
from chassis.logs import Canonical
from chassis.opening import Logs, open_lanes
from chassis.outlet import DeadLetters, Outlets
from chassis.publish import Producer, publish
from chassis.service import Connection, Instant, Pool, Record
from chassis.store import Key
from chassis.tell import fired, tell
from chassis.turn import Taken, Turns

SESSION_SECONDS: Final = 10.0
"""A member of the group that is silent for so long is dead to it; a lock that is held for so long is a ghost's."""
_UNPUBLISHED_AT_ONCE: Final = 1_000
_log: Final = structlog.get_logger()

T = TypeVar("T")
Batch = Mapping[Key, Sequence[Record]]


class Reader(Protocol):
    """What the keeper needs of the consumer."""

    async def seek(self, offsets: Mapping[Key, int]) -> None: ...

    async def logs(self, places: Iterable[Key]) -> Logs: ...

    async def ends(self, places: Iterable[Key]) -> Mapping[Key, int]: ...

    async def behind(self, places: Iterable[Key]) -> bool: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What the keeper works with."""

    connect: Callable[[], Awaitable[Connection]]
    pool: Pool
    producer: Producer
    outlets: Outlets
    letters: DeadLetters
    health: Health
    canonical: Canonical


class Holding:
    """What the process holds and knows of its lanes; used by one task at a time."""

    def __init__(self, turns: Turns, tools: Tools) -> None:
        """Holds nothing; `reader` is set by the consumer before it assigns."""
        self.turns = turns
        self.tools = tools
        self.service = turns.service.name
        self.reader: Reader
        self.epochs: dict[Key, int] = {}
        self.wanted: frozenset[Key] = frozenset()
        self.paused: dict[str, list[Key]] = {}
        self.noted: dict[str, int] = {}
        self.waiting_since: Instant | None = None
        self._epoch = 0
        self._connection: Connection | None = None
        metrics.LAG.labels(self.service).set_function(self._lag)

    def lane(self, place: Key) -> str:
        """Name the lane of a place."""
        return lane_of(place, place[0] in self.turns.foreign)

    def by_lane(self, batch: Batch) -> dict[str, list[Sequence[Record]]]:
        lanes: defaultdict[str, list[Sequence[Record]]] = defaultdict(list)
        for place, records in batch.items():
            lanes[self.lane(place)].append(records)
        return lanes

    # --- opening -------------------------------------------------------------------------------------------------

    async def open(self, lanes: Mapping[str, list[Key]], *, seek: bool) -> None:
        """Open lanes: unpublished events go out, memory is loaded, and reading begins at the next offset."""
        logs = await self.reader.logs(place for places in lanes.values() for place in places)
        connection = await self.connected()
        helds = await self.guarded(open_lanes(connection, lanes, logs, self.turns.clock.now()))
        for name, held in helds.items():
            await self._publish_rest(connection, held)
            self.noted[name] = held.published
        self.turns.held.update({name: held for name, held in helds.items() if held.paused is None})
        self.tools.outlets.lanes.update(helds)
        for _, topic in await store.outward_topics(connection, sorted(helds)):
            self.tools.outlets.reload(topic)
        self.tools.letters.wake()
        running = [place for name, places in lanes.items() if name in self.turns.held for place in places]
        if seek and running:
            await self.reader.seek({place: self.turns.held[self.lane(place)].offsets[place] for place in running})
        for place in running:
            self._epoch += 1
            self.epochs[place] = self._epoch
        for name, held in helds.items():
            if held.paused is not None:
                self._stand_still(held, lanes[name])

    async def _publish_rest(self, connection: Connection, held: Held) -> None:
        name = held.view.name
        while events := await store.unpublished(connection, name, _UNPUBLISHED_AT_ONCE):
            await publish(self.tools.producer, events, self.tools.health, self.service)
            held.published = events[-1].number
            await store.note_published(connection, {name: held.published})

    def _stand_still(self, held: Held, places: Iterable[Key]) -> None:
        """Loudly: a lane that stands still is citizens who wait."""
        self.paused[held.view.name] = list(places)
        metrics.ALARMS.labels(self.service, held.alarm or "paused").inc()
        _log.error("lane stands still", lane=held.view.name, reason=held.paused)

    # --- handling ------------------------------------------------------------------------------------------------

    async def take(self, lanes: Mapping[str, Sequence[Sequence[Record]]], horizons: Mapping[str, Instant]) -> None:
        began = stopwatch()
        connection = await self.connected()
        await self.finish(await self.guarded(self.turns.take(connection, lanes, horizons)), began)

    async def finish(self, taken: Taken, began: float) -> None:
        """After the commit: publish, remember, count and tell."""
        metrics.TURN.labels(self.service).observe(stopwatch() - began)
        own = [event for event in taken.events if not event.outward]
        await publish(self.tools.producer, own, self.tools.health, self.service)
        for name in taken.lanes:
            held = self.turns.held[name]
            held.published = held.next_number - 1
            if held.paused is not None:
                self._close(held)
        self.tools.outlets.add(event for event in taken.events if event.outward)
        if taken.dead:
            self.tools.letters.wake()
        self._arm(taken)
        tell(taken, self.tools.canonical, self.service, stopwatch() - began, self.waiting_since)
        self.tools.health.moved = stopwatch()

    def _close(self, held: Held) -> None:
        del self.turns.held[held.view.name]
        places = [place for place in self.wanted if self.lane(place) == held.view.name]
        for place in places:
            self.epochs.pop(place, None)
        self._stand_still(held, places)

    def _arm(self, taken: Taken) -> None:
        for name, moment in taken.outcome.timers.armed.items():
            held = self.turns.held.get(name)
            if held is not None and (held.next_due is None or moment < held.next_due):
                held.next_due = moment
        nows = {name: held.view.now for name, held in self.turns.held.items()}
        fired(taken, self.service, self.turns.clock.speed, nows)

    def forget(self, names: Iterable[str]) -> None:
        """What is remembered of a lane is worth nothing after a failure: it is opened again."""
        gone = set(names)
        for name in gone:
            self.turns.held.pop(name, None)
        for place in [place for place in self.epochs if self.lane(place) in gone]:
            del self.epochs[place]

    # --- the database and what is seen from outside --------------------------------------------------------------

    async def connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self.tools.connect()
        return self._connection

    def published(self) -> dict[str, int]:
        """How far lanes are published, where that is not written down yet."""
        return {
            name: held.published for name, held in self.turns.held.items() if held.published > self.noted.get(name, 0)
        }

    async def note_published(self, published: Mapping[str, int]) -> None:
        """Write down how far lanes are published."""
        if published:
            async with self.tools.pool.acquire() as connection:
                await store.note_published(connection, published)
            self.noted.update(published)

    def disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def guarded(self, work: Coroutine[Any, Any, T]) -> T:
        return await guarded(work, await self.connected(), self.tools.pool, SESSION_SECONDS)

    def red(self, name: str, reason: str) -> None:
        self.tools.health.retrying = True
        self.tools.health.red(name, reason)

    def green(self, name: str) -> None:
        self.tools.health.retrying = False
        self.tools.health.green(name)

    def _lag(self) -> float:
        return 0.0 if self.waiting_since is None else max(0.0, (wall() - self.waiting_since).total_seconds())
