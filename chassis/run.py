"""Putting a service together and keeping it running: the only way in for composition roots."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import threading
from collections.abc import Awaitable, Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Final

import asyncpg
import stamina
import structlog
import uvloop
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from chassis import crash_points, garbage, logs, metrics
from chassis.broker import NoPasswordError
from chassis.clock import Clock, stopwatch
from chassis.consume import LaneApp, LaneConsumer, build_app
from chassis.dead_letters import DeadLetters
from chassis.executor import SESSION_SECONDS, LaneExecutor, Resources
from chassis.failures import Fenced, transient
from chassis.health import Health, serving
from chassis.migrate import Behind, ensure_months, require_migrated
from chassis.misfit import MisfitError, require_layout
from chassis.outbox import Outbox
from chassis.portions import Portion, Portions
from chassis.publish import EdgeProducer, Producer
from chassis.recovery import recover, require_current
from chassis.service import Connection, EdgeContext, Pool, Service
from chassis.settings import Settings
from chassis.transaction import Transactions
from chassis.watchdog import EXIT_CODE, Watchdog
from chassis.worker import PartitionWorker
from sealing.records import RecordSeal

_END_SECONDS: Final = 25.0
"""After so long an orderly end is given up: what is not published is found by the next worker."""
_PART_SECONDS: Final = 8.0
_BEAT_SECONDS: Final = 0.5
_BROKER_SECONDS: Final = 10.0
_SHARE: Final = 0.5
"""A transaction should take at most this share of the time after which a silent one is ended."""
_LETTERS: Final = 20
_A_WEEK: Final = timedelta(days=7)
_log: Final = structlog.get_logger()


def run(service: Service, settings: Settings) -> int:
    """Run a service until SIGTERM or SIGINT; returns the process's exit code: 0 for an orderly end, 1 for a bug."""
    logs.configure(settings.log, service.name, settings.worker)
    garbage.begin()
    crash_points.arm(settings.crash_at)
    known = ", ".join(settings.known_to_everybody())
    if known and settings.mode != "trial":
        _log.critical("not started", error=f"everybody knows the value of {known}; LIUHEN_MODE=trial allows that")
        return 1
    if known:
        _log.warning("THIS IS A TRIAL: everybody knows the value of some secrets", secrets=known)
    try:
        process = _Process(service, settings)
    except NoPasswordError as error:
        _log.critical("not started", error=str(error))
        return 1
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(process.main())


