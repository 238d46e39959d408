"""A queue reads on from where it was read last, and sees what a reading of the whole topic would see."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from chassis.broker import Broker
from chassis.connecting import connected
from liuhen.desk.open_things import open_things
from liuhen.desk.queue import PublishedMessage, newest
from schemas.envelope import Envelope, partition_of
from schemas.principals import principal_of
from schemas.public import Order
from schemas.registry import department_topic, partitions_of
from schemas.values import Party, PartyKind, TicketState
from tests.support.desk import ONE, TWO, order, standing
from tools.local.instance import Instance

TOPIC = department_topic("education")
MORNING = datetime(2026, 9, 1, 2, tzinfo=UTC)
THREE = "26090100000035"
SOURCES = count(1)


class Teller:
    """Tells a department of its orders, as dispatch does."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self.producer = producer
        self.source = f"test/{next(SOURCES)}"
        self.numbers = count(1)

    async def tell(self, told: Order, number: int | None = None) -> None:
        number = number or next(self.numbers)
        at = MORNING + timedelta(minutes=number)
        envelope = Envelope(f"{self.source}-{number}", self.source, told.type_name, at, told.ticket, sequence=number)
        place = partition_of(told.ticket, partitions_of(TOPIC))
        key, headers = told.ticket.encode(), envelope.headers()
        await self.producer.send_and_wait(TOPIC, told.to_json(), key=key, headers=headers, partition=place)


@pytest.fixture
async def teller(system: Instance) -> AsyncIterator[Teller]:
    producer = AIOKafkaProducer(**system.broker("dispatch").for_aiokafka())
    async with connected(producer):
        yield Teller(producer)


@pytest.fixture
def mine(system: Instance) -> Broker:
    """The broker as the department reaches it."""
    return system.broker(principal_of(Party(kind=PartyKind.DEPARTMENT, department="education")))


def _orders(messages: list[PublishedMessage]) -> dict[str, TicketState]:
    return {each.ticket: each.state for each in newest(messages, Order, lambda each: each.ticket)}


async def test_it_sees_what_stands_whatever_was_read_before(mine: Broker, teller: Teller, tmp_path: Path) -> None:
    memory = tmp_path / "housing.json"
    # given two orders of which one has ended, read once
    await teller.tell(order(ONE))
    await teller.tell(order(TWO, state=TicketState.CLOSED))
    assert _orders(await open_things(mine, TOPIC, memory)) == {ONE: TicketState.DISPATCHED}
    # when one goes on, one begins, one is opened again, and an old message is repeated
    await teller.tell(order(ONE, state=TicketState.IN_PROGRESS))
    await teller.tell(order(THREE))
    await teller.tell(order(TWO, state=TicketState.REWORK))
    await teller.tell(order(ONE), number=1)
    # then the next reading, and one of everything, say the same
    found = _orders(await open_things(mine, TOPIC, memory))
    assert found == {ONE: TicketState.IN_PROGRESS, TWO: TicketState.REWORK, THREE: TicketState.DISPATCHED}
    assert found == _orders(await standing(mine, TOPIC))
    # and what is taken away leaves
    await teller.tell(order(ONE, role="none"))
    assert ONE not in _orders(await open_things(mine, TOPIC, memory))
    assert ONE not in memory.read_text("utf-8")


async def test_what_was_read_is_not_read_again(mine: Broker, teller: Teller, tmp_path: Path) -> None:
    memory = tmp_path / "queue.json"
    await teller.tell(order(ONE))
    await open_things(mine, TOPIC, memory)
    kept = json.loads(memory.read_text("utf-8"))
    memory.write_text(json.dumps({**kept, "things": {}}), "utf-8")

    assert _orders(await open_things(mine, TOPIC, memory)) == {}


@pytest.mark.parametrize("kept", ["another topic", "another form", "no file of ours"])
async def test_what_fits_the_topic_no_more_is_given_up(mine: Broker, teller: Teller, tmp_path: Path, kept: str) -> None:
    memory = tmp_path / "queue.json"
    await teller.tell(order(ONE))
    await open_things(mine, TOPIC, memory)
    before = json.loads(memory.read_text("utf-8"))
    places = {partition: [offset, "another-event"] for partition, (offset, _) in before["places"].items()}
    spoiled = {
        "another topic": json.dumps({**before, "places": places, "things": {}}),
        "another form": json.dumps({**before, "form": 0, "things": {}}),
        "no file of ours": "{",
    }
    memory.write_text(spoiled[kept], "utf-8")

    assert ONE in _orders(await open_things(mine, TOPIC, memory))


async def test_it_is_for_its_owners_eyes_and_nobody_needs_it(mine: Broker, teller: Teller, tmp_path: Path) -> None:
    memory = tmp_path / "queues" / "queue.json"
    await teller.tell(order(ONE))
    await open_things(mine, TOPIC, memory)
    assert memory.stat().st_mode & 0o077 == 0
    # where nothing can be kept, the queue is read all the same
    nowhere = tmp_path / "file"
    nowhere.write_text("", "utf-8")
    assert ONE in _orders(await open_things(mine, TOPIC, nowhere / "queue.json"))
