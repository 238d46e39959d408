"""faust without its agents: group, assignor and flow control are faust's, the partition worker gets whole fetches.

It leans on private names of faust and aiokafka; each is held by a test, so that an upgrade that changes one goes red.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import faust
import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from confluent_kafka import KafkaException
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from chassis import connecting, reading
from chassis.assignor import LaneAssignor
from chassis.broker import MECHANISM, Broker
from chassis.executor import SESSION_SECONDS
from chassis.load import LogInfo, identities
from chassis.service import Service
from chassis.store import TopicPartition
from chassis.worker import PartitionWorker

FETCH_RECORDS: Final = 1_000
_HEARTBEAT_SECONDS: Final = 3.0
_REQUEST_SECONDS: Final = 30.0
_ANSWER_SECONDS: Final = 3.0
_REBALANCE_SECONDS: Final = 30.0
_RELEASE_SECONDS: Final = 20.0
"""Below the rebalance timeout, so that the group hears of us before it goes on without us."""
_NEVER_SECONDS: Final = 1e6
_POLL_SECONDS: Final = 1.0
_log: Final = structlog.get_logger()


class _Thread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # faust hard-codes read_uncommitted; what outsiders aborted was never said.
        consumer._isolation_level = "read_committed"  # noqa: SLF001
        return consumer


class LaneConsumer(driver.Consumer):  # type: ignore[misc]
    """Hands each fetch whole to the worker, and marks its offsets only after that returned."""

    worker: PartitionWorker

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begins with nothing fetched and nothing to commit."""
        super().__init__(*args, **kwargs)
        self.worker = self.app.worker
        self.worker.executor.consumer = self
        self._processed: dict[TopicPartition, int] = {}
        self._fetched: dict[TopicPartition, int] = {}
        self._asker = _Asker(self.app.reached)

    def _new_consumer_thread(self) -> Any:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    # --- what faust calls ----------------------------------------------------------------------------------------

    async def on_stop(self) -> None:
        """Let go of what was opened beside faust's own."""
        await self._asker.close()
        await super().on_stop()

    async def perform_seek(self) -> None:
        """Postgres knows where to read on; the worker seeks when it has opened the lanes."""
        self.worker.assign(tuple(tp) for tp in self.assignment())

    async def on_partitions_revoked(self, revoked: set[Any]) -> None:
        """Let the worker finish before the group gives the partitions to another."""
        self._processed.clear()
        self.worker.executor.resources.health.note_assignment(assigned=False)
        await self.worker.release(_RELEASE_SECONDS)
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[Any], generation_id: int = 0) -> None:
        """Being given nothing is an answer of the group too."""
        if not assigned:
            self.worker.assign(())
        await super().on_partitions_assigned(assigned, generation_id)
        self.worker.executor.resources.health.note_assignment(assigned=True)

    def coordinator_ended(self) -> bool:
        """Whether aiokafka's task that keeps us in the group is gone."""
        consumer = self._thread._consumer  # noqa: SLF001
        task = getattr(getattr(consumer, "_coordinator", None), "_coordination_task", None)
        return task is not None and task.done()

    async def _getmany(self, active_partitions: Any, timeout: float) -> Any:  # noqa: ASYNC109 - faust's signature
        self._fetched = {tp: epoch for tp, epoch in self.worker.executor.epochs.items() if tp in active_partitions}
        if not self._fetched:
            # An empty set would mean all partitions to aiokafka.
            await asyncio.sleep(0.02)
            return {}
        return await super()._getmany({TP(*tp) for tp in self._fetched}, timeout)

    async def _drain_messages(self, fetcher: Any) -> None:
        while not (self.should_stop or fetcher.should_stop):
            fetched, _ = await self._wait_next_records(_POLL_SECONDS)
            if fetched:
                await self._hand_over(fetched)
            else:
                await asyncio.sleep(0)

    async def _hand_over(self, fetched: Mapping[Any, Sequence[Any]]) -> None:
        whole = {(tp.topic, tp.partition): messages for tp, messages in fetched.items()}
        batch = {}
        for tp, messages in self.worker.trusted(whole, self._fetched).items():
            batch[tp] = [reading.record_of(message) for message in messages]
            self._refuse_unread(messages)
        if batch:
            processed = await self.worker.process(batch)
            self._processed |= processed
            self._read_offset.update({TP(*tp): offset for tp, offset in processed.items()})

    def _refuse_unread(self, messages: Iterable[Any]) -> None:
        """What was too large to be read can only be put aside."""
        for message in messages:
            if message.value is None and (refusal := reading.refusal_of_unread(message)) is not None:
                self.worker.executor.transactions.refused[message.topic, message.partition, message.offset] = refusal

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002
        """Tell the group how far we are: Postgres is the truth, this is for lag tools and may fail."""
        processed, self._processed = self._processed, {}
        offsets = {tp: offset for tp, offset in processed.items() if tp in self.worker.executor.epochs}
        if not offsets:
            return False
        try:
            await self._thread.call_thread(self._commit_offsets_directly, offsets)
        except (KafkaError, OSError) as error:
            _log.info("offsets not committed", error=type(error).__qualname__)
            return False
        return True

    async def _commit_offsets_directly(self, offsets: Mapping[TopicPartition, int]) -> None:
        consumer = self._thread._ensure_consumer()  # noqa: SLF001
        await consumer.commit({driver.ensure_aiokafka_TP(TP(*tp)): offset for tp, offset in offsets.items()})

    def verify_event_path(self, now: float, tp: Any) -> None:
        """Faust's stall detector watches agents; ours is the watchdog."""

    # --- what the worker calls -----------------------------------------------------------------------------------

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Read on from these offsets, 0 included."""
        theirs = {TP(*tp): offset for tp, offset in offsets.items()}
        await self.seek_wait(theirs)
        for tp, offset in theirs.items():
            self._read_offset[tp] = offset
            self._committed_offset[tp] = offset

    async def ends(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        """The ends of partitions as they are now, aborted and unfinished transactions left out."""
        return await self._asker.ends(list(tps))

    async def behind(self, tps: Iterable[TopicPartition]) -> bool:
        """Whether anything waits on the broker that was not fetched yet."""
        ends = await self.ends(tps)
        return any([(await self.position(TP(*tp)) or 0) < end for tp, end in ends.items()])

    async def ask(self) -> None:
        """Return once the broker answered; KafkaError where it does not within seconds."""
        await self._asker.require_answer()

    async def log_info(self, tps: Iterable[TopicPartition]) -> LogInfo:
        """Which logs these are and where they end."""
        asked = list(tps)
        topics = sorted({topic for topic, _ in asked})
        try:
            cluster_id, ids = await asyncio.to_thread(identities, self.app.reached, topics)
        except KafkaException as error:
            raise KafkaError(str(error)) from error
        return LogInfo(cluster_id, ids, await self.ends(asked))


class _Asker:
    """Asks for ends on a connection of its own: on the consumer's, a question waits behind a fetch that waits."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._consumer: AIOKafkaConsumer | None = None
        self._topics: frozenset[str] = frozenset()
        self._one_at_a_time = asyncio.Lock()

    async def ends(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        if not tps:
            return {}
        async with self._connected() as consumer:
            await self._know({topic for topic, _ in tps}, consumer)
            found = await consumer.end_offsets([KafkaPartition(*tp) for tp in tps])
        return {(found_tp.topic, found_tp.partition): end for found_tp, end in found.items()}

    async def require_answer(self) -> None:
        """Return once the broker answered; KafkaError where it does not within seconds."""
        async with self._connected() as consumer:
            try:
                answered = await asyncio.wait_for(consumer._client.force_metadata_update(), _ANSWER_SECONDS)  # noqa: SLF001
            except TimeoutError as error:
                raise KafkaTimeoutError from error
            if not answered:
                raise KafkaConnectionError

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AIOKafkaConsumer]:
        """One at a time; after an error, the next one connects anew."""
        async with self._one_at_a_time:
            try:
                if self._consumer is None:
                    consumer = AIOKafkaConsumer(
                        **self._broker.for_aiokafka(), isolation_level="read_committed", enable_auto_commit=False
                    )
                    await connecting.begin(consumer)
                    self._consumer, self._topics = consumer, frozenset()
                yield self._consumer
            except BaseException:
                await self.close()
                raise

    async def _know(self, topics: set[str], consumer: AIOKafkaConsumer) -> None:
        """Left alone it learns of one topic in a tenth of a second: those of 400 departments would be its time-out."""
        if not topics <= self._topics:
            self._topics |= topics
            await consumer._client.set_topics(self._topics)  # noqa: SLF001

    async def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await connecting.end(consumer)


