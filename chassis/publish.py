"""Putting recorded events on their topics: own ones in order and for ever, those for outsiders each at its own pace."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Iterable, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerClosed
from pydantic_core import from_json

from chassis import connecting, crash_points, metrics
from chassis.broker import Broker
from chassis.clock import stopwatch, wall
from chassis.contacts import Opening, Source, Vault, opened_outside
from chassis.crash_points import CrashPoint
from chassis.failures import Dependency
from chassis.health import Health
from chassis.portions import Portions
from chassis.store import Event
from schemas.registry import model_of

_BATCH_BYTES: Final = 512 * 1024
_REQUEST_BYTES: Final = 8 * 1024 * 1024
_DISPOSAL_SECONDS: Final = 5.0
_STAMPED_BY_THE_BROKER: Final = 1
_log: Final = structlog.get_logger()


class Wire(NamedTuple):
    """A message as it goes to the broker."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


def wire(event: Event, service: str, opening: Opening = MappingProxyType({})) -> Wire:
    """Write an event as its message, the same however often it is published; outsiders read contacts opened."""
    body = opened_outside(event.body, opening) if event.outward else event.body
    return Wire(event.topic, event.partition, _key(event).encode(), body.encode(), event.headers(service))


async def wires(events: Sequence[Event], service: str, vault: Vault | None, source: Source) -> list[Wire]:
    """Write events as their messages, with what the rows of their contacts say."""
    if vault is None:
        return [wire(event, service) for event in events]
    opening = await vault.opening(source, (event.body for event in events if event.outward))
    return [wire(event, service, opening) for event in events]


def _key(event: Event) -> str:
    """The same for messages that replace one another and for no others: a compacted topic keeps the newest of each."""
    model = model_of(event.type)
    if model is None or not (model.told_apart_by or model.type_version > 1):
        return event.key
    body = from_json(event.body) if model.told_apart_by else {}
    apart = [str(body[name]) for name in model.told_apart_by]
    # Two versions of one message stand side by side: neither takes the place of the other.
    return "/".join((event.key, *apart, *([f"v{model.type_version}"] if model.type_version > 1 else [])))


def pause_before(attempt: int) -> float:
    """Seconds to wait before trying again: doubling to two, with jitter, so that whoever is back is soon noticed."""
    return float(min(2.0, 0.05 * 2 ** min(attempt, 10)) * random.uniform(0.5, 1.0))  # noqa: S311 - no secret


