"""One worker of a service in the simulation: all of the chassis but faust, aiokafka and asyncpg."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from chassis.clock import Clock
from chassis.dead_letters import DeadLetters
from chassis.executor import LaneExecutor, Resources
from chassis.failures import transient
from chassis.health import Health
from chassis.logs import Canonical
from chassis.outbox import Outbox
from chassis.portions import Portion, Portions
from chassis.service import Service
from chassis.transaction import Transactions
from chassis.worker import PartitionWorker
from sealing.masters import MasterKeys
from sealing.records import RecordSeal
from tests.support.sim.broker import HEARTBEAT_SECONDS, START, Broker, Group, Producer, Reader
from tests.support.sim.loop import Process, World
from tests.support.sim.postgres import Database, Pool

_RELEASE_SECONDS: Final = 20.0
_LIMIT: Final = 2.0
SEAL: Final = RecordSeal(MasterKeys("of-the-simulation", lambda size: b"\0" * size), lambda size: b"\1" * size)


@dataclass(frozen=True, slots=True)
class SimulatedClock(Clock):
    """Time as the world has it, and as wrong as the process's clock is."""

    world: World | None = None
    process: Process | None = None

    def now(self) -> datetime:
        assert self.world is not None
        assert self.process is not None
        return START + timedelta(seconds=self.world.now + self.process.skew)


class _Silent(Canonical):
    def __init__(self) -> None:
        """Says nothing: what happened is told by the schedule."""

    def write(self, lines: object, milliseconds: float) -> None:
        """Not at all."""


@dataclass(frozen=True, slots=True)
class Foundations:
    """What a worker stands on."""

    world: World
    broker: Broker
    database: Database
    group: Group


class SimulatedWorker:
    """Does what `chassis.run` and the consumer do, on the simulated foundations."""

    def __init__(self, service: Service, process: Process, on: Foundations) -> None:
        self.process, self.on = process, on
        pool: Any = Pool(on.database, service.name)
        transactions = Transactions(service, SimulatedClock(START, 1.0, 0.0, on.world, process), SEAL)

        def producer() -> Any:
            return Producer(on.broker)

        self.outbox = Outbox(pool, producer, service.name, _LIMIT, None)
        portions = Portions(service.name, "dead_letters", Portion(10, 10), _LIMIT)
        self.dead_letters = DeadLetters(self.outbox, pool, producer(), transactions.limits, portions, SEAL)
        self.reader = Reader(on.broker)

        async def connect() -> Any:
            return await on.database.connect(service.name)

        async def current(_: Any) -> None:
            """No copy takes the place of the tables here."""

        resources = Resources(
            connect, pool, producer(), self.outbox, self.dead_letters, Health(service.name), _Silent(), current, _LIMIT
        )
        executor = LaneExecutor(transactions, resources)
        executor.consumer = self.reader
        self.worker = PartitionWorker(executor)

    async def run(self) -> None:
        """Work until killed or stopped; an exception is a bug."""
        tasks = [asyncio.create_task(work) for work in (self.worker.run(), self._belong(), self._read())]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def stop(self) -> None:
        """End as SIGTERM does: finish what is under way, write down how far it is, and leave the group."""
        await self.worker.release(_RELEASE_SECONDS)
        await self.worker.stop()
        for close in (self.outbox.close, self.dead_letters.close):
            try:
                await close()
            except Exception as error:
                if not transient(error):
                    raise
        self.on.group.leave(self.process.name)

    async def _belong(self) -> None:
        """Keep up the membership in the group, as faust does in a thread of its own."""
        while True:
            try:
                generation, tps = await self.on.group.join(self.process.name)
                self.worker.assign(tps)
                while await self.on.group.beat(self.process.name, generation):  # noqa: ASYNC110 - as members do
                    await asyncio.sleep(HEARTBEAT_SECONDS)
            except Exception as error:
                if not transient(error):
                    raise
                await asyncio.sleep(0.5)
            await self.worker.release(_RELEASE_SECONDS)

    async def _read(self) -> None:
        """Fetch, hand over, and only then tell the group."""
        worker = self.worker
        while True:
            under = dict(worker.executor.epochs)
            if not under:
                await asyncio.sleep(0.3)
                continue
            try:
                fetched = await self.reader.fetch(under)
                batch = worker.trusted(fetched, under)
                if batch:
                    done = await worker.process(batch)
                    await self.on.group.commit({tp: at for tp, at in done.items() if tp in worker.executor.epochs})
            except Exception as error:
                if not transient(error):
                    raise
                await asyncio.sleep(0.2)
