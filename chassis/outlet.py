"""Topics for outsiders: each has a published position and a task of its own, so that one holds up nobody else."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

import asyncpg
import structlog

from chassis import metrics, store
from chassis.publish import Producer, Wire, pause_before, wire
from chassis.service import Pool
from chassis.store import Event
from schemas.registry import dead_letter_topic

_MOST: Final = 1_000
_LETTERS: Final = 100
_log: Final = structlog.get_logger()


class Outlets:
    """One publishing task for each topic for outsiders: one that is stuck holds up nobody else."""

    def __init__(self, pool: Pool, bootstrap: str, service: str) -> None:
        """`lanes` are those that are held; the published positions of others are not ours to move."""
        self._pool = pool
        self._service = service
        self._new_producer: Callable[[], Producer] = lambda: Producer(bootstrap, service)
        self._topics: dict[str, _Outlet] = {}
        self.published: dict[tuple[str, str], int] = {}
        self.lanes: set[str] = set()

    def add(self, events: Iterable[Event]) -> None:
        """Hand over events that were committed, in order."""
        for event in events:
            self._outlet(event.topic).add(event)

    def reload(self, topic: str) -> None:
        """Let a topic begin from what the database says is unpublished, as after opening a lane."""
        self._outlet(topic).reload()

    def release(self) -> None:
        """Forget what waits: lanes are about to belong to somebody else."""
        self.lanes.clear()
        for outlet in self._topics.values():
            outlet.reload()

    def _outlet(self, topic: str) -> _Outlet:
        outlet = self._topics.get(topic)
        if outlet is None:
            outlet = self._topics[topic] = _Outlet(self, topic, self._pool, self._new_producer(), self._service)
        return outlet

    async def flush_positions(self) -> None:
        """Write how far the topics are published."""
        if self.published:
            published, self.published = self.published, {}
            async with self._pool.acquire() as connection:
                await store.note_outlets(connection, published)

    async def close(self) -> None:
        """Stop publishing; what is not out is found in the database by the next holder."""
        for outlet in self._topics.values():
            await outlet.close()
        await self.flush_positions()


class _Outlet:
    def __init__(self, outlets: Outlets, topic: str, pool: Pool, producer: Producer, service: str) -> None:
        self._outlets = outlets
        self._topic = topic
        self._pool = pool
        self._producer = producer
        self._service = service
        self._waiting: deque[Event] = deque()
        self._from_table = False
        self._wake = asyncio.Event()
        self._gauge = metrics.OUTLET_WAITING.labels(service, topic)
        self._task = asyncio.create_task(self._run(), name=f"outlet {topic}")

    def add(self, event: Event) -> None:
        if len(self._waiting) >= 10 * _MOST:
            self._from_table = True
        if not self._from_table:
            self._waiting.append(event)
        self._wake.set()

    def reload(self) -> None:
        self._from_table = True
        self._wake.set()

    async def _run(self) -> None:
        attempt = 0
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while events := await self._next():
                    self._gauge.set(len(events) + len(self._waiting))
                    await self._producer.send([wire(event, self._service) for event in events])
                    for event in events:
                        self._outlets.published[event.lane, self._topic] = event.number
                    attempt = 0
                self._gauge.set(0)
            except Exception as error:  # noqa: BLE001 - whatever it is, only this topic waits
                attempt += 1
                _log.warning("outlet stuck", topic=self._topic, error=type(error).__qualname__, attempt=attempt)
                self.reload()
                await asyncio.sleep(pause_before(attempt))

    async def _next(self) -> list[Event]:
        """The next events in order; from the table when memory is not the whole of it."""
        if not self._from_table:
            return [self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))]
        self._waiting.clear()
        await self._outlets.flush_positions()
        self._from_table = False
        lanes = sorted(self._outlets.lanes)
        async with self._pool.acquire() as connection:
            events = await store.unpublished_outward(connection, lanes, self._topic, _MOST)
        if len(events) >= _MOST:
            self._from_table = True
        last = {event.lane: event.number for event in events}
        self._waiting = deque(event for event in self._waiting if event.number > last.get(event.lane, 0))
        return events

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._producer.close()


class DeadLetters:
    """Publishes dead letters to the dead-letter topic of where they came from, when it can."""

    def __init__(self, outlets: Outlets, pool: Pool, producer: Producer) -> None:
        """Reads what is unpublished in the lanes of `outlets` whenever it is woken."""
        self._outlets = outlets
        self._pool = pool
        self._producer = producer
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name="dead letters")

    def wake(self) -> None:
        """There may be some."""
        self._wake.set()

    async def _run(self) -> None:
        attempt = 0
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while await self._some():
                    attempt = 0
            except Exception as error:  # noqa: BLE001 - whatever it is, only dead letters wait
                attempt += 1
                _log.warning("dead letters stuck", error=type(error).__qualname__, attempt=attempt)
                self._wake.set()
                await asyncio.sleep(pause_before(attempt))

    async def _some(self) -> bool:
        async with self._pool.acquire() as connection:
            rows = await store.unpublished_dead_letters(connection, sorted(self._outlets.lanes), _LETTERS)
            if rows:
                await self._producer.send([_letter(row) for row in rows])
                await store.note_dead_letters(
                    connection, [(row["topic"], row["partition"], row["offset"]) for row in rows]
                )
        return len(rows) == _LETTERS

    async def close(self) -> None:
        """Stop; the next holder finds what is left."""
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._producer.close()


def _letter(row: asyncpg.Record) -> Wire:
    record = store.record_of(row)
    told = {
        "dead_topic": record.topic,
        "dead_partition": str(record.partition),
        "dead_offset": str(record.offset),
        "dead_reason": row["reason"],
        "dead_detail": row["detail"],
    }
    headers = [*record.headers, *((name, text.encode()) for name, text in told.items())]
    # A record with neither key nor value cannot be sent as it was.
    value = record.value if record.value is not None or record.key is not None else b""
    return Wire(dead_letter_topic(record.topic), 0, record.key, value, headers)
