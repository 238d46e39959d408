"""What stands on the topics and in the tables, read whole, as it is now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from liuhen.wire import listener
from schemas.envelope import Envelope, EnvelopeError, decode

Counted = Callable[[int], None]
"""Is told how many records were read since it was last told."""


class Stood(NamedTuple):
    """One record of a topic: its place, and its envelope unless it has none that can be read."""

    topic: str
    partition: int
    offset: int
    envelope: Envelope | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None


class Written(NamedTuple):
    """One row of a service's event table."""

    service: str
    lane: str
    topic: str
    partition: int
    sequence: int
    id: str
    key: str
    type: str


class Listened(NamedTuple):
    """How far a service heard a source."""

    service: str
    topic: str
    partition: int
    source: str
    sequence: int


class NextOffset(NamedTuple):
    """Where a service goes on in an input."""

    service: str
    topic: str
    partition: int
    offset: int


async def read_topics(kafka: str, topics: Sequence[str], counted: Counted) -> AsyncIterator[Stood]:
    """Yield every record that stood on the topics when the reading began."""
    async with listener(kafka, topics) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        waiting = {place for place, end in ends.items() if end > 0}
        while waiting:
            fetched = await consumer.getmany(timeout_ms=500, max_records=5000)
            for place, records in fetched.items():
                counted(len(records))
                for record in records:
                    if record.offset < ends[place]:
                        yield _stood(place, record.offset, record.headers, record.value)
            waiting = {place for place in waiting if await consumer.position(place) < ends[place]}


async def end_offsets(kafka: str, topics: Sequence[str]) -> Mapping[tuple[str, int], int]:
    """Tell where each partition ends."""
    async with listener(kafka, topics) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
    return {(place.topic, place.partition): end for place, end in ends.items()}


async def committed_offsets(kafka: str, group: str, places: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], int]:
    """Tell what a service committed to the broker, which only lag tools read."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        found = {place: await consumer.committed(TopicPartition(*place)) for place in places}
    finally:
        await consumer.stop()
    return {place: offset for place, offset in found.items() if offset is not None}


def _stood(place: TopicPartition, offset: int, headers: Sequence[tuple[str, bytes]], value: bytes | None) -> Stood:
    try:
        envelope, _ = decode(headers, value)
    except EnvelopeError:
        return Stood(place.topic, place.partition, offset, None, headers, value)
    return Stood(place.topic, place.partition, offset, envelope, headers, value)


class Books:
    """The tables of one service, read under its own role."""

    def __init__(self, service: str, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        """Read on this connection, whose search path is the service's schema."""
        self.service = service
        self._connection = connection

    async def written(self) -> list[Written]:
        """Every event that the service recorded."""
        rows = await self._connection.fetch(
            "select lane, topic, partition, sequence, id::text, key, type from event order by lane, number"
        )
        return [Written(self.service, *row.values()) for row in rows]

    async def listened(self) -> list[Listened]:
        """How far it heard each source."""
        rows = await self._connection.fetch("select topic, partition, source, sequence from heard")
        return [Listened(self.service, *row.values()) for row in rows]

    async def next_offsets(self) -> list[NextOffset]:
        """Where it goes on in each input."""
        rows = await self._connection.fetch("select topic, partition, next_offset from input")
        return [NextOffset(self.service, *row.values()) for row in rows]

    async def dead_places(self) -> set[tuple[str, int, int]]:
        """The places of the records that became dead letters."""
        rows = await self._connection.fetch('select topic, partition, "offset" from dead_letter')
        return {tuple(row.values()) for row in rows}

    async def parked_keys(self) -> list[str]:
        """The keys that are parked because a record of theirs could not be read."""
        return [row["parked_key"] for row in await self._connection.fetch("select distinct parked_key from parked")]

    async def paused_lanes(self) -> list[tuple[str, str]]:
        """The lanes that stand still, and why."""
        rows = await self._connection.fetch("select name, paused from lane where paused is not null")
        return [(row["name"], row["paused"]) for row in rows]

    async def states(self) -> dict[str, str]:
        """The state of every key, as JSON text."""
        return {row["key"]: row["body"] for row in await self._connection.fetch("select key, body::text from state")}

    async def history(self) -> AsyncIterator[tuple[str, str, str, object]]:
        """Every fact on the service's own topic in the order of its lanes: key, type, body, time."""
        async with self._connection.transaction():
            async for row in self._connection.cursor(
                "select key, type, body::text, time from event where not outward order by lane, number", prefetch=5000
            ):
                yield row["key"], row["type"], row["body"], row["time"]
