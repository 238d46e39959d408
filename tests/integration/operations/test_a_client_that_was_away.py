"""A department's client that was away for longer than its topic keeps everything is right again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

import aiokafka
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from chassis.broker import Broker
from chassis.connecting import connected
from schemas.envelope import Envelope, decode
from schemas.principals import ADMIN, principal_of
from schemas.public import Order
from schemas.registry import department_topic
from schemas.values import Party, PartyKind, TicketState
from tests.support.desk import ONE, TWO, order
from tools.local.instance import Instance
from tools.prepare import topics

TOPIC = department_topic("labour")
PLACE = aiokafka.TopicPartition(TOPIC, 0)
MORNING = datetime(2026, 9, 1, 2, tzinfo=UTC)
THREE, FOUR = "26090100000035", "26090100000043"
NUMBERS = count(1)
HASTY: Final = {
    "segment.ms": "1",
    "min.compaction.lag.ms": "0",
    "max.compaction.lag.ms": "1",
    "min.cleanable.dirty.ratio": "0.01",
}


class Client:
    """A department's own program: what docs/integrate.md asks of it, and nothing else."""

    def __init__(self, broker: Broker, group: str = "oa") -> None:
        self.broker = broker
        self.group = f"{broker.user}.{group}"
        self.orders: dict[str, tuple[int, TicketState]] = {}
        self.heard = 0

    async def reads(self) -> None:
        """Read on from where it stopped; where that is gone, forget everything and read what the topic keeps."""
        async with self._consumer() as consumer:
            await consumer.seek_to_committed(PLACE)
            committed = await consumer.committed(PLACE)
            begins, ends = await _bounds(consumer)
            if committed is None or committed < begins:
                self.orders.clear()
                await consumer.seek_to_beginning(PLACE)
            while await consumer.position(PLACE) < ends:
                async with asyncio.timeout(30):
                    record = await consumer.getone()
                self._keep(record.headers, record.value)
            await consumer.commit()

    async def bounds(self) -> tuple[int, int]:
        """Where the topic begins now, and where it ends."""
        async with self._consumer() as consumer:
            return await _bounds(consumer)

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            **self.broker.for_aiokafka(),
            group_id=self.group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        consumer.assign([PLACE])
        async with connected(consumer):
            yield consumer

    def _keep(self, headers: tuple[tuple[str, bytes], ...], value: bytes) -> None:
        """Of each ticket the highest sequence; who has nothing to do with it any more drops it."""
        envelope, body = decode(headers, value)
        if envelope.type != Order.type_name:
            return
        self.heard += 1
        told = Order.model_validate_json(body)
        if envelope.sequence > self.orders.get(told.ticket, (0, told.state))[0]:
            self.orders[told.ticket] = (envelope.sequence, told.state)
        if told.role == "none":
            del self.orders[told.ticket]

    @property
    def states(self) -> dict[str, TicketState]:
        return {ticket: state for ticket, (_, state) in self.orders.items()}


async def _bounds(consumer: AIOKafkaConsumer) -> tuple[int, int]:
    begins, ends = await consumer.beginning_offsets([PLACE]), await consumer.end_offsets([PLACE])
    return begins[PLACE], ends[PLACE]


class Dispatch:
    """Tells the department of its orders, as dispatch does; under another name, or dispatch would take them back."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self.producer = producer

    async def tells(self, told: Order) -> None:
        number = next(NUMBERS)
        at = MORNING + timedelta(minutes=number)
        envelope = Envelope(f"away-{number}", "liuhen/played/0", told.type_name, at, told.ticket, sequence=number)
        await self.producer.send_and_wait(TOPIC, told.to_json(), key=told.ticket.encode(), headers=envelope.headers())


@pytest.fixture
async def dispatch(system: Instance) -> AsyncIterator[Dispatch]:
    producer = AIOKafkaProducer(**system.broker("dispatch").for_aiokafka())
    async with connected(producer):
        yield Dispatch(producer)


@pytest.fixture
def mine(system: Instance) -> Broker:
    return system.broker(principal_of(Party(kind=PartyKind.DEPARTMENT, department="labour")))


@pytest.fixture
def hasty(system: Instance) -> Iterator[AdminClient]:
    """The broker compacts this topic at once, and not after thirty days."""
    admin = AdminClient(system.broker(ADMIN).for_librdkafka())
    entries = [ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET) for name, value in HASTY.items()]
    resource = ConfigResource(ResourceType.TOPIC, TOPIC, incremental_configs=entries)
    for done in admin.incremental_alter_configs([resource]).values():
        done.result(30)
    yield admin
    entries = [ConfigEntry(name, "", incremental_operation=AlterConfigOpType.DELETE) for name in HASTY]
    resource = ConfigResource(ResourceType.TOPIC, TOPIC, incremental_configs=entries)
    for done in admin.incremental_alter_configs([resource]).values():
        done.result(30)
    topics.apply(system.broker(ADMIN), topics.wanted(system.policy))


async def _read_anew(broker: Broker) -> Client:
    """What a client knows that has never read the topic before."""
    new = Client(broker, group=f"new-{next(NUMBERS)}")
    await new.reads()
    return new


async def _compacted(broker: Broker) -> None:
    """Return when the topic has of each order the newest alone, and what nobody overtook yet."""
    for _ in range(100):
        if (await _read_anew(broker)).heard <= len((ONE, TWO, THREE, FOUR)) + 1:
            return
        await asyncio.sleep(1)
    raise AssertionError("the broker has not compacted the topic")


async def test_it_is_right_again(mine: Broker, dispatch: Dispatch, hasty: AdminClient) -> None:
    # given a client that read two orders, and stopped
    client = Client(mine)
    for ticket in (ONE, TWO):
        await dispatch.tells(order(ticket))
    await client.reads()
    assert client.states == {ONE: TicketState.DISPATCHED, TWO: TicketState.DISPATCHED}
    # when one goes on, one ends, two begin, one of which ends, and the topic keeps only what stands
    for state in (TicketState.IN_PROGRESS, TicketState.SUSPENDED, TicketState.IN_PROGRESS, TicketState.HANDLED):
        await dispatch.tells(order(ONE, state=state))
        await asyncio.sleep(0.05)
    await dispatch.tells(order(TWO, state=TicketState.CLOSED, role="none"))
    for ticket in (THREE, FOUR):
        await dispatch.tells(order(ticket))
    await dispatch.tells(order(FOUR, state=TicketState.CLOSED, role="none"))
    await asyncio.sleep(0.05)
    await dispatch.tells(order(THREE, state=TicketState.IN_PROGRESS))
    for done in hasty.delete_records([TopicPartition(TOPIC, 0, 3)]).values():
        done.result(30)
    await _compacted(mine)
    # then it knows what stands, and so does a client that is new
    await client.reads()
    assert client.states == {ONE: TicketState.HANDLED, THREE: TicketState.IN_PROGRESS}
    assert (await _read_anew(mine)).states == client.states


async def test_what_ended_and_left_the_topic_is_not_kept(mine: Broker, dispatch: Dispatch, hasty: AdminClient) -> None:
    """Its end is nowhere to be read any more: a client that kept what it had would hold it open for ever."""
    client = Client(mine)
    await dispatch.tells(order(ONE))
    await client.reads()
    assert ONE in client.states
    await dispatch.tells(order(ONE, state=TicketState.CLOSED, role="none"))
    await dispatch.tells(order(TWO))
    _, ends = await client.bounds()
    for done in hasty.delete_records([TopicPartition(TOPIC, 0, ends - 1)]).values():
        done.result(30)
    await client.reads()
    assert client.states == {TWO: TicketState.DISPATCHED}
