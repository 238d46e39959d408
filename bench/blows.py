"""The blows that a system of ours is dealt: a closed list, each by name, and what it takes to recover from each."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple

import asyncpg

from bench.lines import Harm
from bench.village import SECOND, Village, seen
from bench.wired import Wired
from tools.local import workers
from tools.local.process import family, wait_for_end

_log: Final = logging.getLogger(__name__)
AWAY_SECONDS: Final = 5.0
"""So long what all stand on stands still, and a line is harmed."""


class Blow(StrEnum):
    """Everything that is done to a system."""

    KILLED = "a worker is killed, and started again once the other one has its lanes"
    STILL = "a worker stands still for longer than its group waits for it"
    ENDED = "a worker is ended by SIGTERM, and started again"
    JOINED = "a third worker comes to the same lanes, and goes"
    ROLLED = "all workers of a service are restarted, one after the other"
    BROKER_KILLED = "a broker is killed, and started again"
    BROKER_STILL = "a broker stands still"
    BROKER_LATE = "a broker is killed, and a worker starts before it is back"
    DATABASE_STOPPED = "the database is stopped immediately, and started again"
    DATABASE_STILL = "the database stands still"
    BACKENDS_ENDED = "all sessions of the database are ended"
    LINE_DELAYED = "all that is said on a line comes late"
    LINE_DROPPED = "what is said on a line is lost"
    LINE_HALF_CLOSED = "one side of a line falls silent"
    LINE_RESET = "a line is cut"
    LINE_FROZEN = "nothing moves on a line"


LINES: Final = {
    Blow.LINE_DELAYED: Harm.DELAYED,
    Blow.LINE_DROPPED: Harm.DROPPED,
    Blow.LINE_HALF_CLOSED: Harm.HALF_CLOSED,
    Blow.LINE_RESET: Harm.RESET,
    Blow.LINE_FROZEN: Harm.FROZEN,
}
"""The blows to lines."""
FOUNDATIONS: Final = frozenset(
    {Blow.BROKER_KILLED, Blow.BROKER_STILL, Blow.BROKER_LATE, Blow.DATABASE_STOPPED, Blow.DATABASE_STILL}
)
"""The blows to what all stand on."""


class Dealt(NamedTuple):
    """A blow that was dealt: at whom, and for how many seconds what was struck was away."""

    blow: Blow
    whom: str
    away: float
    moved: float | None = None
    """After how many seconds another worker had the lanes of one that was killed."""


class _Way(NamedTuple):
    """How a blow is dealt, and at whom it may be."""

    targets: Callable[[], Sequence[str]]
    strike: Callable[[str], Awaitable[float | None]]


class Nemesis:
    """Deals blows to a village, at whom chance says."""

    def __init__(self, village: Village, instance: Wired, chance: random.Random) -> None:
        """The instance is the village's."""
        self.village, self.instance, self._chance = village, instance, chance
        self.dealt: Counter[Blow] = Counter()
        self._ways: Mapping[Blow, _Way] = dict(self._all_ways())

    def deck(self) -> Sequence[Blow]:
        """All blows, in an order of chance."""
        return self._chance.sample(list(Blow), len(Blow))

    async def deal(self, blow: Blow, whom: str = "") -> Dealt:
        """Deal a blow (`whom`: to this part), and return once what was struck is back."""
        began, way = time.monotonic(), self._ways[blow]
        whom = whom or self._chance.choice(way.targets())
        moved = await way.strike(whom)
        self.dealt[blow] += 1
        dealt = Dealt(blow, whom, time.monotonic() - began, moved)
        _log.info("%s %s: away %.1f s", blow.name, whom, dealt.away)
        return dealt

    def _all_ways(self) -> Iterator[tuple[Blow, _Way]]:
        yield Blow.KILLED, _Way(self._in_pairs, self._kill)
        yield Blow.STILL, _Way(self._workers, self.village.freeze)
        yield Blow.ENDED, _Way(self._workers, self._restart)
        yield Blow.JOINED, _Way(self._services, self._join)
        yield Blow.ROLLED, _Way(self._services, self._roll)
        yield Blow.BROKER_KILLED, _Way(self._brokers, self._kill_broker)
        yield Blow.BROKER_STILL, _Way(self._brokers, self._stand_still)
        yield Blow.BROKER_LATE, _Way(self._brokers, self._come_late)
        yield Blow.DATABASE_STOPPED, _Way(lambda: ("postgres",), self._stop_database)
        yield Blow.DATABASE_STILL, _Way(lambda: ("postgres",), self._stand_still)
        yield Blow.BACKENDS_ENDED, _Way(lambda: ("postgres",), self._end_backends)
        for blow, harm in LINES.items():
            yield blow, _Way(lambda: self.instance.lines.names, partial(self._harm, harm))

    def _brokers(self) -> Sequence[str]:
        return [node.process for node in self.instance.brokers]

    def _services(self) -> Sequence[str]:
        return list(self.instance.plan.services)

    def _in_pairs(self) -> Sequence[str]:
        return [name for each in self.village.twice for name in (each, f"{each}-{SECOND}")]

    def _workers(self) -> list[str]:
        return [process.name for _, process in workers.workers(self.instance)]

    async def _kill(self, name: str) -> float:
        """Kill a worker; it is started again once the other one of its service has its lanes."""
        service = workers.worker_of(name).service
        lanes = await self._lanes(service)
        await asyncio.to_thread(workers.stop, self.instance, name, at_once=True)

        async def held() -> bool:
            # It may have ended by itself, from what was struck before.
            await self.village.revive()
            others = [each for worker, each in workers.workers(self.instance) if worker.service == service]
            return await asyncio.to_thread(lambda: [workers.lanes_of(each) for each in others] == [lanes])

        moved = await seen(held, f"the {lanes} lanes of {service} move")
        await asyncio.to_thread(workers.start, self.instance, *workers.worker_of(name))
        return moved

    async def _restart(self, name: str) -> None:
        await asyncio.to_thread(workers.restart, self.instance, name)

    async def _roll(self, service: str) -> None:
        for name in self._workers():
            if workers.worker_of(name).service == service:
                await self._restart(name)

    async def _kill_broker(self, name: str) -> None:
        await asyncio.to_thread(self.instance.restart, name, at_once=True)

    async def _lanes(self, service: str) -> int:
        connection = await asyncpg.connect(self.instance.postgres_dsn(service))
        try:
            return int(await connection.fetchval(f"select count(*) from {service}.lane"))  # noqa: S608 - our own names
        finally:
            await connection.close()

    async def _join(self, service: str) -> None:
        worker = await asyncio.to_thread(workers.start, self.instance, service, None)
        await asyncio.to_thread(workers.stop, self.instance, worker.process)

    async def _stand_still(self, name: str) -> None:
        async with still(name, self.village):
            await asyncio.sleep(AWAY_SECONDS)

    async def _come_late(self, broker: str) -> None:
        name = self._chance.choice(self._workers())
        await asyncio.to_thread(self.instance.stop, broker, at_once=True)
        await asyncio.to_thread(workers.stop, self.instance, name, at_once=True)
        await asyncio.to_thread(workers.start, self.instance, *workers.worker_of(name), wait=False)
        await asyncio.sleep(AWAY_SECONDS)
        await asyncio.to_thread(self.instance.restart, broker, at_once=True)

    async def _stop_database(self, name: str) -> None:
        """As `pg_ctl stop -m immediate` does, and a start afterwards."""
        server = self.village.process(name).identity
        os.kill(server.pid, signal.SIGQUIT)
        await asyncio.to_thread(wait_for_end, server, AWAY_SECONDS)
        await asyncio.to_thread(self.instance.restart, name, at_once=True)

    async def _end_backends(self, _: str) -> None:
        connection = await asyncpg.connect(self.instance.postgres_dsn())
        try:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where backend_type = 'client backend' and pid <> pg_backend_pid()"
            )
        finally:
            await connection.close()

    async def _harm(self, harm: Harm, line: str) -> None:
        self.instance.lines.harm(line, harm)
        if harm not in (Harm.RESET, Harm.HALF_CLOSED):
            await asyncio.sleep(AWAY_SECONDS)
        self.instance.lines.harm(line, None)


@asynccontextmanager
async def still(name: str, village: Village) -> AsyncIterator[None]:
    """A process and all that came from it stand still."""
    pids = [identity.pid for identity in family(village.process(name))]
    _signal(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(pids, signal.SIGCONT)


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
