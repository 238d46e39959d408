"""The open lanes of this process: opening them, executing their transactions, publishing what those recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import structlog
from aiokafka.errors import KafkaError

from chassis import crash_points, metrics, store, timers
from chassis.clock import stopwatch, wall
from chassis.crash_points import CrashPoint
from chassis.dead_letters import DeadLetters
from chassis.failures import Dependency, Fenced, transient
from chassis.health import Health
from chassis.lane import LaneState, lane_of
from chassis.load import LogInfo, load_lanes
from chassis.logs import Canonical
from chassis.outbox import Outbox
from chassis.portions import Portion, Portions
from chassis.publish import Producer, publish
from chassis.service import MOST_AT_ONCE, Connection, Instant, Pool, Record
from chassis.store import Event, TopicPartition
from chassis.telemetry import report, report_timers
from chassis.transaction import TransactionResult, Transactions
from chassis.zombies import evicting_zombies

SESSION_SECONDS: Final = 10.0
"""A member of the group that is silent for so long is dead to it; a lock that is held for so long is a zombie's."""
_UNPUBLISHED_AT_ONCE: Final = 1_000
_RECORDS_AT_FIRST: Final = 100
_RECORDS: Final = 1_000
_EVENTS: Final = 2_000
_log: Final = structlog.get_logger()

T = TypeVar("T")
Batch = Mapping[TopicPartition, Sequence[Record]]
"""One fetch: the records of each partition, in order."""


class Consumer(Protocol):
    """What the executor needs of the Kafka consumer."""

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None: ...

    async def log_info(self, tps: Iterable[TopicPartition]) -> LogInfo: ...

    async def ask(self) -> None: ...

    async def ends(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]: ...

    async def behind(self, tps: Iterable[TopicPartition]) -> bool: ...


@dataclass(frozen=True, slots=True)
class Resources:
    """What the executor works with."""

    connect: Callable[[], Awaitable[Connection]]
    pool: Pool
    producer: Producer
    outbox: Outbox
    dead_letters: DeadLetters
    health: Health
    canonical: Canonical
    require_current: Callable[[Connection], Awaitable[None]]
    """Raises where the database was replaced by an older copy of it."""
    limit: float
    """Seconds that a transaction, or a portion that is published, should take at most."""


