"""The one task that holds lanes: it opens them, runs their transactions and timers, and publishes, in commit order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, Final

import stamina
import structlog

from chassis import metrics
from chassis.holding import Batch, Holding, Tools
from chassis.lane import merged
from chassis.logs import where
from chassis.publish import pause_before
from chassis.service import Record, Refused
from chassis.store import Key
from chassis.transient import transient
from chassis.turn import Moved, Turns
from chassis.upkeep import Upkeep

_NOTE_SECONDS: Final = 2.0
_log: Final = structlog.get_logger()


class Keeper(Holding):
    """Holds the lanes of the places that are assigned; nothing else in the process touches them."""

    def __init__(self, turns: Turns, tools: Tools) -> None:
        """Does nothing until `run`."""
        super().__init__(turns, tools)
        self._upkeep = Upkeep(self)
        self._batches: asyncio.Queue[tuple[Batch, asyncio.Future[Mapping[Key, int]]] | None] = asyncio.Queue()
        self._current: asyncio.Task[None] | None = None
        self._opening = False
        self._assigned = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._failures = 0
        self._stopping = False

    # --- what the consumer calls ---------------------------------------------------------------------------------

    def assign(self, places: Iterable[Key]) -> None:
        """These places are ours from now on: open their lanes."""
        self.wanted, self._assigned = frozenset(places), True
        self._batches.put_nowait(None)

    async def handle(self, batch: Batch) -> Mapping[Key, int]:
        """Hand a fetch over, whole; tells the next offsets of what was handled, the rest is fetched again."""
        done: asyncio.Future[Mapping[Key, int]] = asyncio.get_running_loop().create_future()
        self._batches.put_nowait((batch, done))
        return await asyncio.shield(done)

    def reopen(self, places: Iterable[Key]) -> None:
        """What was fetched of these places cannot be trusted: begin again at the next offset that is written."""
        for place in places:
            self.epochs.pop(place, None)
        self._batches.put_nowait(None)

    async def release(self, seconds: float) -> None:
        """All places are about to be somebody else's: finish what is under way, or give it up when time is over."""
        self.wanted = frozenset()
        self.epochs.clear()
        if self._opening and self._current is not None:
            self._current.cancel()
        try:
            await asyncio.wait_for(self._until_idle(), seconds)
        except TimeoutError:
            _log.warning("given up in the middle", seconds=seconds)
            if self._current is not None:
                self._current.cancel()
            await self._until_idle()
        published = self.published()
        self.turns.held.clear()
        self.paused.clear()
        self.tools.outlets.release()
        try:
            await asyncio.wait_for(self.note_published(published), _NOTE_SECONDS)
        except Exception as error:
            if not transient(error):
                raise

    async def _until_idle(self) -> None:
        while not self._idle.is_set():
            await self._idle.wait()

    # --- the task ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Hold lanes until `stop`; an exception is a bug, and the process must end."""
        while not self._stopping:
            await self._step(self._open_wanted())
            try:
                waiting = await asyncio.wait_for(self._batches.get(), self._upkeep.patience())
            except TimeoutError:
                waiting = None
            if waiting is not None:
                batch, done = waiting
                handled: dict[Key, int] = {}
                try:
                    await self._step(self._apply(batch, handled))
                finally:
                    if not done.done():
                        done.set_result(handled)
            await self._step(self._tick(idle=waiting is None))

    async def stop(self) -> None:
        """End `run` and let go of the database; `release` comes first."""
        self._stopping = True
        self._batches.put_nowait(None)
        self.disconnect()

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
            self.forget(list(self.turns.held))
            self.disconnect()
        else:
            task.result()

    async def _open_wanted(self) -> None:
        standing = {place for places in self.paused.values() for place in places}
        missing = self.wanted - self.epochs.keys() - standing
        if not missing:
            if self._assigned:
                self.green("start")
            return
        wanted: defaultdict[str, list[Key]] = defaultdict(list)
        names = {self.lane(place) for place in missing}
        for place in sorted(self.wanted):
            if self.lane(place) in names:
                wanted[self.lane(place)].append(place)
        self._opening = True
        try:
            async for attempt in stamina.retry_context(on=transient, attempts=None, timeout=None):
                with attempt:
                    if attempt.num > 1:
                        self.red("opening", "lanes cannot be opened")
                    await self.open(wanted, seek=True)
        finally:
            self._opening = False
            self.green("opening")

    async def _apply(self, batch: Batch, handled: dict[Key, int]) -> None:
        ours = {place: records for place, records in batch.items() if place in self.epochs}
        if not ours:
            return
        self.waiting_since = min(records[0].timestamp for records in ours.values())
        lanes = self.by_lane(ours)
        try:
            await self.take(lanes, {})
        except Exception as error:  # noqa: BLE001 - what is not transient is narrowed down to its record
            self.forget(list(lanes))
            if not transient(error):
                await self._narrow(ours, error)
            else:
                await self._give_back(lanes, error)
        else:
            self._failures = 0
            self.green("database")
        self.waiting_since = None
        handled |= {place: self.turns.held[self.lane(place)].offsets[place] for place in ours if place in self.epochs}

    async def _give_back(self, lanes: Iterable[str], error: Exception) -> None:
        """A failure that passes: the lanes are opened again and read from where they are written to stand."""
        if isinstance(error, Moved):
            _log.info("lane moved", lanes=list(lanes))
            return
        self._failures += 1
        metrics.RETRIES.labels(self.service, type(error).__qualname__).inc()
        _log.warning("tried again", error=type(error).__qualname__, attempt=self._failures)
        self.red("database", f"transactions fail: {type(error).__qualname__}")
        self.disconnect()
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
            except Exception as again:  # noqa: BLE001 - narrowed down further
                self.forget({self.lane(place) for place in batch})
                if transient(again):
                    await self._give_back(self.by_lane(batch), again)
                    return
                await self._narrow(places, again)

    async def _again(self, batch: Batch) -> None:
        await self._reopened(batch)
        ours = {place: records for place, records in batch.items() if place in self.epochs}
        if ours:
            await self.take(self.by_lane(ours), {})

    async def _reopened(self, places: Iterable[Key]) -> None:
        missing: dict[str, list[Key]] = {}
        for name in {self.lane(place) for place in places} - self.turns.held.keys():
            missing[name] = [place for place in self.wanted if self.lane(place) == name]
        if missing:
            await self.open(missing, seek=False)

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

    async def _tick(self, *, idle: bool) -> None:
        try:
            await self._upkeep.tick(idle=idle)
        except Exception as error:
            if not transient(error):
                raise
            names = list(self.turns.held)
            self.forget(names)
            await self._give_back(names, error)
