"""One hop: the process of dispatch, and the floor, by turns, each on the same prepared input."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import asyncpg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from bench import cpu
from bench.figures import Figure, median
from bench.life import Door
from bench.place import Late, connected, until
from chassis import store
from schemas.layout import ONE_MACHINE
from schemas.principals import ADMIN
from schemas.registry import TICKETS, TopicKind
from tools.local.instance import Announce, Instance
from tools.local.process import Started
from tools.prepare import topics

_PATIENCE: Final = 180.0
_FLOOR: Final = "floor"
_AIM: Final = 0.8


class Run(NamedTuple):
    """Hops a second, and processor time for one: of the process itself, and of broker and database besides."""

    rate: float
    own: float
    besides: float


class Round(NamedTuple):
    """The service and the floor on the same input."""

    hop: Run
    floor: Run


async def measure(instance: Instance, tickets: int, rounds: int, announce: Announce) -> list[Figure]:
    """Hops a second through dispatch, of the floor, and their ratio: the middle of the rounds."""
    _floor_topics(instance)
    door = Door(instance.broker("intake"))
    await _begin(instance)
    instance.cluster.create_database(_FLOOR, template=instance.plan.postgres.database)
    done = []
    for number in range(1, rounds + 1):
        announce(f"Hop and floor, round {number} of {rounds}")
        count = await door.feed(tickets)
        order = [_hop, _floor] if number % 2 else [_floor, _hop]
        runs = {run: await run(instance, count) for run in order}
        done.append(Round(runs[_hop], runs[_floor]))
    return _figures(done)


def _figures(done: list[Round]) -> list[Figure]:
    ratios = [each.hop.rate / each.floor.rate for each in done]
    spread = " ".join(f"{ratio:.2f}" for ratio in ratios)
    own, besides = median([each.hop.own for each in done]), median([each.hop.besides for each in done])
    floor_own, floor_besides = median([each.floor.own for each in done]), median([each.floor.besides for each in done])
    by_time = (floor_own + floor_besides) / (own + besides)
    return [
        Figure("one hop through dispatch", median([each.hop.rate for each in done]), "hops/s", note="real process"),
        Figure("the floor, same SQL", median([each.floor.rate for each in done]), "hops/s", note="aiokafka + asyncpg"),
        Figure("hop / floor", median(ratios), "", _AIM, note=f"rounds: {spread}"),
        Figure("… processor time for a hop", own, "µs", note=f"broker and database {besides:.0f}"),
        Figure("… of the floor", floor_own, "µs", note=f"broker and database {floor_besides:.0f}"),
        Figure("… floor / hop by processor time", by_time, "", _AIM, note="all processes"),
    ]


def _floor_topics(instance: Instance) -> None:
    admin = AdminClient(instance.broker(ADMIN).for_librdkafka())
    wanted = [
        NewTopic(f"bench.{topic.name}", topic.partitions, 1, config=dict(topic.config))
        for topic in topics.wanted(instance.policy)
        if topic.kind in (TopicKind.INTERNAL, TopicKind.PUBLIC)
    ]
    for future in admin.create_topics(wanted).values():
        try:
            future.result()
        except KafkaException as error:
            raise RuntimeError("the floor's topics were not created") from error


async def _begin(instance: Instance) -> None:
    """The rows of lanes and inputs, for both."""
    connection = await connected(instance.postgres_dsn("dispatch"), "dispatch")
    async with connection.transaction():
        await store.create_lanes(connection, {str(number): [(TICKETS, number)] for number in range(ONE_MACHINE.lanes)})
    await connection.close()


async def _hop(instance: Instance, count: int) -> Run:
    async with _counting(instance, instance.postgres_dsn("dispatch")) as counter:
        (process,) = instance.start_services(["dispatch"])
        run = await counter.run(count, process)
        instance.stop("dispatch")
    return run


async def _floor(instance: Instance, count: int) -> Run:
    dsn = instance.postgres_dsn("dispatch", _FLOOR)
    async with _counting(instance, dsn) as counter:
        process = instance.start_program("floor", "bench.floor", {"FLOOR_POSTGRES": dsn})
        run = await counter.run(count, process)
        instance.stop("floor", at_once=True)
    return run


class _Counter:
    """Watches next offsets grow, which tells of transactions that were committed."""

    def __init__(self, instance: Instance, connection: asyncpg.Connection[asyncpg.Record], before: int) -> None:
        self._instance = instance
        self._connection = connection
        self._before = before

    async def run(self, count: int, process: Started) -> Run:
        """Measure from the first transaction that is seen to the last one: start-up is left out."""
        seen: list[tuple[float, int, dict[str, float]]] = []

        async def whole() -> bool:
            done = await _offsets(self._connection) - self._before
            if done and not seen:
                seen.append((time.perf_counter(), done, cpu.spent(self._instance)))
            return done >= count or not process.is_alive()

        await until(whole, _PATIENCE, f"{count:,} records")
        if not process.is_alive():
            raise Late(f"{process.name} ended: {process.tail()}")
        began, first, idle = seen[0]
        rate = (count - first) / (time.perf_counter() - began)
        micros = {name: 1e6 * each / (count - first) for name, each in cpu.since(self._instance, idle).items()}
        return Run(rate, micros[process.name], micros["kafka"] + micros["postgres"])


@asynccontextmanager
async def _counting(instance: Instance, dsn: str) -> AsyncIterator[_Counter]:
    connection = await connected(dsn, "dispatch")
    try:
        yield _Counter(instance, connection, await _offsets(connection))
    finally:
        await connection.close()


async def _offsets(connection: asyncpg.Connection[asyncpg.Record]) -> int:
    return int(
        await connection.fetchval("select coalesce(sum(next_offset), 0)::bigint from input where topic = $1", TICKETS)
    )
