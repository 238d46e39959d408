"""`python -m tools.watch`: tells Prometheus what the broker knows of each service, also of one that is dead.

It asks the database and looks at disks too (`tools.foundations`): all that services stand on is seen by another.

A consumer can tell its own lag only while it lives; who waits for it must be seen by another. Nor does it see what
stands behind a transaction that its author has not ended: to whoever reads what is committed, the topic ends there.
"""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from confluent_kafka import ConsumerGroupTopicPartitions, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from prometheus_client import Gauge, start_http_server
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.asking import answer_of
from chassis.lane import lane_of
from rulebook import load_policy
from schemas.layout import ONE_MACHINE, Layout
from schemas.principals import OPERATORS
from schemas.registry import Topic, TopicKind, topics
from tools.client.addresses import load_addresses
from tools.foundations import ask_database, disks_of, look_at_disks
from tools.local.plan import service_names

WAITING: Final = Gauge(
    "liuhen_waiting_records", "Records that a service has not heard, by the broker's count.", ["service"]
)
MEMBERS: Final = Gauge("liuhen_members", "Workers that the broker counts in the group of a service.", ["service"])
LANES: Final = Gauge(
    "liuhen_lanes_wanted",
    "Lanes that a service has when somebody attends to all it hears.",
    ["service"],
)
HELD: Final = Gauge(
    "liuhen_held_seconds",
    "How long a topic has ended, for whoever reads it, before a transaction that its writer keeps open.",
    ["topic", "writer"],
)
ANSWERS: Final = Gauge("liuhen_broker_answers", "1 while the broker answers, 0 while it does not.")
_SECONDS: Final = 5.0
_EARLIEST: Final[OffsetSpec] = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
_LATEST: Final[OffsetSpec] = OffsetSpec.latest()  # type: ignore[no-untyped-call]
Place = tuple[str, int]
Offsets = Mapping[Place, int]


class WatchSettings(BaseSettings):
    """Where the watch serves what it knows."""

    model_config = SettingsConfigDict(env_prefix="LIUHEN_")

    bind: str = "127.0.0.1"
    """The address at which it answers."""
    metrics_port: int = 0
    """The port of `/metrics`."""
    disks: str = ""
    """Disks to look at, as `name=folder` words: those on which broker and database write."""


class Watched:
    """The broker, as a user that may describe all groups; KafkaException where it does not answer.

    It is made for one look: a client of librdkafka that lives when a broker dies may end the process.
    """

    def __init__(self, settings: dict[str, str | int | float | bool]) -> None:
        """`settings` are librdkafka's."""
        self._admin = AdminClient(settings)

    def members(self, group: str) -> int:
        """How many workers are in a group."""
        described = self._admin.describe_consumer_groups([group], request_timeout=_SECONDS)
        return len(answer_of(described[group]).members)

    def committed(self, group: str) -> Offsets:
        """Where a group goes on, in the partitions of which it ever read."""
        asked = self._admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)], request_timeout=_SECONDS)
        found = answer_of(asked[group]).topic_partitions
        return {(each.topic, each.partition): each.offset for each in found if each.offset >= 0}

    def bounds(self, places: Iterable[Place]) -> Mapping[Place, tuple[int, int]]:
        """The first offset that is there, and the next that will be."""
        wanted = list(places)
        first, following = self._offsets(wanted, _EARLIEST), self.ends(wanted)
        return {place: (first[place], following[place]) for place in first}

    def ends(self, places: Iterable[Place], isolation: IsolationLevel = IsolationLevel.READ_COMMITTED) -> Offsets:
        """Where each partition ends for whoever reads in this way."""
        return self._offsets(places, _LATEST, isolation)

    def _offsets(
        self, places: Iterable[Place], spec: OffsetSpec, isolation: IsolationLevel = IsolationLevel.READ_COMMITTED
    ) -> Offsets:
        wanted = (TopicPartition(*place) for place in places)
        asked = self._admin.list_offsets(
            dict.fromkeys(wanted, spec), isolation_level=isolation, request_timeout=_SECONDS
        )
        return {(place.topic, place.partition): answer_of(future).offset for place, future in asked.items()}


