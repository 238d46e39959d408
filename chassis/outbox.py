"""The outbox of topics for outsiders: a published position and a relay task for each, so that one delays no other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import structlog

from chassis import crash_points, metrics, store
from chassis.contacts import Vault
from chassis.crash_points import CrashPoint
from chassis.portions import Portion, Portions
from chassis.publish import Producer, pause_before, wires
from chassis.service import Pool
from chassis.store import Event, TopicPartition

_MOST: Final = 1_000
_log: Final = structlog.get_logger()


class Outbox:
    """One publishing task for each topic for outsiders: one that is stuck holds up nobody else."""

    def __init__(
        self, pool: Pool, new_producer: Callable[[], Producer], service: str, limit: float, contacts: Vault | None
    ) -> None:
        """`lanes` are those that are open here; the published positions of others are not ours to move.

        A portion should take at most `limit` seconds. `contacts` opens what outsiders are told.
        """
        self._pool = pool
        self.contacts = contacts
        self._new_producer = new_producer
        self._new_portions: Callable[[], Portions] = lambda: Portions(service, "outlet", Portion(_MOST, _MOST), limit)
        self._topics: dict[str, _TopicRelay] = {}
        self.published: dict[tuple[str, str], int] = {}
        self.lanes: set[str] = set()

    def add(self, events: Iterable[Event]) -> None:
        """Hand over events that were committed, in order."""
        for event in events:
            self._relay(event.topic).add(event)

    def reload(self, topic: str) -> None:
        """Let a topic begin from what the database says is unpublished, as after opening a lane."""
        self._relay(topic).reload()

    def release(self) -> None:
        """Forget what waits: lanes are about to belong to somebody else."""
        self.lanes.clear()
        for relay in self._topics.values():
            relay.reload()

    def _relay(self, topic: str) -> _TopicRelay:
        relay = self._topics.get(topic)
        if relay is None:
            relay = self._topics[topic] = _TopicRelay(
                self, topic, self._pool, self._new_producer(), self._new_portions()
            )
        return relay

    async def flush_positions(self) -> None:
        """Write how far the topics are published."""
        if self.published:
            published, self.published = self.published, {}
            reached: dict[TopicPartition, int] = {}
            for relay in self._topics.values():
                reached |= relay.producer.take_reached()
            async with self._pool.acquire() as connection:
                await store.save_outbox_positions(connection, published)
                await store.save_reached(connection, reached)

    async def close(self) -> None:
        """Stop publishing; what is not out is found in the database by the next worker."""
        for relay in self._topics.values():
            await relay.close()
        await self.flush_positions()


class _TopicRelay:
    def __init__(self, outbox: Outbox, topic: str, pool: Pool, producer: Producer, portions: Portions) -> None:
        self._outbox = outbox
        self._topic = topic
        self._pool = pool
        self.producer = producer
        self._portions = portions
        self._waiting: deque[Event] = deque()
        self._from_table = False
        self._wake = asyncio.Event()
        self._gauge = metrics.OUTLET_WAITING.labels(portions.service, topic)
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
                    with self._portions.doing(len(events)):
                        await self._send(events)
                    crash_points.here(CrashPoint.TOLD)
                    for event in events:
                        self._outbox.published[event.lane, self._topic] = event.number
                    attempt = 0
                self._gauge.set(0)
            except Exception as error:  # noqa: BLE001 - whatever it is, only this topic waits
                attempt += 1
                _log.warning("outlet stuck", topic=self._topic, error=type(error).__qualname__, attempt=attempt)
                self.reload()
                await asyncio.sleep(pause_before(attempt))

    async def _send(self, events: Sequence[Event]) -> None:
        await self.producer.send(await wires(events, self._portions.service, self._outbox.contacts, self._pool))

    async def _next(self) -> list[Event]:
        """The next events in order; from the table when memory is not the whole of it."""
        if not self._from_table:
            return [self._waiting.popleft() for _ in range(min(self._portions.size, len(self._waiting)))]
        self._waiting.clear()
        await self._outbox.flush_positions()
        self._from_table = False
        lanes, most = sorted(self._outbox.lanes), self._portions.size
        async with self._pool.acquire() as connection:
            events = await store.unpublished_outward(connection, lanes, self._topic, most)
        if len(events) >= most:
            self._from_table = True
        last = {event.lane: event.number for event in events}
        self._waiting = deque(event for event in self._waiting if event.number > last.get(event.lane, 0))
        return events

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])
        await self.producer.close()