class LaneExecutor:
    """Opens lanes and executes their transactions; used by one task at a time.

    A partition has an epoch while its lane is open: what was fetched under another epoch is not to be trusted.
    """

    def __init__(self, transactions: Transactions, resources: Resources) -> None:
        """Begins with no lane; `consumer` is set by the consumer itself, before it assigns partitions."""
        self.transactions = transactions
        self.states = transactions.states
        self.resources = resources
        self.service = transactions.service.name
        self.consumer: Consumer
        self.epochs: dict[TopicPartition, int] = {}
        self.assigned: frozenset[TopicPartition] = frozenset()
        self.paused: dict[str, list[TopicPartition]] = {}
        self.waiting_since: Instant | None = None
        self.records = self._portions("records", Portion(_RECORDS_AT_FIRST, _RECORDS))
        self.others = self._portions("timers", Portion(MOST_AT_ONCE, MOST_AT_ONCE))
        self._events = self._portions("events", Portion(_EVENTS, _EVENTS))
        self._saved: dict[str, int] = {}
        self._epoch = 0
        self._connection: Connection | None = None
        self._connected_before = self._doubtful = False
        metrics.LAG.labels(self.service).set_function(self._lag)

    def _portions(self, work: str, portion: Portion) -> Portions:
        return Portions(self.service, work, portion, self.resources.limit)

    def lane(self, tp: TopicPartition) -> str:
        """Name the lane of a partition."""
        return lane_of(tp, tp[0] in self.transactions.foreign)

    def by_lane(self, batch: Batch) -> dict[str, list[Sequence[Record]]]:
        """Sort a batch by lanes."""
        lanes: defaultdict[str, list[Sequence[Record]]] = defaultdict(list)
        for tp, records in batch.items():
            lanes[self.lane(tp)].append(records)
        return lanes

    # --- opening -------------------------------------------------------------------------------------------------

    async def open(self, lanes: Mapping[str, list[TopicPartition]], *, seek: bool) -> None:
        """Open lanes: load their state, publish what is recorded and unpublished, read on at the next offset."""
        inputs = [tp for tps in lanes.values() for tp in tps]
        connection = await self.connected()
        now = self.transactions.clock.now()
        states = await self.evicting(load_lanes(connection, lanes, lambda: self.consumer.log_info(inputs), now))
        if self._doubtful:
            await self.resources.require_current(connection)
            self._doubtful = False
        crash_points.here(CrashPoint.LOADED)
        for name, state in states.items():
            await self._publish_rest(connection, state)
            self._saved[name] = state.published
        self.states.update({name: state for name, state in states.items() if state.paused is None})
        self.resources.outbox.lanes.update(states)
        for _, topic in await store.outward_topics(connection, sorted(states)):
            self.resources.outbox.reload(topic)
        self.resources.dead_letters.wake()
        self.resources.health.progressed = stopwatch()
        running = [tp for name, tps in lanes.items() if name in self.states for tp in tps]
        if seek and running:
            await self.consumer.seek({tp: self.states[self.lane(tp)].offsets[tp] for tp in running})
        for tp in running:
            self._epoch += 1
            self.epochs[tp] = self._epoch
        for name, state in states.items():
            if state.paused is not None:
                self._pause(state, lanes[name])

    async def _publish_rest(self, connection: Connection, state: LaneState) -> None:
        name = state.lane.name
        while events := await store.unpublished(connection, name, _UNPUBLISHED_AT_ONCE):
            await self._publish(events)
            state.published = events[-1].number
            await store.save_published(connection, {name: state.published})

    def _pause(self, state: LaneState, tps: Iterable[TopicPartition]) -> None:
        """Loudly: a lane that stands still is citizens who wait."""
        self.paused[state.lane.name] = list(tps)
        metrics.ALARMS.labels(self.service, state.alarm or "paused").inc()
        _log.error("lane stands still", lane=state.lane.name, reason=state.paused)

    # --- executing -----------------------------------------------------------------------------------------------

    async def execute(self, lanes: Mapping[str, Sequence[Sequence[Record]]], horizons: Mapping[str, Instant]) -> None:
        """Process the records of each lane, and its timers up to its horizon, in one transaction; then publish."""
        began, records = stopwatch(), sum(len(each) for inputs in lanes.values() for each in inputs)
        connection = await self.connected()
        try:
            result = await self.evicting(self.transactions.run(connection, lanes, horizons, self.others.size))
        except Exception as error:
            if transient(error) and not isinstance(error, Fenced):
                self._learn(records, stopwatch() - began, went_well=False)
            raise
        crash_points.here(CrashPoint.COMMITTED)
        self._learn(records, stopwatch() - began, went_well=True)
        await self.after_commit(result, began)

    async def crowded(self, records: Iterable[Record]) -> Mapping[str, Instant]:
        """By lane, up to when timers fire before records, where these are more than one transaction takes."""
        moments = self.transactions.moments(records)
        if not moments:
            return {}
        due = await timers.waiting(await self.connected(), moments, self.others.size + 1)
        return moments if due > self.others.size else {}

    def _learn(self, records: int, seconds: float, *, went_well: bool) -> None:
        """Learn from how long it took; a transaction without records is taken to have done as much as it was let."""
        portions, much = (self.records, records) if records else (self.others, self.others.size)
        if went_well:
            portions.succeeded(much, seconds)
            return
        portions.failed(much, seconds)
        if records:
            self.others.failed(self.others.size, seconds)

    async def after_commit(self, result: TransactionResult, began: float) -> None:
        """Publish what was recorded, remember how far, and report."""
        metrics.TURN.labels(self.service).observe(stopwatch() - began)
        own = [event for event in result.events if not event.outward]
        await self._publish(own)
        for name in result.lanes:
            state = self.states[name]
            state.published = state.next_number - 1
            if state.paused is not None:
                self._close(state)
        self.resources.outbox.add(event for event in result.events if event.outward)
        if result.dead:
            self.resources.dead_letters.wake()
        self._arm(result)
        report(result, self.resources.canonical, self.service, stopwatch() - began, self.waiting_since)
        self.resources.health.progressed = stopwatch()
        self.ready(Dependency.DATABASE)

    async def ask_around(self) -> None:
        """Ask broker and database whether they answer: who has nothing to do would else say for long that all is well.

        A broker that is late does not close the lanes: it may only be busy.
        """
        await self._ask_broker()
        await store.ping(await self.connected())

    async def probe(self) -> None:
        """Ask what is in the way whether it still is; without it, one who has nothing to do would never hear."""
        reasons = self.resources.health.reasons
        if Dependency.DATABASE in reasons:
            await store.ping(await self.connected())
            self.ready(Dependency.DATABASE)
        if Dependency.BROKER in reasons:
            await self._ask_broker()

    async def _ask_broker(self) -> None:
        try:
            await self.consumer.ask()
        except KafkaError as error:
            self.unready(Dependency.BROKER, f"no answer: {error}")
        else:
            self.ready(Dependency.BROKER)
            self.resources.health.note_behind(behind=await self.consumer.behind(list(self.epochs)))

    async def _publish(self, events: Sequence[Event]) -> None:
        await publish(self.resources.producer, events, self.resources.health, self._events)

    def _close(self, state: LaneState) -> None:
        del self.states[state.lane.name]
        tps = [tp for tp in self.assigned if self.lane(tp) == state.lane.name]
        for tp in tps:
            self.epochs.pop(tp, None)
        self._pause(state, tps)

    def _arm(self, result: TransactionResult) -> None:
        for name, moment in result.outcome.timers.armed.items():
            state = self.states.get(name)
            if state is not None and (state.next_due is None or moment < state.next_due):
                state.next_due = moment
        nows = {name: state.lane.now for name, state in self.states.items()}
        report_timers(result, self.service, self.transactions.clock.speed, nows)

    def drop(self, names: Iterable[str]) -> None:
        """The state of a lane is worth nothing after a failure: the lane is opened again."""
        gone = set(names)
        for name in gone:
            self.states.pop(name, None)
        for tp in [tp for tp in self.epochs if self.lane(tp) in gone]:
            del self.epochs[tp]

    # --- the database and what is seen from outside --------------------------------------------------------------

    async def connected(self) -> Connection:
        """The connection of the lane transactions, made anew when it was lost."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await self.resources.connect()
            # Whoever begins has looked; a database that was away may have come back as another.
            self._doubtful, self._connected_before = self._connected_before, True
        return self._connection

    def disconnect(self) -> None:
        """Drop the connection, and with it whatever it was in the middle of."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def evicting(self, work: Coroutine[Any, Any, T]) -> T:
        """Do work under lane locks; a zombie that keeps one of them loses its session."""
        try:
            connection = await self.connected()
        except BaseException:
            work.close()
            raise
        return await evicting_zombies(work, connection, self.resources.pool, SESSION_SECONDS)

    def unsaved_published(self) -> dict[str, int]:
        """How far lanes are published, where the database does not say so yet."""
        return {
            name: state.published for name, state in self.states.items() if state.published > self._saved.get(name, 0)
        }

    async def save_published(self, published: Mapping[str, int]) -> None:
        """Write down how far lanes are published, and how far that reached on their topics."""
        if published:
            reached = self.resources.producer.take_reached()
            async with self.resources.pool.acquire() as connection:
                await store.save_published(connection, published)
                await store.save_reached(connection, reached)
            self._saved.update(published)

    def unready(self, name: str, reason: str) -> None:
        """Something is in the way, and is tried again."""
        self.resources.health.unready(name, reason)

    def ready(self, name: str) -> None:
        """It is out of the way."""
        self.resources.health.ready(name)

    def _lag(self) -> float:
        return 0.0 if self.waiting_since is None else max(0.0, (wall() - self.waiting_since).total_seconds())
