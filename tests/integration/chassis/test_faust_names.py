"""What the chassis leans on in faust and aiokafka: an upgrade that changes any of it goes red here."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import faust
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer import fetcher as consumer_fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.producer.message_accumulator import MessageAccumulator
from faust.app import base
from faust.assignor.partition_assignor import PartitionAssignor
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer, Fetcher
from faust.transport.drivers import aiokafka as driver

from chassis.connecting import connected

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy


def source(thing: object) -> str:
    return inspect.getsource(thing)  # type: ignore[arg-type]


def test_the_fetcher_hands_the_reading_to_the_consumer() -> None:
    assert "consumer._drain_messages(self)" in source(Fetcher._fetcher.fun)


def test_streams_resume_by_asking_the_consumer_to_seek() -> None:
    assert "consumer.perform_seek()" in source(Recovery._resume_streams)


def test_the_commit_task_and_the_end_commit_through_the_method_that_is_overridden() -> None:
    assert "self.commit()" in source(Consumer._commit_handler.fun)
    assert "self.commit(" in source(Consumer.commit_and_end_transactions)


def test_what_is_fetched_passes_the_method_that_filters_places() -> None:
    assert "self._getmany(" in source(Consumer._wait_next_records)
    assert list(inspect.signature(Consumer._getmany).parameters) == ["self", "active_partitions", "timeout"]


def test_the_consumer_is_made_by_the_method_that_changes_its_isolation() -> None:
    assert "self._create_worker_consumer(" in source(driver.AIOKafkaConsumerThread._create_consumer)
    assert "self._isolation_level" in source(AIOKafkaConsumer.start)


def test_all_topics_can_be_known_before_their_ends_are_asked_for() -> None:
    assert list(inspect.signature(AIOKafkaClient.set_topics).parameters) == ["self", "topics"]
    assert "add_topic(partition.topic)" in source(consumer_fetcher.Fetcher._proc_offset_requests)


def test_faust_still_does_not_look_at_the_coordinator_task() -> None:
    assert "_coordination_task" in source(GroupCoordinator.__init__)
    assert "check_errors" not in source(driver)


def test_the_own_assignor_needs_a_standby_replica() -> None:
    assert "table_standby_replicas > 0" in source(driver.AIOKafkaConsumerThread._create_worker_consumer)
    assert "self.conf.PartitionAssignor(" in source(base.App)


def test_the_assignor_hears_of_all_members_in_the_method_that_shares_by_lanes() -> None:
    assert "self._perform_assignment(cluster, member_metadata)" in source(PartitionAssignor._assign)
    assert list(inspect.signature(PartitionAssignor._protocol_assignments).parameters) == [
        "self",
        "assignments",
        "cl_distribution",
        "tp_distribution",
        "topic_groups",
    ]


def test_the_app_asks_its_transport_for_the_consumer() -> None:
    assert "self.transport.create_consumer(" in source(base.App._new_consumer)


def test_a_producer_can_be_emptied_without_sending() -> None:
    assert "batch.failure(exception)" in source(MessageAccumulator.fail_all)
    assert faust.__version__ == "0.15.3"


@pytest.fixture
async def producer(toy: Toy) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**toy.kafka.for_aiokafka(), enable_idempotence=True)
    async with connected(producer):
        yield producer


async def test_whole_batches_keep_their_order_and_carry_headers(toy: Toy, producer: AIOKafkaProducer) -> None:
    # given several batches for one partition, submitted without waiting
    sent = []
    for n in range(50):
        batch = producer.create_batch()
        for m in range(3):
            batch.append(timestamp=None, key=b"k", value=b"%d" % (3 * n + m), headers=[("n", b"%d" % n)])
        batch.close()
        sent.append(await producer.send_batch(batch, toy.said, partition=0))
    await asyncio.gather(*sent)
    # then a reader finds every message, in order
    consumer = AIOKafkaConsumer(**toy.kafka.for_aiokafka(), auto_offset_reset="earliest", enable_auto_commit=False)
    async with connected(consumer):
        consumer.assign([TopicPartition(toy.said, 0)])
        values: list[bytes] = []
        while len(values) < 150:
            for messages in (await consumer.getmany(timeout_ms=500)).values():
                values += [message.value for message in messages]
    assert values == [b"%d" % n for n in range(150)]


async def test_what_outsiders_aborted_is_not_heard(toy: Toy) -> None:
    # given a transaction that was aborted, between two that were not
    producer = AIOKafkaProducer(**toy.kafka.for_aiokafka(), transactional_id=toy.name)
    async with connected(producer):
        for value, aborted in ((b"one", False), (b"never", True), (b"two", False)):
            await producer.begin_transaction()
            await producer.send_and_wait(toy.foreign, value, partition=0)
            await (producer.abort_transaction() if aborted else producer.commit_transaction())
    # when the toy hears the topic
    toy.start()

    async def heard() -> bool:
        return toy.log.read_text("utf-8").count(f'"topic":"{toy.foreign}"') >= 2

    await toy.until(heard)
    # then it heard the two, and its next offset lies behind the markers of the first five
    assert toy.log.read_text("utf-8").count(f'"topic":"{toy.foreign}"') == 2
    assert await toy.value("select next_offset from input where topic = $1", toy.foreign) == 5


async def test_co_partitioned_topics_stay_together_and_move_little(toy: Toy) -> None:
    # given two workers
    toy.start("1")
    await toy.send([toy.poke(n, f"T{n}") for n in range(40)])
    await toy.until_said(40)
    second = toy.start("2")

    async def both() -> bool:
        text = toy.log.read_text("utf-8")
        return '"worker":"2"' in text

    async def more() -> bool:
        await toy.send([toy.poke(1_000 + toy.sequences.total(), f"T{n}") for n in range(8)])
        return await both()

    await toy.until(more)
    # when one ends
    second.terminate()
    assert await asyncio.to_thread(second.wait, 30) == 0
    before = int(await toy.value("select count(*) from event"))
    await toy.send([toy.poke(5_000 + n, f"T{n}") for n in range(8)])
    # then the other takes all lanes
    await toy.until_said(before + 8)