class LaneTransport(driver.Transport):  # type: ignore[misc]
    """faust's transport with our consumer."""

    Consumer = LaneConsumer


class LaneApp(faust.App):  # type: ignore[misc]
    """A faust app that knows the worker its consumer hands everything to."""

    worker: PartitionWorker
    reached: Broker
    foreign: frozenset[str]
    """The topics of which each partition is a lane of its own."""


def build_app(service: Service, broker: Broker, worker: PartitionWorker, group: str, folder: str) -> LaneApp:
    """Make the faust app of a service, in a consumer group; its folder is never written to."""
    reading.install({topic.name: int(topic.config["max.message.bytes"]) for topic in service.topics})
    app = LaneApp(
        group,
        broker="kafka://" + broker.address.replace(",", ";kafka://"),
        broker_credentials=faust.SASLCredentials(
            username=broker.user, password=broker.password, mechanism=MECHANISM, ssl_context=broker.tls
        ),
        store="memory://",
        datadir=folder,
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        # Without tables, only this makes faust use an assignor of ours, which keeps a lane's partitions together.
        table_standby_replicas=1,
        PartitionAssignor=LaneAssignor,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=_HEARTBEAT_SECONDS,
        broker_request_timeout=_REQUEST_SECONDS,
        broker_rebalance_timeout=_REBALANCE_SECONDS,
        broker_max_poll_interval=_NEVER_SECONDS,
        broker_max_poll_records=FETCH_RECORDS,
        broker_commit_interval=1.0,
        consumer_auto_offset_reset="earliest",
    )
    app.worker, app.reached, app.foreign = worker, broker, worker.executor.transactions.foreign
    app.transport = LaneTransport(app.conf.broker_consumer, app)
    raw = app.topic(*service.inputs, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    @app.agent(raw)  # type: ignore[untyped-decorator]
    async def declared(stream: Any) -> None:
        """Declares the topics to faust; no message ever comes here."""
        async for _ in stream:
            raise AssertionError

    return app
