"""How anybody outside speaks and listens: CloudEvents to an inbound topic, public topics from their start."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, NamedTuple
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.envelope import Envelope, EnvelopeError, decode, partition_of
from schemas.inbound import Action
from schemas.message import Message
from schemas.registry import inbound_topic, model_of, partitions_of
from schemas.values import Party

_MAX_REQUEST: Final = 1_048_576


class PublicMessage(NamedTuple):
    """One message of a public topic, with its envelope."""

    topic: str
    envelope: Envelope
    message: Message


class Voice:
    """Speaks for one party, on its own inbound topic and nowhere else."""

    def __init__(self, producer: AIOKafkaProducer, party: Party, source: str, now: Callable[[], datetime]) -> None:
        """`source` is the CloudEvents source of this client; `now` tells its time."""
        self._producer = producer
        self._topic = inbound_topic(party)
        self._partitions = partitions_of(self._topic)
        self._source = source
        self._now = now

    async def say(self, action: Action, *, submission: str | None = None) -> str:
        """Send one action and wait until the broker has it; returns the submission's id."""
        submission = submission or str(uuid4())
        about = getattr(action, "ticket", None) or getattr(action, "incident", None)
        envelope = Envelope(submission, self._source, action.type_name, self._now(), about or "")
        await self.say_raw(envelope.headers(), action.to_json(), key=about or submission)
        return submission

    async def say_raw(self, headers: list[tuple[str, bytes]], value: bytes | None, *, key: str) -> None:
        """Send bytes as they are, also wrong ones."""
        await self._producer.send_and_wait(
            self._topic, value, key=key.encode(), headers=headers, partition=partition_of(key, self._partitions)
        )


@asynccontextmanager
async def producer(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    """Open a producer that every voice of a process may share."""
    opened = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_request_size=2 * _MAX_REQUEST
    )
    await opened.start()
    try:
        yield opened
    finally:
        await opened.stop()


async def hear(kafka: str, topics: Iterable[str], *, new_only: bool = False) -> AsyncIterator[PublicMessage]:
    """Yield what stands and what comes on public topics, each message once, in order per writer and partition.

    The contract with outside readers: a message may be repeated; the highest `ce_sequence` of each `ce_source` counts.
    """
    async with listener(kafka, topics, new_only=new_only) as consumer:
        heard: dict[tuple[TopicPartition, str], int] = {}
        while True:
            for place, records in (await consumer.getmany(timeout_ms=200)).items():
                for record in records:
                    news = read(place.topic, record.headers, record.value)
                    if news is None or news.envelope.sequence <= heard.get((place, news.envelope.source), 0):
                        continue
                    heard[place, news.envelope.source] = news.envelope.sequence
                    yield news


@asynccontextmanager
async def listener(kafka: str, topics: Iterable[str], *, new_only: bool = False) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer at the start (or the end) of every partition of the topics; it belongs to no group."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka,
        enable_auto_commit=False,
        auto_offset_reset="latest" if new_only else "earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, n) for topic in topics for n in range(partitions_of(topic))])
        yield consumer
    finally:
        await consumer.stop()


def read(topic: str, headers: Iterable[tuple[str, bytes]], value: bytes | None) -> PublicMessage | None:
    """Read a record; None where it has no envelope or is of a type that this version does not know."""
    try:
        envelope, body = decode(headers, value)
    except EnvelopeError:
        return None
    model = model_of(envelope.type)
    return PublicMessage(topic, envelope, model.model_validate_json(body)) if model else None
