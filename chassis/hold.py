"""The one task that holds lanes: it opens them, runs their transactions and timers, and publishes, in commit order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import stamina
import structlog

from chassis import metrics, store
from chassis.clock import stopwatch, wall
from chassis.guard import guarded
from chassis.health import Health
from chassis.lane import Held, lane_of, merged
from chassis.logs import Canonical, where
from chassis.opening import Logs, open_lanes
from chassis.outlet import DeadLetters, Outlets
from chassis.publish import Producer, pause_before, publish
from chassis.service import Connection, Instant, Pool, Record, Refused
from chassis.store import Key
from chassis.tell import fired, tell
from chassis.transient import transient
from chassis.turn import Moved, Taken, Turns

SESSION_SECONDS: Final = 10.0
"""A member of the group that is silent for so long is dead to it; a lock that is held for so long is a ghost's."""
_HOUSEKEEPING_SECONDS: Final = 1.0
_BEHIND_SECONDS: Final = 5.0
_UNPUBLISHED_AT_ONCE: Final = 1_000
_NOT_CAUGHT_UP_SECONDS: Final = 0.02
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


class Keeper:
    """Holds the lanes of the places that are assigned; nothing else in the process touches them."""

    def __init__(self, turns: Turns, tools: Tools) -> None:
        """Does nothing until `run`; `reader` is set by the consumer before it assigns."""
        self.turns = turns
        self.tools = tools
        self.service = turns.service.name
        self.reader: Reader | None = None
        self.epochs: dict[Key, int] = {}
        self._epoch = 0
        self._wanted: frozenset[Key] = frozenset()
        self._paused: dict[str, list[Key]] = {}
        self._noted: dict[str, int] = {}
        self._connection: Connection | None = None
        self._batches: asyncio.Queue[tuple[Batch, asyncio.Future[None]] | None] = asyncio.Queue()
        self._current: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._failures = 0
        self._kept_house = 0.0
        self._looked_behind = 0.0
        self._look_again = 0.0
        self._stopping = False
        self._waiting_since: Instant | None = None
        metrics.LAG.labels(self.service).set_function(self._lag)

    # --- what the consumer calls ---------------------------------------------------------------------------------

    def assign(self, places: Iterable[Key]) -> None:
        """These places are ours from now on: open their lanes."""
        self._wanted = frozenset(places)
        self._batches.put_nowait(None)

    async def handle(self, batch: Batch) -> None:
        """Hand a fetch over, whole; returns when it was handled or given back to be fetched again."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batches.put_nowait((batch, done))
        await asyncio.shield(done)

    def reopen(self, places: Iterable[Key]) -> None:
        """What was fetched of these places cannot be trusted: begin again at the next offset that is written."""
        for place in places:
            self.epochs.pop(place, None)
        self._batches.put_nowait(None)

    async def release(self, seconds: float) -> None:
        """All places are about to be somebody else's: finish what is under way, or give it up when time is over."""
        self._wanted = frozenset()
        self.epochs.clear()
        try:
            await asyncio.wait_for(self._until_idle(), seconds)
        except TimeoutError:
            _log.warning("given up in the middle", seconds=seconds)
            if self._current is not None:
                self._current.cancel()
            await self._until_idle()
        self.turns.held.clear()
        self._paused.clear()
        self.tools.outlets.release()

    async def _until_idle(self) -> None:
        while not self._idle.is_set():
            await self._idle.wait()

    # --- the task ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Hold lanes until `stop`; an exception is a bug, and the process must end."""
        while not self._stopping:
            await self._step(self._open_wanted())
            try:
                waiting = await asyncio.wait_for(self._batches.get(), self._patience())
            except TimeoutError:
                waiting = None
            if waiting is not None:
                batch, done = waiting
                try:
                    await self._step(self._apply(batch))
                finally:
                    if not done.done():
                        done.set_result(None)
            await self._step(self._tick())

    async def stop(self) -> None:
        """End `run` after what it does now, write down what is published, and let go of the database."""
        self._stopping = True
        self._batches.put_nowait(None)
        try:
            await self._note_published()
        except Exception as error:
            if not transient(error):
                raise
        await self._disconnect()

    async def _step(self, work: Coroutine[Any, Any, None]) -> None:
        self._idle.clear()
        self._current = task = asyncio.create_task(work)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            self._current = None
            self._idle.set()
        if task.cancelled():
            self._forget(list(self.turns.held))
            await self._disconnect()
        else:
            task.result()

    def _patience(self) -> float:
        """Seconds until something must be looked at even if nothing comes in."""
        due = [held.next_due for held in self.turns.held.values() if held.next_due is not None]
        if not due:
            return _HOUSEKEEPING_SECONDS
        soon = max(self.turns.clock.seconds_until(min(due)), self._look_again - stopwatch(), 0.0)
        return min(_HOUSEKEEPING_SECONDS, soon)

    # --- opening -------------------------------------------------------------------------------------------------

    def _lane(self, place: Key) -> str:
        return lane_of(place, place[0] in self.turns.foreign)

    async def _open_wanted(self) -> None:
        standing = {place for places in self._paused.values() for place in places}
        missing = self._wanted - self.epochs.keys() - standing
        if not missing:
            return
        wanted: defaultdict[str, list[Key]] = defaultdict(list)
        names = {self._lane(place) for place in missing}
        for place in sorted(self._wanted):
            if self._lane(place) in names:
                wanted[self._lane(place)].append(place)
        async for attempt in stamina.retry_context(on=transient, attempts=None, timeout=None):
            with attempt:
                if attempt.num > 1:
                    self._red("opening", "lanes cannot be opened")
                await self._open(wanted, seek=True)
        self._green("opening")
        self._green("start")

    async def _open(self, lanes: Mapping[str, list[Key]], *, seek: bool) -> None:
        """Open lanes: unpublished events go out, memory is loaded, and reading begins at the next offset."""
        assert self.reader is not None
        logs = await self.reader.logs(place for places in lanes.values() for place in places)
        connection = await self._connected()
        helds = await self._guarded(open_lanes(connection, lanes, logs, self.turns.clock.now()))
        for name, held in helds.items():
            await self._publish_rest(connection, held)
            self._noted[name] = held.published
        self.turns.held.update({name: held for name, held in helds.items() if held.paused is None})
        self.tools.outlets.lanes.update(helds)
        for _, topic in await store.outward_topics(connection, sorted(helds)):
            self.tools.outlets.reload(topic)
        self.tools.letters.wake()
        running = [place for name, places in lanes.items() if name in self.turns.held for place in places]
        if seek and running:
            await self.reader.seek({place: self.turns.held[self._lane(place)].offsets[place] for place in running})
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
        self._paused[held.view.name] = list(places)
        metrics.ALARMS.labels(self.service, held.alarm or "paused").inc()
        _log.error("lane stands still", lane=held.view.name, reason=held.paused)

    # --- handling ------------------------------------------------------------------------------------------------

    async def _apply(self, batch: Batch) -> None:
        ours = {place: records for place, records in batch.items() if place in self.epochs}
        if not ours:
            return
        self._waiting_since = min(records[0].timestamp for records in ours.values())
        lanes = self._by_lane(ours)
        try:
            await self._take(lanes, {})
        except Exception as error:
            self._forget(list(lanes))
            if not transient(error):
                await self._narrow(ours, error)
            else:
                await self._give_back(lanes, error)
        else:
            self._failures = 0
            self._green("database")
        self._waiting_since = None

    def _by_lane(self, batch: Batch) -> dict[str, list[Sequence[Record]]]:
        lanes: defaultdict[str, list[Sequence[Record]]] = defaultdict(list)
        for place, records in batch.items():
            lanes[self._lane(place)].append(records)
        return lanes

    async def _take(self, lanes: Mapping[str, Sequence[Sequence[Record]]], horizons: Mapping[str, Instant]) -> None:
        began = stopwatch()
        connection = await self._connected()
        await self._finish(await self._guarded(self.turns.take(connection, lanes, horizons)), began)

    async def _finish(self, taken: Taken, began: float) -> None:
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
        tell(taken, self.tools.canonical, self.service, stopwatch() - began, self._waiting_since)
        self.tools.health.moved = stopwatch()

    def _close(self, held: Held) -> None:
        del self.turns.held[held.view.name]
        places = [place for place in self._wanted if self._lane(place) == held.view.name]
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

    # --- failures ------------------------------------------------------------------------------------------------

    def _forget(self, names: Iterable[str]) -> None:
        """What is remembered of a lane is worth nothing after a failure: it is opened again."""
        gone = set(names)
        for name in gone:
            self.turns.held.pop(name, None)
        for place in [place for place in self.epochs if self._lane(place) in gone]:
            del self.epochs[place]

    async def _give_back(self, lanes: Iterable[str], error: Exception) -> None:
        """A failure that passes: the lanes are opened again and read from where they are written to stand."""
        if isinstance(error, Moved):
            _log.info("lane moved", lanes=list(lanes))
            return
        self._failures += 1
        metrics.RETRIES.labels(self.service, type(error).__qualname__).inc()
        _log.warning("tried again", error=type(error).__qualname__, attempt=self._failures)
        self._red("database", f"transactions fail: {type(error).__qualname__}")
        await self._disconnect()
        await asyncio.sleep(pause_before(self._failures))

    async def _narrow(self, batch: Batch, error: Exception) -> None:
        """An unknown failure: halve until it is one record's, so that all others go on; then say which, and stop."""
        records = list(merged(batch.values()))
        if len(records) == 1:
            await self._blame(records[0], error)
            return
        for half in (records[: len(records) // 2], records[len(records) // 2 :]):
            places: defaultdict[Key, list[Record]] = defaultdict(list)
            for record in half:
                places[record[:2]].append(record)
            try:
                await self._again(places)
            except Exception as again:
                self._forget({self._lane(place) for place in batch})
                if transient(again):
                    await self._give_back(self._by_lane(batch), again)
                    return
                await self._narrow(places, again)

    async def _again(self, batch: Batch) -> None:
        await self._reopened(batch)
        ours = {place: records for place, records in batch.items() if place in self.epochs}
        if ours:
            await self._take(self._by_lane(ours), {})

    async def _reopened(self, places: Iterable[Key]) -> None:
        missing: dict[str, list[Key]] = {}
        for name in {self._lane(place) for place in places} - self.turns.held.keys():
            missing[name] = [place for place in self._wanted if self._lane(place) == name]
        if missing:
            await self._open(missing, seek=False)

    async def _blame(self, record: Record, error: Exception) -> None:
        place: Key = record[:2]
        if isinstance(error, Refused):
            self.turns.refused[record[:3]] = error
            await self._again({place: [record]})
            return
        metrics.ALARMS.labels(self.service, "bug").inc()
        _log.critical(
            "stopped by a record",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            error=where(error),
        )
        raise error

    # --- timers and housekeeping ---------------------------------------------------------------------------------

    async def _tick(self) -> None:
        try:
            if self.turns.service.timers:
                await self._fire()
            if stopwatch() - self._kept_house >= _HOUSEKEEPING_SECONDS:
                self._kept_house = stopwatch()
                await self._keep_house()
        except Exception as error:
            if not transient(error):
                raise
            names = list(self.turns.held)
            self._forget(names)
            await self._give_back(names, error)

    async def _fire(self) -> None:
        """Fire what is due in the lanes that have heard everything that was there when it became due."""
        now = self.turns.clock.now()
        due = [name for name, held in self.turns.held.items() if held.next_due is not None and held.next_due <= now]
        if not due or stopwatch() < self._look_again:
            return
        caught_up = await self._caught_up(due)
        self._look_again = 0.0 if caught_up else stopwatch() + _NOT_CAUGHT_UP_SECONDS
        if caught_up:
            await self._take({}, dict.fromkeys(caught_up, now))
            for row in await store.load_next_due(await self._connected(), caught_up):
                if (held := self.turns.held.get(row["lane"])) is not None:
                    held.next_due = row["due"]

    async def _caught_up(self, names: Iterable[str]) -> list[str]:
        assert self.reader is not None
        places = {name: self._places(name) for name in names}
        whole = {name: its for name, its in places.items() if all(place in self.epochs for place in its)}
        ends = await self.reader.ends(place for its in whole.values() for place in its)
        offsets = {name: self.turns.held[name].offsets for name in whole}
        return [name for name, its in whole.items() if all(offsets[name][place] >= ends[place] for place in its)]

    def _places(self, name: str) -> list[Key]:
        """All inputs of a lane, whether or not they are assigned to us."""
        topics = (self.turns.topics[topic] for topic in self.turns.service.inputs)
        places = [(topic.name, partition) for topic in topics for partition in range(topic.partitions)]
        return [place for place in places if self._lane(place) == name]

    async def _keep_house(self) -> None:
        await self._note_published()
        await self.tools.outlets.flush_positions()
        metrics.LANES.labels(self.service, "running").set(len(self.turns.held))
        metrics.LANES.labels(self.service, "paused").set(len(self._paused))
        metrics.PARKED.labels(self.service).set(sum(len(held.parked) for held in self.turns.held.values()))
        if self._paused:
            async with self.tools.pool.acquire() as connection:
                for name in await store.running(connection, list(self._paused)):
                    del self._paused[name]
        if any(held.parked for held in self.turns.held.values()):
            await self._replay()
        if self.reader is not None and stopwatch() - self._looked_behind >= _BEHIND_SECONDS:
            self._looked_behind = stopwatch()
            self.tools.health.behind = await self.reader.behind(list(self.epochs))

    async def _note_published(self) -> None:
        grown = {
            name: held.published for name, held in self.turns.held.items() if held.published > self._noted.get(name, 0)
        }
        if grown:
            async with self.tools.pool.acquire() as connection:
                await store.note_published(connection, grown)
            self._noted.update(grown)

    async def _replay(self) -> None:
        connection = await self._connected()
        for name in await store.lanes_to_replay(connection, list(self.turns.held)):
            began = stopwatch()
            try:
                taken = await self._guarded(self.turns.replay(connection, name))
            except Exception as error:
                if transient(error):
                    raise
                _log.exception("replay failed", lane=name, error=where(error))
                await store.end_replay(connection, name)
                self._forget([name])
            else:
                await self._finish(taken, began)

    # --- the database --------------------------------------------------------------------------------------------

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self.tools.connect()
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _guarded(self, work: Coroutine[Any, Any, T]) -> T:
        return await guarded(work, await self._connected(), self.tools.pool, SESSION_SECONDS)

    # --- health --------------------------------------------------------------------------------------------------

    def _red(self, name: str, reason: str) -> None:
        self.tools.health.retrying = True
        self.tools.health.red(name, reason)

    def _green(self, name: str) -> None:
        self.tools.health.retrying = False
        self.tools.health.green(name)

    def _lag(self) -> float:
        return 0.0 if self._waiting_since is None else max(0.0, (wall() - self._waiting_since).total_seconds())