class _Process:
    def __init__(self, service: Service, settings: Settings) -> None:
        self.service = service
        self.settings = settings
        self.clock = Clock.parse(settings.clock)
        self.health = Health(service.name)
        self.broker = settings.broker(service.name)
        self.dsn = settings.postgres.replace("{service}", service.name)
        self.password = settings.postgres_password(service.name)
        self.stop = asyncio.Event()
        metrics.begin_at_zero(service)
        metrics.NOW.labels(service.name).set_function(lambda: self.clock.now().timestamp())

    async def main(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop.set)
        async with AsyncExitStack() as stack:
            port = await stack.enter_async_context(serving(self.health, self.settings.bind, self.settings.metrics_port))
            beating = asyncio.create_task(self._beat())
            stack.callback(beating.cancel)
            work = asyncio.create_task(self._work(stack))
            _log.info("started", port=port, clock=self.settings.clock)
            stopped = asyncio.create_task(self.stop.wait())
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            _end_within(_END_SECONDS)
            stopped.cancel()
            work.cancel()
            await asyncio.wait({work})
            return self._verdict(work)

    def _verdict(self, work: asyncio.Task[None]) -> int:
        error = None if work.cancelled() else work.exception()
        if error is None:
            _log.info("ended")
            return 0
        if isinstance(error, MisfitError):
            _log.critical("not started", error=str(error))
            return 1
        _log.critical("ended by a bug", error=logs.where(error))
        return 1

    async def _beat(self) -> None:
        while True:
            self.health.beat = stopwatch()
            await asyncio.sleep(_BEAT_SECONDS)

    async def _work(self, stack: AsyncExitStack) -> None:
        """Everything that the service does; ends only by an exception or by being cancelled."""
        pool = await self._ready(stack)
        broker, name = self.broker, self.service.name
        transactions = Transactions(self.service, self.clock, RecordSeal(self.settings.kms(), os.urandom))
        resources, edge_producer = self._resources(pool, transactions), EdgeProducer(broker)
        worker = PartitionWorker(LaneExecutor(transactions, resources))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        app = build_app(self.service, broker, worker, self.settings.group(name), folder)
        await self._take_back(transactions)
        watchdog = Watchdog(self.health, lambda: _coordinator_ended(app), 3 * SESSION_SECONDS)
        watchdog.start()
        context = EdgeContext(pool, self.clock, edge_producer)
        ever = (worker.run(), _faust(app), self._make_months(pool))
        tasks = {asyncio.create_task(work, name=str(work)) for work in ever}
        edges = {asyncio.create_task(_edge(edge(context))) for edge in self.service.edges}
        try:
            done, _ = await asyncio.wait(tasks | edges, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            watchdog.stop()
            for edge in edges:
                edge.cancel()
            await _in_order(
                worker.release(_PART_SECONDS),
                app.stop(),
                worker.stop(),
                resources.outbox.close(),
                resources.dead_letters.close(),
                resources.producer.close(),
                edge_producer.close(),
            )
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks | edges, timeout=1.0)

    def _resources(self, pool: Pool, transactions: Transactions) -> Resources:
        """What every lane works with."""
        broker, name = self.broker, self.service.name
        limit = self.settings.silence_seconds * _SHARE
        outbox = Outbox(pool, lambda: Producer(broker, name), name, limit, self.service.contacts)
        return Resources(
            self._connect,
            pool,
            Producer(broker, name),
            outbox,
            self._dead_letters(outbox, pool, transactions, limit),
            self.health,
            logs.Canonical(self.settings.log, name, self.settings.worker),
            lambda connection: require_current(connection, broker, transactions),
            limit,
        )

    async def _take_back(self, transactions: Transactions) -> None:
        """Where the database was restored from an older copy, first know again what was said since."""
        async for attempt in stamina.retry_context(on=_unavailable, attempts=None, timeout=None):
            with attempt:
                connection = await self._connect()
                try:
                    await recover(connection, self.broker, transactions)
                finally:
                    connection.terminate()

    def _dead_letters(self, outbox: Outbox, pool: Pool, transactions: Transactions, limit: float) -> DeadLetters:
        portions = Portions(self.service.name, "dead_letters", Portion(_LETTERS, _LETTERS), limit)
        producer = Producer(self.broker, self.service.name)
        return DeadLetters(outbox, pool, producer, transactions.limits, portions, transactions.seal)

    async def _ready(self, stack: AsyncExitStack) -> Pool:
        """Wait for the database, its migrations and the broker, for as long as it takes."""
        pool = asyncpg.create_pool(
            self.dsn,
            password=self.password,
            min_size=0,
            max_size=5,
            server_settings=self._server_settings(),
            reset=_as_it_is,
        )
        stack.push_async_callback(_close_pool, pool)
        await pool
        async for attempt in stamina.retry_context(on=_unavailable, attempts=None, timeout=None):
            with attempt:
                async with pool.acquire() as connection:
                    await require_migrated(connection, self.service.name, self.service.migrations)
                    await ensure_months(connection, self.clock.now())
                await asyncio.to_thread(self._ask_broker)
        return pool

    async def _make_months(self, pool: Pool) -> None:
        """Partitions are made weeks before their months come, for as long as the service runs."""
        while True:
            await self.clock.sleep_until(self.clock.now() + _A_WEEK)
            try:
                async with pool.acquire() as connection:
                    await ensure_months(connection, self.clock.now())
            except Exception as error:
                if not transient(error):
                    raise
                _log.info("months not made, tried again in a week", error=logs.where(error))

    def _ask_broker(self) -> None:
        found = AdminClient(self.broker.for_librdkafka()).list_topics(timeout=_BROKER_SECONDS).topics
        there = {name: len(topic.partitions) for name, topic in found.items()}
        require_layout(self.service.topics, there, self.settings)

    def _server_settings(self) -> dict[str, str]:
        silence = self.settings.silence_seconds
        return {
            "search_path": self.service.name,
            "application_name": f"{self.service.name}/{self.settings.worker}",
            "idle_in_transaction_session_timeout": f"{silence:.0f}s",
            "lock_timeout": f"{3 * silence:.0f}s",
            "jit": "off",
            "timezone": "UTC",
        }

    async def _connect(self) -> Connection:
        return await asyncpg.connect(self.dsn, password=self.password, server_settings=self._server_settings())


def _unavailable(error: Exception) -> bool:
    return transient(error) or isinstance(error, KafkaException | Behind | Fenced)


async def _faust(app: LaneApp) -> None:
    await app.start()
    await app.wait_until_stopped()
    if app.crash_reason is not None:
        raise app.crash_reason


async def _edge(work: Awaitable[None]) -> None:
    await work
    raise RuntimeError("an edge ended by itself")


def _coordinator_ended(app: LaneApp) -> bool:
    consumer = app._consumer  # noqa: SLF001 - the property would make one
    return isinstance(consumer, LaneConsumer) and consumer.coordinator_ended()


async def _in_order(*parts: Coroutine[Any, Any, None]) -> None:
    for part in parts:
        try:
            await asyncio.wait_for(part, _PART_SECONDS + 1)
        except Exception as error:  # noqa: BLE001 - the next worker takes over whatever is left
            _log.warning("a part did not end", error=logs.where(error))


async def _as_it_is(_connection: Connection) -> None:
    """Put a connection back as it is: nobody changes its session, and to ask the database so costs a second trip.

    A transaction that is open is rolled back before this.
    """


async def _close_pool(pool: Pool) -> None:
    try:
        await asyncio.wait_for(pool.close(), 1.0)
    except TimeoutError:
        pool.terminate()


def _end_within(seconds: float) -> None:
    timer = threading.Timer(seconds, os._exit, (EXIT_CODE,))
    timer.daemon = True
    timer.start()
