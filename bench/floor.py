"""The floor: aiokafka and asyncpg around the pure core of dispatch; the same SQL, the same messages, nothing else.

It keeps none of the promises of the chassis. No group moves, nothing checks for gaps, doubles or other holders, nothing
is parked, there are no timers, logs or metrics, and after a crash nobody would publish what was left.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis import store
from chassis.broker import Access
from chassis.decider import Decider
from chassis.service import Cause, Heard, Record
from chassis.store import Event, columns
from rulebook import load_policy
from schemas.envelope import Envelope, partition_of
from schemas.layout import ONE_MACHINE
from schemas.principals import ADMIN
from schemas.registry import TICKETS, model_of, topics
from services.dispatch.core.rules import Rules
from services.dispatch.work import Precedents, decider

RECORDS = 1_000
_LANES = [str(number) for number in range(ONE_MACHINE.lanes)]


class Floor:
    """One loop: fetch, decide, one transaction, publish."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record], producer: Any, policy: Path) -> None:
        self.connection = connection
        self.producer = producer
        self.policy = load_policy(policy)
        known = topics(department.code for department in self.policy.departments)
        self.topics = {topic.name: topic.partitions for topic in known}
        self.precedents = Precedents()
        self.states: dict[str, tuple[int, Any]] = {}
        self.positions: Counter[tuple[str, str, int]] = Counter()
        self.numbers: Counter[str] = Counter()
        self.precedents = Precedents()

    async def take(self, fetched: dict[TopicPartition, Sequence[Any]]) -> None:
        """All that waits, in one transaction; then out with it."""
        records = {str(place.partition): messages for place, messages in fetched.items()}
        async with self.connection.transaction():
            rows = await store.lock_lanes(self.connection, sorted(records))
            for row in rows:
                self.numbers[row["name"]] = row["next_number"]
            now = datetime.now(UTC)
            await self.precedents.read_on(self.connection)
            core = decider(Rules(self.policy, lambda _: None, self.precedents.found))
            heard = [_read(lane, message) for lane, messages in records.items() for message in messages]
            await self._load({item.envelope.subject for item in heard}, core)
            events, changed = self._decide(heard, core, now)
            await self._write(records, events, changed, core, now)
        await self._publish(events)

    async def _load(self, keys: set[str], core: Decider[Any, Any]) -> None:
        unknown = [key for key in keys if key not in self.states]
        if unknown:
            rows = await self.connection.fetch(
                "select key, version, form, body from state where key = any($1::text[])", unknown
            )
            self.states |= {row["key"]: (row["version"], core.state.validate_json(row["body"])) for row in rows}

    def _decide(
        self, heard: Sequence[Heard], core: Decider[Any, Any], now: datetime
    ) -> tuple[list[Event], dict[str, str]]:
        events, changed = [], {}
        for item in heard:
            cause = item.cause
            for key, command in core.react(item):
                version, state = self.states.get(key, (0, None))
                for fact in core.decide(state, command, cause):
                    version, state = version + 1, core.evolve(state, fact, cause.time)
                    self.states[key], changed[key] = (version, state), item.lane
                    events.append(self._event(item.lane, core.topic, key, fact, cause, now))
                    events += [
                        self._event(item.lane, *said_onward[:3], cause, now)
                        for said_onward in core.tell(state, fact, cause)
                    ]
        return events, changed

    def _event(self, lane: str, topic: str, key: str, message: Any, cause: Cause, now: datetime) -> Event:
        partition = partition_of(key, self.topics[topic])
        place = (lane, topic, partition)
        self.positions[place] += 1
        number = self.numbers[lane]
        self.numbers[lane] += 1
        return Event(
            lane,
            number,
            topic,
            partition,
            self.positions[place],
            ".public." in topic,
            key,
            uuid4(),
            message.type_name,
            cause.time,
            cause.correlation,
            cause.id,
            self.policy.version,
            "",
            message.model_dump_json(exclude_none=True),
            now,
        )

    async def _write(
        self,
        records: dict[str, Sequence[Any]],
        events: Sequence[Event],
        changed: dict[str, str],
        core: Decider[Any, Any],
        now: datetime,
    ) -> None:
        await store.insert_events(self.connection, events)
        rows = [
            (key, lane, version, core.form, core.state.dump_json(state).decode())
            for key, lane in changed.items()
            for version, state in [self.states[key]]
        ]
        await self.connection.execute(
            "insert into state (key, lane, version, form, body)"
            " select * from unnest($1::text[], $2::text[], $3::bigint[], $4::smallint[], $5::json[])"
            " on conflict (key) do update"
            " set version = excluded.version, form = excluded.form, body = excluded.body",
            *columns(rows, 5),
        )
        await store.update_lanes(
            self.connection,
            [(lane, now, self.numbers[lane], self.numbers[lane] - 1, {}, None) for lane in records],
            [(TICKETS, int(lane), messages[-1].offset + 1, 0) for lane, messages in records.items()],
            [
                (TICKETS, int(lane), f"floor/{lane}", lane, messages[-1].offset + 1, str(messages[-1].offset), False)
                for lane, messages in records.items()
            ],
            [
                (*place, self.positions[place])
                for place in {(event.lane, event.topic, event.partition) for event in events}
            ],
        )

    async def _publish(self, events: Sequence[Event]) -> None:
        places: defaultdict[tuple[str, int], list[Event]] = defaultdict(list)
        for event in events:
            places[f"bench.{event.topic}", event.partition].append(event)
        sent = []
        for (topic, partition), its in places.items():
            batch = self.producer.create_batch()
            for event in its:
                message = {
                    "timestamp": None,
                    "key": event.key.encode(),
                    "value": event.body.encode(),
                    "headers": _headers(event),
                }
                if batch.append(**message) is None:
                    sent.append(await self.producer.send_batch(batch, topic, partition=partition))
                    batch = self.producer.create_batch()
                    batch.append(**message)
            sent.append(await self.producer.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*sent)


