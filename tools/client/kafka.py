"""How anybody outside speaks and listens: CloudEvents to an inbound topic, public topics from their start."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Final, NamedTuple
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis import reading
from chassis.broker import Broker
from chassis.connecting import connected
from schemas.envelope import Envelope, EnvelopeError, decode, partition_of
from schemas.inbound import Action
from schemas.message import Message
from schemas.principals import DESK, OPERATORS, principal_of
from schemas.registry import inbound_topic, model_of, reader_of
from schemas.values import Party

_MAX_REQUEST: Final = 1_048_576

BrokerOf = Callable[[str], Broker]
"""Tells how a user of the broker, by its name, reaches it."""


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
        partitions = len(await self._producer.partitions_for(self._topic))
        await self._producer.send_and_wait(
            self._topic, value, key=key.encode(), headers=headers, partition=partition_of(key, partitions)
        )


@asynccontextmanager
async def producer(broker: Broker) -> AsyncIterator[AIOKafkaProducer]:
    """Open a producer that every voice of one user may share."""
    async with connected(AIOKafkaProducer(**broker.for_producer(), max_request_size=2 * _MAX_REQUEST)) as opened:
        yield opened


class Producers:
    """A producer for each party that a process speaks for, opened when the party first speaks."""

    def __init__(self, broker_of: BrokerOf, stack: AsyncExitStack) -> None:
        """They are closed with the stack."""
        self._broker_of = broker_of
        self._stack = stack
        self._opened: dict[str, AIOKafkaProducer] = {}
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def opened(cls, broker_of: BrokerOf) -> AsyncIterator[Producers]:
        """Open none yet, and close all of them at the end."""
        async with AsyncExitStack() as stack:
            yield cls(broker_of, stack)

    async def of(self, party: Party) -> AIOKafkaProducer:
        """Return the producer that is logged in as this party."""
        user = principal_of(party)
        async with self._one_at_a_time:
            if user not in self._opened:
                self._opened[user] = await self._stack.enter_async_context(producer(self._broker_of(user)))
            return self._opened[user]


async def hear_each(broker_of: BrokerOf, topics: Iterable[str], heard: Callable[[PublicMessage], None]) -> None:
    """Hear public topics until cancelled, each logged in as the party whose it is; the office's as who watches."""
    of_reader: defaultdict[str, list[str]] = defaultdict(list)
    for topic in topics:
        reader = reader_of(topic)
        of_reader[OPERATORS if reader == DESK else reader].append(topic)

    async def hear_own(user: str) -> None:
        async for news in hear(broker_of(user), of_reader[user]):
            heard(news)

    async with asyncio.TaskGroup() as tasks:
        for user in of_reader:
            tasks.create_task(hear_own(user))


async def hear(broker: Broker, topics: Iterable[str], *, new_only: bool = False) -> AsyncIterator[PublicMessage]:
    """Yield what stands and what comes on public topics, each message once, in order per writer and partition.

    The contract with outside readers: a message may be repeated; the highest `ce_sequence` of each `ce_source` counts.
    """
    async with listener(broker, topics, new_only=new_only) as consumer:
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
async def listener(broker: Broker, topics: Iterable[str], *, new_only: bool = False) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer at the start (or the end) of every partition of the topics; it belongs to no group."""
    reading.install()
    consumer = AIOKafkaConsumer(
        *topics,
        **broker.for_aiokafka(),
        enable_auto_commit=False,
        auto_offset_reset="latest" if new_only else "earliest",
        isolation_level="read_committed",
    )
    async with connected(consumer):
        # What it has now it keeps: another subscription would begin again at the start of everything.
        places = sorted(consumer.assignment())
        consumer.unsubscribe()
        consumer.assign(places)
        yield consumer


def read(topic: str, headers: Iterable[tuple[str, bytes]], value: bytes | None) -> PublicMessage | None:
    """Read a record; None where it has no envelope or is of a type that this version does not know."""
    try:
        envelope, body = decode(headers, value)
    except EnvelopeError:
        return None
    model = model_of(envelope.type)
    return PublicMessage(topic, envelope, model.model_validate_json(body)) if model else None