class Holds:
    """Since when partitions have ended before an open transaction; only who asks again and again can tell."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is held yet; `clock` counts seconds."""
        self._clock = clock
        self._since: dict[Place, tuple[int, float]] = {}

    def note(self, committed: Offsets, written: Offsets) -> Mapping[str, float]:
        """Take in where partitions end for readers, and where they end; answers seconds by topic, 0 where none is held.

        A writer who ends one transaction after the other holds nobody up: the end for readers moves.
        """
        now, held = self._clock(), dict[str, float]()
        for place, end in committed.items():
            at, since = self._since.get(place, (-1, now))
            if written[place] <= end:
                self._since.pop(place, None)
                since = now
            else:
                since = since if at == end else now
                self._since[place] = end, since
            held[place[0]] = max(held.get(place[0], 0.0), now - since)
        return held


def observe(
    broker: Watched, services: Iterable[str], known: Iterable[Topic], holds: Holds, layout: Layout = ONE_MACHINE
) -> None:
    """Ask once, and set every metric; while the broker does not answer, nothing is claimed about anybody."""
    try:
        found = {service: counted(broker, service, known, layout) for service in services}
        held = holds.note(*_inbound(broker, known))
    except KafkaException:
        ANSWERS.set(0)
        for each in (WAITING, MEMBERS, HELD):
            each.clear()
        return
    ANSWERS.set(1)
    for topic in known:
        if topic.name in held:
            HELD.labels(topic.name, topic.owner).set(held[topic.name])
    for service, (members, waits) in found.items():
        MEMBERS.labels(service).set(members)
        WAITING.labels(service).set(waits)


def counted(broker: Watched, service: str, known: Iterable[Topic], layout: Layout) -> tuple[int, int]:
    """Count the workers of a service, and the records that wait for it; KafkaException without a broker."""
    heard = [topic for topic in known if service in topic.readers]
    bounds = broker.bounds((topic.name, partition) for topic in heard for partition in range(topic.partitions))
    group = layout.group(service)
    committed = broker.committed(group)
    return broker.members(group), waiting(bounds, committed)


def _inbound(broker: Watched, known: Iterable[Topic]) -> tuple[Offsets, Offsets]:
    """Where the topics of those outside end for readers, and where they end: each is written by one party alone."""
    places = [
        (topic.name, partition)
        for topic in known
        if topic.kind is TopicKind.INBOUND
        for partition in range(topic.partitions)
    ]
    return broker.ends(places), broker.ends(places, IsolationLevel.READ_UNCOMMITTED)


def lanes(service: str, known: Iterable[Topic]) -> int:
    """Count the lanes of a service: topics between services share one for each partition, others have their own."""
    heard = (topic for topic in known if service in topic.readers)
    return len(
        {
            lane_of((topic.name, partition), topic.kind is not TopicKind.INTERNAL)
            for topic in heard
            for partition in range(topic.partitions)
        }
    )


def waiting(bounds: Mapping[Place, tuple[int, int]], committed: Offsets) -> int:
    """Count what was not heard; what a group never read waits from the first record that is still there."""
    return sum(max(0, following - committed.get(place, first)) for place, (first, following) in bounds.items())


def main() -> None:
    """Ask every few seconds until told to end."""
    over, settings, system = threading.Event(), WatchSettings(), load_addresses()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: over.set())
    known = topics((each.code for each in load_policy(system.policy).departments), system)
    for service in service_names():
        LANES.labels(service).set(lanes(service, known))
    disks = disks_of(settings.disks)
    reached, holds = system.broker(OPERATORS).for_librdkafka(), Holds()
    start_http_server(settings.metrics_port, settings.bind)
    while not over.is_set():
        look_at_disks(disks)
        asyncio.run(ask_database(system))
        observe(Watched(reached), service_names(), known, holds, system)
        over.wait(_SECONDS)


if __name__ == "__main__":
    main()