class Producer:
    """An idempotent producer that is thrown away after any error: what counts is that a prefix was sent."""

    def __init__(self, broker: Broker, service: str) -> None:
        """Connects when something is sent for the first time."""
        self._broker = broker
        self._service = service
        self._producer: AIOKafkaProducer | None = None
        self._disposals: set[asyncio.Task[None]] = set()
        self.reached: dict[tuple[str, int], int] = {}
        """By partition, the offset behind the last that the broker acknowledged."""

    async def send(self, wires: Sequence[Wire]) -> None:
        """Send messages in order and wait for all acknowledgements; an error leaves a prefix of each partition sent."""
        try:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._broker.for_producer(), max_batch_size=_BATCH_BYTES, max_request_size=_REQUEST_BYTES
                )
                self._producer = producer
                await connecting.begin(producer)
            sent = await self._submit(self._producer, wires)
            stamped = await asyncio.gather(*(acknowledged for acknowledged, _ in sent))
        except BaseException:
            self.discard()
            raise
        for topic, count in Counter(wire.topic for wire in wires).items():
            metrics.PUBLISHED.labels(self._service, topic).inc(count)
        if stamped and stamped[-1].timestamp_type == _STAMPED_BY_THE_BROKER:
            ahead = stamped[-1].timestamp / 1000 - wall().timestamp()
            metrics.BROKER_AHEAD.labels(self._service).set(ahead)
        for at, (_, count) in zip(stamped, sent, strict=True):
            self.reached[at.topic, at.partition] = at.offset + count

    async def _submit(self, producer: Any, wires: Iterable[Wire]) -> list[tuple[Awaitable[Any], int]]:
        """Whole batches cost one acknowledgement each, where single messages cost one each."""
        places: defaultdict[tuple[str, int], list[Wire]] = defaultdict(list)
        for wire in wires:
            places[wire.topic, wire.partition].append(wire)
        sent = []
        for (topic, partition), its in places.items():
            batch = producer.create_batch()
            for _, _, key, value, headers in its:
                if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
                    sent.append((await producer.send_batch(batch, topic, partition=partition), batch.record_count()))
                    batch = producer.create_batch()
                    batch.append(timestamp=None, key=key, value=value, headers=headers)
            batch.close()
            sent.append((await producer.send_batch(batch, topic, partition=partition), batch.record_count()))
            if crash_points.armed(CrashPoint.HALF_SENT):
                await sent[-1][0]
                crash_points.here(CrashPoint.HALF_SENT)
        return sent

    def take_reached(self) -> dict[tuple[str, int], int]:
        """Tell how far partitions were written since this was asked last."""
        reached, self.reached = self.reached, {}
        return reached

    def discard(self) -> None:
        """Throw the producer away without sending what it still holds."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001 - stop() would flush
            task = asyncio.create_task(self._stop(producer))
            self._disposals.add(task)
            task.add_done_callback(self._disposals.discard)

    async def _stop(self, producer: Any) -> None:
        try:
            await asyncio.wait_for(connecting.end(producer), _DISPOSAL_SECONDS)
        except Exception as error:  # noqa: BLE001 - it is being thrown away
            _log.info("producer discarded", error=type(error).__qualname__)

    async def close(self) -> None:
        """Let go of all connections, within seconds even when the broker is away."""
        self.discard()
        if self._disposals:
            await asyncio.wait(list(self._disposals), timeout=_DISPOSAL_SECONDS)


async def publish(producer: Producer, events: Sequence[Event], health: Health, portions: Portions) -> None:
    """Publish own events in order, a portion at a time, however long it takes."""
    service = portions.service
    attempt, wires = 0, deque(wire(event, service) for event in events)
    while wires:
        some = list(islice(wires, portions.size))
        try:
            with portions.doing(len(some)):
                await producer.send(some)
        except Exception as error:  # noqa: BLE001 - whatever it is, the events must get out
            attempt += 1
            health.unready(Dependency.BROKER, f"publishing failed: {type(error).__qualname__}")
            metrics.RETRIES.labels(service, "publish").inc()
            _log.warning("publishing failed", error=type(error).__qualname__, attempt=attempt, events=len(some))
            await asyncio.sleep(pause_before(attempt))
        else:
            crash_points.here(CrashPoint.PUBLISHED)
            for _ in some:
                wires.popleft()
            attempt, health.progressed = 0, stopwatch()
            health.ready(Dependency.BROKER)


class EdgeProducer:
    """Puts single messages on topics for an edge, and returns when the broker has them; an error means: ask again."""

    def __init__(self, broker: Broker) -> None:
        """Connects when something is sent for the first time."""
        self._broker = broker
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def __call__(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        headers: Sequence[tuple[str, bytes]],
        *,
        partition: int | None = None,
    ) -> None:
        """Send one message and wait for its acknowledgement."""
        async with self._starting:
            producer = self._producer or await self._started()
            self._producer = producer
        try:
            await producer.send_and_wait(topic, value=value, key=key, headers=list(headers), partition=partition)
            crash_points.here(CrashPoint.DOOR_SAID)
        except KafkaError:
            # A producer that broke says so for ever: the next message gets another.
            if self._producer is producer:
                await self.close()
            raise

    async def _started(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(**self._broker.for_producer(), request_timeout_ms=10_000)
        await connecting.begin(producer)
        return producer

    async def close(self) -> None:
        """Let go of the connections."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await asyncio.wait_for(connecting.end(producer), _DISPOSAL_SECONDS)
