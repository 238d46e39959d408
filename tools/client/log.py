"""Topics read whole, from where they begin to where they end now; and how far services say that they read them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.broker import Broker
from chassis.connecting import connected
from schemas.envelope import Envelope, EnvelopeError, decode
from tools.client.kafka import listener

Counted = Callable[[int], None]
"""Is told how many records were read since it was last told."""


class TopicRecord(NamedTuple):
    """One record of a topic: its place, and its envelope unless it has none that can be read."""

    topic: str
    partition: int
    offset: int
    envelope: Envelope | None
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None


async def read_topics(
    broker: Broker, topics: Sequence[str], counted: Counted, begins: Mapping[tuple[str, int], int] | None = None
) -> AsyncIterator[TopicRecord]:
    """Yield every record that stood on the topics when the reading began, from `begins` on where that is said."""
    async with listener(broker, topics) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        for (topic, partition), begin in (begins or {}).items():
            consumer.seek(TopicPartition(topic, partition), begin)
        waiting = {place for place in ends if await consumer.position(place) < ends[place]}
        while waiting:
            fetched = await consumer.getmany(timeout_ms=500, max_records=5000)
            for place, records in fetched.items():
                counted(len(records))
                for record in records:
                    if record.offset < ends[place]:
                        yield _topic_record(place, record.offset, record.headers, record.value)
            waiting = {place for place in waiting if await consumer.position(place) < ends[place]}


async def end_offsets(broker: Broker, topics: Sequence[str]) -> Mapping[tuple[str, int], int]:
    """Tell where each partition ends."""
    async with listener(broker, topics) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
    return {(place.topic, place.partition): end for place, end in ends.items()}


async def begin_offsets(
    broker: Broker, topics: Sequence[str], since: datetime | None = None
) -> Mapping[tuple[str, int], int]:
    """Tell where each partition begins, or what came to stand on it `since` a moment."""
    async with listener(broker, topics) as consumer:
        begins = dict(await consumer.beginning_offsets(consumer.assignment()))
        if since is not None:
            ends = await consumer.end_offsets(consumer.assignment())
            found = await consumer.offsets_for_times(dict.fromkeys(begins, int(since.timestamp() * 1000)))
            begins = {place: ends[place] if at is None else at.offset for place, at in found.items()}
    return {(place.topic, place.partition): begin for place, begin in begins.items()}


async def committed_offsets(
    broker: Broker, group: str, places: Iterable[tuple[str, int]]
) -> Mapping[tuple[str, int], int]:
    """Tell what a service committed to the broker, which only lag tools read."""
    consumer = AIOKafkaConsumer(**broker.for_aiokafka(), group_id=group, enable_auto_commit=False)
    async with connected(consumer):
        found = {place: await consumer.committed(TopicPartition(*place)) for place in places}
    return {place: offset for place, offset in found.items() if offset is not None}


def _topic_record(
    place: TopicPartition, offset: int, headers: Sequence[tuple[str, bytes]], value: bytes | None
) -> TopicRecord:
    try:
        envelope, _ = decode(headers, value)
    except EnvelopeError:
        return TopicRecord(place.topic, place.partition, offset, None, headers, value)
    return TopicRecord(place.topic, place.partition, offset, envelope, headers, value)
