"""What waits for a service is seen by another process: also while the service is dead, and while the broker is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer as TheirProducer
from prometheus_client import REGISTRY

from chassis.publish import Producer, Wire
from rulebook import load_policy
from schemas.principals import ADMIN, OPERATORS, principal_of
from schemas.registry import CLOCKS, inbound_topic, topics
from schemas.values import Party, PartyKind
from tests.support.operations import Operations
from tools.client.addresses import Addresses
from tools.foundations import ask_database, disks_of, look_at_disks
from tools.layout import POLICY
from tools.local import workers
from tools.local.instance import Instance
from tools.watch import Holds, Watched, lanes, observe, waiting

KNOWN = topics(())
HOTLINE = inbound_topic(Party(kind=PartyKind.HOTLINE))


@pytest.fixture(scope="module")
def operations() -> Iterator[Operations]:
    """A system of its own, for its service and its broker are ended; its five-second patience is the watch's."""
    with Instance(ephemeral=True) as instance:
        workers.start(instance, "trace")
        yield Operations(instance)


def _value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def _until(broker: Watched, condition: Callable[[], bool]) -> None:
    holds = Holds()
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        observe(broker, ["trace"], KNOWN, holds)
        time.sleep(0.2)


@pytest.mark.parametrize("service", ["intake", "sla"])
def test_a_service_that_attends_to_everything_has_as_many_lanes_as_are_wanted(
    operations: Operations, service: str
) -> None:
    everything = topics(each.code for each in load_policy(POLICY).departments)
    workers.start(operations.instance, service)
    process = next(each for each in operations.instance.processes if each.name == service)
    until = time.monotonic() + 60
    while workers.lanes_of(process) != lanes(service, everything):
        assert time.monotonic() < until
        time.sleep(0.2)
    workers.stop(operations.instance, service)


def test_a_dead_service_is_seen_with_all_that_waits_for_it(operations: Operations) -> None:
    # given a service that has heard everything
    broker = Watched(operations.instance.broker(OPERATORS).for_librdkafka())
    _until(broker, lambda: _value("liuhen_members", service="trace") == 1)
    _until(broker, lambda: _value("liuhen_waiting_records", service="trace") == 0)
    # when it is dead and records come
    workers.stop(operations.instance, "trace", at_once=True)
    for _ in range(32):
        operations.put([], b"{}", CLOCKS)
    # then it is seen that nobody is there, and how many wait
    _until(broker, lambda: _value("liuhen_members", service="trace") == 0)
    _until(broker, lambda: _value("liuhen_waiting_records", service="trace") == 32)
    assert _value("liuhen_broker_answers") == 1


def test_a_transaction_that_its_writer_keeps_open_is_seen_with_whose_topic_it_holds(operations: Operations) -> None:
    hotline = principal_of(Party(kind=PartyKind.HOTLINE))
    broker = Watched(operations.instance.broker(OPERATORS).for_librdkafka())
    writer = TheirProducer(operations.instance.broker(hotline).for_librdkafka() | {"transactional.id": f"{hotline}.t"})
    writer.init_transactions()
    writer.begin_transaction()
    writer.produce(HOTLINE, b"{}")
    writer.flush()
    # while it is open the topic has ended, for whoever reads it
    labels = {"topic": HOTLINE, "writer": hotline}
    _until(broker, lambda: (_value("liuhen_held_seconds", **labels) or 0) > 1)
    writer.abort_transaction()
    _until(broker, lambda: _value("liuhen_held_seconds", **labels) == 0)


async def test_the_database_is_told_of_by_the_role_of_dashboards_and_that_it_is_away(operations: Operations) -> None:
    system = Addresses.of(operations.instance.addresses())
    await ask_database(system)
    assert _value("liuhen_database_answers") == 1
    assert (_value("liuhen_database_bytes") or 0) > 1_000_000
    assert (
        0
        < (_value("liuhen_database_connections", of="used") or 0)
        < (_value("liuhen_database_connections", of="most") or 0)
    )
    assert abs(_value("liuhen_database_clock_ahead_seconds") or 9) < 1
    await ask_database(system.model_copy(update={"postgres": "postgresql://{service}@127.0.0.1:1/liuhen"}))
    assert _value("liuhen_database_answers") == 0
    assert _value("liuhen_database_connections", of="used") is None


def test_disks_are_told_of_as_they_are_named(tmp_path: Path) -> None:
    look_at_disks(disks_of(f"here={tmp_path} gone={tmp_path / 'gone'}"))
    assert 0 < (_value("liuhen_disk_free_bytes", disk="here") or 0) < (_value("liuhen_disk_bytes", disk="here") or 0)
    assert _value("liuhen_disk_bytes", disk="gone") is None
    with pytest.raises(ValueError, match="'kafka' 应写作“名称=目录”"):
        disks_of("kafka")


async def test_whoever_publishes_tells_how_far_the_brokers_clock_is_from_its_own(operations: Operations) -> None:
    producer = Producer(operations.instance.broker(ADMIN), "teller")
    await producer.send([Wire(CLOCKS, 0, None, b"{}", [])])
    await producer.close()
    ahead = _value("liuhen_broker_clock_ahead_seconds", service="teller")
    assert ahead is not None
    assert abs(ahead) < 5


def test_while_the_broker_is_away_nothing_is_claimed_of_anybody(operations: Operations) -> None:
    broker = Watched(operations.instance.broker(OPERATORS).for_librdkafka())
    operations.instance.stop("kafka", at_once=True)
    observe(broker, ["trace"], KNOWN, Holds())
    assert _value("liuhen_broker_answers") == 0
    assert _value("liuhen_members", service="trace") is None
    assert _value("liuhen_waiting_records", service="trace") is None


def test_what_was_never_heard_waits_from_the_first_record_that_is_there() -> None:
    bounds = {("a", 0): (7, 10), ("a", 1): (0, 10), ("b", 0): (5, 5)}
    assert waiting(bounds, {("a", 1): 8}) == 3 + 2


def test_who_ends_one_transaction_after_the_other_holds_nobody_up() -> None:
    now = iter(range(0, 100, 10))
    holds, one, other = Holds(lambda: next(now)), ("a", 0), ("a", 1)
    assert holds.note({one: 5, other: 3}, {one: 5, other: 3}) == {"a": 0}
    # an open one is held since it was seen first
    assert holds.note({one: 5, other: 3}, {one: 7, other: 3}) == {"a": 0}
    assert holds.note({one: 5, other: 3}, {one: 8, other: 3}) == {"a": 10}
    assert holds.note({one: 5, other: 3}, {one: 9, other: 4}) == {"a": 20}
    # the end moves: another one is open by now
    assert holds.note({one: 9, other: 3}, {one: 11, other: 4}) == {"a": 10}
    assert holds.note({one: 12, other: 5}, {one: 12, other: 5}) == {"a": 0}