def _read(lane: str, message: Any) -> Heard:
    attributes = {name: value.decode() for name, value in message.headers}
    envelope = Envelope(
        id=attributes["ce_id"],
        source=attributes["ce_source"],
        type=attributes["ce_type"],
        time=datetime.fromisoformat(attributes["ce_time"]),
        subject=attributes["ce_subject"],
        correlation=attributes["ce_correlationid"],
    )
    model = model_of(envelope.type)
    if model is None:
        raise LookupError(envelope.type)
    record = Record(message.topic, message.partition, message.offset, message.key, None, (), envelope.time)
    return Heard(lane, record, envelope, model.model_validate_json(message.value))


def _headers(event: Event) -> list[tuple[str, bytes]]:
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event.id).encode()),
        ("ce_source", b"liuhen/dispatch/" + event.lane.encode()),
        ("ce_type", event.type.encode()),
        ("ce_time", event.time.isoformat().encode()),
        ("ce_subject", event.key.encode()),
        ("content-type", b"application/json"),
        ("ce_sequence", b"%d" % event.sequence),
        ("ce_correlationid", event.correlation.encode()),
        ("ce_causationid", event.causation.encode()),
        ("ce_policyversion", event.policy.encode()),
    ]


async def main() -> None:
    """Run until killed."""
    dsn, policy = os.environ["FLOOR_POSTGRES"], Path(os.environ["LIUHEN_POLICY"])
    secrets = Path(os.environ["LIUHEN_KAFKA_SECRETS"])
    broker = Access(os.environ["LIUHEN_KAFKA"], secrets).as_user(ADMIN).for_aiokafka()  # its topics are nobody's
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "dispatch", "jit": "off"})
    producer = AIOKafkaProducer(
        **broker, acks="all", enable_idempotence=True, max_batch_size=512 * 1024, max_request_size=2**23
    )
    await producer.start()
    consumer = AIOKafkaConsumer(**broker, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    floor = Floor(connection, producer, policy)
    for row in await store.load_positions(connection, _LANES):
        floor.positions[row["lane"], row["topic"], row["partition"]] = row["sequence"]
    places = [TopicPartition(TICKETS, int(lane)) for lane in _LANES]
    consumer.assign(places)
    for row in await connection.fetch("select partition, next_offset from input where topic = $1", TICKETS):
        consumer.seek(TopicPartition(TICKETS, row["partition"]), row["next_offset"])
    while True:
        if fetched := await consumer.getmany(timeout_ms=1000, max_records=RECORDS):
            await floor.take(fetched)


if __name__ == "__main__":
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    uvloop.run(main())
