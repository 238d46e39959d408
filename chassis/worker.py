"""The partition worker: the one task that opens lanes, runs their transactions and timers, and publishes, in order."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

import stamina
import structlog

from chassis import metrics
from chassis.executor import Batch, LaneExecutor
from chassis.failures import UNPROCESSABLE, Fenced, refusal_of, transient, whose
from chassis.lane import merged
from chassis.logs import where
from chassis.maintenance import Maintenance
from chassis.publish import pause_before
from chassis.service import Record
from chassis.store import TopicPartition

F = TypeVar("F")
_SAVE_SECONDS: Final = 2.0
_PORTION_BYTES: Final = 4 * 1024 * 1024
_log: Final = structlog.get_logger()


def fitting(waiting: Iterable[Record], most: int) -> list[Record]:
    """The first of what waits, at most so many, and together no larger than one transaction takes; at least one.

    A record of outsiders can be as large as its topic accepts, and a thousand of them come at once.
    """
    found: list[Record] = []
    size = 0
    for record in islice(waiting, most):
        size += len(record.value or b"")
        if found and size > _PORTION_BYTES:
            break
        found.append(record)
    return found


class PartitionWorker:
    """Works on the lanes of the assigned partitions, one batch after the other; nothing else touches them."""

    def __init__(self, executor: LaneExecutor) -> None:
        """Does nothing until `run`."""
        self.executor = executor
        self._maintenance = Maintenance(executor)
        self._batches: asyncio.Queue[tuple[Batch, asyncio.Future[Mapping[TopicPartition, int]]] | None] = (
            asyncio.Queue()
        )
        self._current: asyncio.Task[None] | None = None
        self._opening = False
        self._assigned = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._failures = 0
        self._stopping = False

    # --- what the consumer calls ---------------------------------------------------------------------------------

    def assign(self, tps: Iterable[TopicPartition]) -> None:
        """These partitions are ours from now on: open their lanes."""
        self.executor.assigned, self._assigned = frozenset(tps), True
        lanes = {self.executor.lane(tp) for tp in self.executor.assigned}
        _log.info("lanes assigned", count=len(lanes), lanes=" ".join(sorted(lanes)))
        self._batches.put_nowait(None)

    async def process(self, batch: Batch) -> Mapping[TopicPartition, int]:
        """Process a fetch, whole; returns the next offsets of what was processed, the rest is fetched again."""
        done: asyncio.Future[Mapping[TopicPartition, int]] = asyncio.get_running_loop().create_future()
        self._batches.put_nowait((batch, done))
        return await asyncio.shield(done)

    def reopen(self, tps: Iterable[TopicPartition]) -> None:
        """What was fetched of these partitions cannot be trusted: begin again at the stored next offset."""
        for tp in tps:
            self.executor.epochs.pop(tp, None)
        self._batches.put_nowait(None)

    def trusted(
        self, fetched: Mapping[TopicPartition, F], under: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, F]:
        """Keep what was fetched under the epochs that hold now; what was fetched before is fetched again."""
        epochs = self.executor.epochs
        stale = [tp for tp in fetched if tp in epochs and epochs[tp] != under.get(tp)]
        for tp in stale:
            self.reopen([tp])
        return {tp: some for tp, some in fetched.items() if tp in epochs}

    async def release(self, seconds: float) -> None:
        """All partitions are about to be another worker's: finish the current step, or cancel it when time is over."""
        executor = self.executor
        executor.assigned = frozenset()
        executor.epochs.clear()
        if self._opening and self._current is not None:
            self._current.cancel()
        try:
            # Not wait_for: between the end of what it waits for and our turn another step could begin.
            async with asyncio.timeout(seconds):
                await self._until_idle()
        except TimeoutError:
            _log.warning("given up in the middle", seconds=seconds)
            if self._current is not None:
                self._current.cancel()
            await self._until_idle()
        published = executor.unsaved_published()
        # The step that was under way may have opened a lane again: it is no more ours than the others.
        executor.epochs.clear()
        executor.states.clear()
        executor.paused.clear()
        executor.resources.outbox.release()
        try:
            await asyncio.wait_for(executor.save_published(published), _SAVE_SECONDS)
        except Exception as error:
            if not transient(error):
                raise

    async def _until_idle(self) -> None:
        while not self._idle.is_set():
            await self._idle.wait()

    # --- the task ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until `stop`; an exception is a bug, and the process must end."""
        while not self._stopping:
            await self._step(self._open_assigned())
            try:
                next_batch = await asyncio.wait_for(self._batches.get(), self._maintenance.poll_timeout())
            except TimeoutError:
                next_batch = None
            if next_batch is not None:
                batch, done = next_batch
                processed: dict[TopicPartition, int] = {}
                try:
                    await self._step(self._process(batch, processed))
                finally:
                    if not done.done():
                        done.set_result(processed)
            await self._step(self._maintain(idle=next_batch is None))

    async def stop(self) -> None:
        """End `run` and close the database connection; `release` comes first."""
        self._stopping = True
        self._batches.put_nowait(None)
        self.executor.disconnect()

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
            self.executor.drop(list(self.executor.states))
            self.executor.disconnect()
        else:
            task.result()

    async def _open_assigned(self) -> None:
        executor = self.executor
        paused = {tp for tps in executor.paused.values() for tp in tps}
        missing = executor.assigned - executor.epochs.keys() - paused
        if not missing:
            if self._assigned:
                executor.ready("start")
            return
        lanes: defaultdict[str, list[TopicPartition]] = defaultdict(list)
        names = {executor.lane(tp) for tp in missing}
        for tp in sorted(executor.assigned):
            if executor.lane(tp) in names:
                lanes[executor.lane(tp)].append(tp)
        self._opening = True
        try:
            async for attempt in stamina.retry_context(on=transient, attempts=None, timeout=None, wait_max=1.0):
                with attempt:
                    if attempt.num > 1:
                        executor.unready("opening", "lanes cannot be opened")
                    await executor.open(lanes, seek=True)
        finally:
            self._opening = False
            executor.ready("opening")

    async def _maintain(self, *, idle: bool) -> None:
        try:
            await self._maintenance.tick(idle=idle)
        except Exception as error:
            if not transient(error):
                raise
            names = list(self.executor.states)
            self.executor.drop(names)
            await self._retry_later(names, error)

    # --- one batch -----------------------------------------------------------------------------------------------

    async def _process(self, batch: Batch, processed: dict[TopicPartition, int]) -> None:
        executor = self.executor
        ours = {tp: records for tp, records in batch.items() if tp in executor.epochs}
        if not ours:
            return
        waiting = deque(merged(ours.values()))
        while waiting:
            executor.waiting_since = waiting[0].timestamp
            done = await self._portion(fitting(waiting, executor.records.size))
            for _ in range(done):
                waiting.popleft()
            if not done:
                executor.drop({executor.lane(tp) for tp in ours})
                break
        executor.waiting_since = None
        processed |= {tp: executor.states[executor.lane(tp)].offsets[tp] for tp in ours if tp in executor.epochs}

    async def _portion(self, records: Sequence[Record]) -> int:
        """Process what fits into one transaction; tells how many records that were, 0 where nothing may follow."""
        executor = self.executor
        try:
            records = await self._beside_timers(records)
        except Exception as error:
            if not transient(error):
                raise
            await self._retry_later(executor.by_lane(self._ours(records)), error)
            return 0
        batch = self._ours(records)
        if not batch:
            return len(records)
        lanes = executor.by_lane(batch)
        try:
            await executor.execute(lanes, {})
        except Exception as error:  # noqa: BLE001 - what is not transient is narrowed down to its record
            executor.drop(list(lanes))
            if not transient(error):
                return len(records) if await self._bisect(batch, error) else 0
            await self._retry_later(lanes, error)
            return 0
        self._failures = 0
        return len(records)

    async def _beside_timers(self, records: Sequence[Record]) -> Sequence[Record]:
        """Cut records to what fits beside the timers that fire before them; fire first what leaves no room."""
        if self.executor.transactions.service.timers is not None:
            while moments := await self.executor.crowded(records):
                if len(records) > 1:
                    records = records[: len(records) // 2]
                else:
                    await self.executor.execute({}, moments)
        return records

    def _ours(self, records: Iterable[Record]) -> Batch:
        """Sort records by partition, without those of lanes that were closed or given away meanwhile."""
        batch: defaultdict[TopicPartition, list[Record]] = defaultdict(list)
        for record in records:
            if record[:2] in self.executor.epochs:
                batch[record[:2]].append(record)
        return batch

    async def _retry_later(self, lanes: Iterable[str], error: Exception) -> None:
        """A failure that passes: the lanes are opened again and read on from their stored next offsets."""
        if isinstance(error, Fenced):
            _log.info("fenced", lanes=list(lanes))
            return
        self._failures += 1
        metrics.RETRIES.labels(self.executor.service, type(error).__qualname__).inc()
        _log.warning("tried again", error=type(error).__qualname__, attempt=self._failures)
        self.executor.unready(whose(error), f"tried again: {type(error).__qualname__}")
        self.executor.disconnect()
        await asyncio.sleep(pause_before(self._failures))

    async def _bisect(self, batch: Batch, error: Exception) -> bool:
        """An unknown failure: halve until it is one record's, so that all others go on; then name it, and stop.

        Tells whether whatever comes after the batch may follow.
        """
        records = list(merged(batch.values()))
        if len(records) == 1:
            return await self._alone(records[0], error)
        for half in (records[: len(records) // 2], records[len(records) // 2 :]):
            part: defaultdict[TopicPartition, list[Record]] = defaultdict(list)
            for record in half:
                part[record[:2]].append(record)
            try:
                await self._process_part(part)
            except Exception as again:  # noqa: BLE001 - narrowed down further
                self.executor.drop({self.executor.lane(tp) for tp in batch})
                if transient(again):
                    await self._retry_later(self.executor.by_lane(batch), again)
                    return False
                if not await self._bisect(part, again):
                    return False
        return True

    async def _alone(self, record: Record, error: Exception) -> bool:
        try:
            await self._isolated(record, error)
        except Exception as again:
            if not transient(again):
                raise
            lanes = {self.executor.lane(record[:2])}
            self.executor.drop(lanes)
            await self._retry_later(lanes, again)
            return False
        return True

    async def _process_part(self, batch: Batch) -> None:
        await self._reopen_dropped(batch)
        ours = {tp: records for tp, records in batch.items() if tp in self.executor.epochs}
        if ours:
            await self.executor.execute(self.executor.by_lane(ours), {})

    async def _reopen_dropped(self, tps: Iterable[TopicPartition]) -> None:
        executor = self.executor
        missing: dict[str, list[TopicPartition]] = {}
        for name in {executor.lane(tp) for tp in tps} - executor.states.keys():
            missing[name] = [tp for tp in executor.assigned if executor.lane(tp) == name]
        if missing:
            await executor.open(missing, seek=False)

    async def _isolated(self, record: Record, error: Exception) -> None:
        """One record fails by what it holds: it becomes a dead letter or is parked; anything else is a bug."""
        tp: TopicPartition = record[:2]
        named = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        refusal = refusal_of(error)
        if refusal is None:
            metrics.ALARMS.labels(self.executor.service, "bug").inc()
            _log.critical("stopped by a record", **named, error=where(error))
            raise error
        if refusal.reason == UNPROCESSABLE:
            # We let it in, or wrote it ourselves: somebody has to look.
            metrics.ALARMS.labels(self.executor.service, UNPROCESSABLE).inc()
            _log.error("record put aside", **named, detail=refusal.detail, error=where(error))
        self.executor.transactions.refused[record[:3]] = refusal
        await self._process_part({tp: [record]})
