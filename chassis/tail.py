"""Reading topics apart from the consumer group: from stated offsets to stated ends, in the order of append times."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPartition
from confluent_kafka.admin import AdminClient

from chassis import store
from chassis.broker import Broker
from chassis.connecting import connected
from chassis.misfit import UnrecoverableError
from chassis.published_tail import Place, Recorded
from chassis.service import Connection
from chassis.store import TopicPartition
from schemas.envelope import EnvelopeError, decode
from schemas.registry import Topic, TopicKind

_AT_ONCE: Final = 2_000
_WAIT_MILLISECONDS: Final = 500
_SECONDS: Final = 10.0


class Tail(NamedTuple):
    """What a service said that its database does not know of, in order, and where its topics end."""

    messages: list[Recorded]
    ends: Mapping[TopicPartition, int]


class Ranges:
    """Partitions, read from an offset each to where they ended when the reading began."""

    def __init__(self, consumer: Any, ends: Mapping[TopicPartition, int], begins: Mapping[TopicPartition, int]) -> None:
        """`begins` are the first offsets that are still there."""
        self._consumer = consumer
        self.ends = ends
        self.begins = begins

    async def read(
        self, starts: Mapping[TopicPartition, int], until: Mapping[TopicPartition, int]
    ) -> AsyncIterator[Any]:
        """Yield the records from `starts` up to `until`, by append time; each partition keeps its own order."""
        waiting: dict[TopicPartition, deque[Any]] = {
            tp: deque() for tp, end in until.items() if max(starts[tp], self.begins[tp]) < end
        }
        for tp in waiting:
            self._consumer.seek(KafkaPartition(*tp), max(starts[tp], self.begins[tp]))
        while waiting:
            hungry = [tp for tp, records in waiting.items() if not records]
            if not hungry:
                first = min(waiting, key=lambda tp: waiting[tp][0].timestamp)
                yield waiting[first].popleft()
                continue
            ended = [tp for tp in hungry if await self._consumer.position(KafkaPartition(*tp)) >= until[tp]]
            for tp in ended:
                del waiting[tp]
            if left := [KafkaPartition(*tp) for tp in hungry if tp in waiting]:
                found = await self._consumer.getmany(*left, timeout_ms=_WAIT_MILLISECONDS, max_records=_AT_ONCE)
                for place, records in found.items():
                    tp = (place.topic, place.partition)
                    waiting[tp].extend(record for record in records if record.offset < until[tp])


@asynccontextmanager
async def reading(broker: Broker, tps: Iterable[TopicPartition]) -> AsyncIterator[Ranges]:
    """Open partitions for reading; they belong to no group."""
    places = [KafkaPartition(*tp) for tp in tps]
    consumer = AIOKafkaConsumer(
        **broker.for_aiokafka(), isolation_level="read_committed", enable_auto_commit=False, auto_offset_reset="none"
    )
    async with connected(consumer):
        await consumer._client.set_topics({place.topic for place in places})  # noqa: SLF001 - else each costs a tenth
        consumer.assign(places)
        ends, begins = await consumer.end_offsets(places), await consumer.beginning_offsets(places)
        yield Ranges(
            consumer,
            {(place.topic, place.partition): end for place, end in ends.items()},
            {(place.topic, place.partition): begin for place, begin in begins.items()},
        )


async def existing(broker: Broker, topics: Iterable[Topic]) -> list[TopicPartition]:
    """The partitions of those of these topics that are there."""
    admin = AdminClient(broker.for_librdkafka())
    found = (await asyncio.to_thread(lambda: admin.list_topics(timeout=_SECONDS))).topics
    names = sorted({topic.name for topic in topics if topic.name in found})
    return [(name, partition) for name in names for partition in sorted(found[name].partitions)]


def outputs(service: str, topics: Iterable[Topic]) -> list[Topic]:
    """The topics between services and for outsiders that a service writes."""
    return [each for each in topics if each.kind in (TopicKind.INTERNAL, TopicKind.PUBLIC) and service in each.writers]


async def unknown_tail(
    connection: Connection,
    broker: Broker,
    service: str,
    outputs: Sequence[TopicPartition],
    lanes: Collection[str],
    compacted: Collection[str],
) -> Tail:
    """What a service said in its lanes that its database does not know of, in order; nothing where all is well.

    UnrecoverableError where a part of it is missing on the topics too.
    """
    if not outputs:
        return Tail([], {})
    known, before = await store.load_reached(connection), await store.all_positions(connection)
    own, found = f"liuhen/{service}/", list[Recorded]()
    async with reading(broker, outputs) as ranges:
        starts = {tp: known.get(tp, 0) for tp in outputs}
        async for record in ranges.read(starts, ranges.ends):
            each = _recorded(record, own)
            if each is not None and each.lane in lanes and each.envelope.sequence > before.get(each.place, 0):
                found.append(each)
        # Asked only now: whoever lives and speaks meanwhile has recorded what it published.
        positions = await store.all_positions(connection)
        tail = _beyond(found, positions, compacted)
    return Tail(tail, ranges.ends)


def _recorded(record: Any, own: str) -> Recorded | None:
    """A message of ours; what others write on the topic is none, and what nobody can read was not written by us."""
    try:
        envelope, body = decode(record.headers, record.value)
    except EnvelopeError:
        return None
    if not envelope.source.startswith(own):
        return None
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return Recorded(envelope.source.removeprefix(own), record.topic, record.partition, envelope, body.decode(), at)


def _beyond(found: Iterable[Recorded], positions: Mapping[Place, int], compacted: Collection[str]) -> list[Recorded]:
    """What lies beyond the positions, each number once; it has to follow on what is known, without a gap."""
    last, tail = dict(positions), list[Recorded]()
    for each in found:
        before, sequence = last.get(each.place, 0), each.envelope.sequence
        if sequence <= before:
            continue
        if sequence != before + 1 and each.topic not in compacted:
            where = f"{each.topic}/{each.partition}"
            raise UnrecoverableError(
                f"数据库比主题旧：{where} 上 {each.envelope.source} 从第 {sequence} 号起还在，"
                f"第 {before + 1} 号已不在主题上，补不齐。请改用更新的备份。"
            )
        last[each.place] = sequence
        tail.append(each)
    return tail
