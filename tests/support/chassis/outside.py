"""A toy service under test: its topics, its schema, its processes, and what can be seen of it from outside."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis.broker import Broker
from chassis.connecting import connected
from chassis.publish import Producer, Wire
from schemas.envelope import Envelope, decode, derived_id, partition_of

PROGRAM = Path(__file__).with_name("toy.py")
LANES = 4


@dataclass(slots=True)
class Toy:
    """One toy service with topics, role and schema of its own."""

    name: str
    kafka: Broker
    """As a user to whom nothing is forbidden: a toy's topics are in no registry."""
    dsn: str
    owner_dsn: str
    folder: Path
    clock: str = "real"
    silence_seconds: float = 10.0
    """After so long a silent transaction is ended."""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    sequences: Counter[int] = field(default_factory=Counter)

    @property
    def master_key(self) -> str:
        return f"master-of-{self.name}"

    @property
    def heard(self) -> str:
        return f"{self.name}.in"

    @property
    def said(self) -> str:
        return f"{self.name}.out"

    @property
    def outward(self) -> str:
        return f"{self.name}.outward"

    @property
    def foreign(self) -> str:
        return f"{self.name}.foreign"

    def topics(self) -> list[NewTopic]:
        return [
            NewTopic(self.heard, LANES, 1),
            NewTopic(self.said, LANES, 1),
            NewTopic(self.foreign, 1, 1),
            NewTopic(f"{self.foreign}-dlt", 1, 1),
        ]

    def start(self, worker: str = "1") -> subprocess.Popen[bytes]:
        """Start one worker; what it says goes to a file that a failing test shows."""
        environment = {
            **os.environ,
            "LIUHEN_KAFKA": self.kafka.address,
            "LIUHEN_KAFKA_USER": self.kafka.user,
            "LIUHEN_KAFKA_PASSWORD": self.kafka.password,
            "LIUHEN_POSTGRES": self.dsn,
            "LIUHEN_CLOCK": self.clock,
            "LIUHEN_SILENCE_SECONDS": str(self.silence_seconds),
            "LIUHEN_WORKER": worker,
            "LIUHEN_REDACTION_SECRET": f"of-{self.name}",
            "LIUHEN_MASTER_KEY": self.master_key,
            "LIUHEN_METRICS_PORT": "0",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        names = [self.name, self.heard, self.said, self.outward, self.foreign]
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - the command is ours
                [sys.executable, str(PROGRAM), *names], env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        self.processes.append(process)
        return process

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def logged(self, words: str) -> bool:
        return words in self.log.read_text("utf-8")

    def measured(self) -> str:
        """What the worker that was started last tells of itself; nothing before it serves."""
        with urlopen(f"http://127.0.0.1:{self._ports()[-1]}/metrics") as answer:
            told: str = answer.read().decode()
        return told

    async def ready(self) -> bool:
        return bool(self._ports()) and not self.waits()

    async def unready(self) -> bool:
        return bool(self._ports() and self.waits())

    def waits(self) -> dict[str, str]:
        """What the worker that was started last says is in its way."""
        try:
            with urlopen(f"http://127.0.0.1:{self._ports()[-1]}/ready") as answer:
                told = answer.read()
        except HTTPError as error:
            told = error.read()
        waits: dict[str, str] = json.loads(told)["waits"]
        return waits

    def _ports(self) -> list[int]:
        return [line["port"] for line in map(json.loads, self.log.read_text("utf-8").splitlines()) if "port" in line]

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()

    def poke(
        self, n: int, key: str, *, text: str = "", wait: float | None = None, at: datetime | None = None, skip: int = 0
    ) -> Wire:
        """The next message for a key; `skip` leaves sequence numbers out, as a lost event would."""
        partition = partition_of(key, LANES)
        self.sequences[partition] += 1 + skip
        waiting = "" if wait is None else f',"wait":{wait}'
        envelope = Envelope(
            id=derived_id("poke", n),
            source=f"liuhen/feed/{partition}",
            type="liuhen.toy.poke.v1",
            time=at or datetime.now(UTC),
            subject=key,
            sequence=self.sequences[partition],
        )
        body = f'{{"n":{n},"text":"{text}"{waiting}}}'.encode()
        return Wire(self.heard, partition, key.encode(), body, envelope.headers())

    async def send(self, wires: Sequence[Wire]) -> None:
        producer = Producer(self.kafka, "feed")
        await producer.send(wires)
        await producer.close()

    async def rows(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.dsn, server_settings={"search_path": self.name})
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def value(self, sql: str, *arguments: object) -> Any:
        rows = await self.rows(sql, *arguments)
        return rows[0][0] if rows else None

    async def copy(self) -> None:
        """Keep a copy of the toy's tables as they are now, as a dump would; the toy stands still meanwhile."""
        await self._as_owner(
            "create schema {copy}",
            "do $$ declare t text; begin for t in {tables} loop"
            " execute format('create table {copy}.%I as table {name}.%I', t, t); end loop; end $$",
        )

    async def restore(self) -> None:
        """Put the copy in place of the tables, as whoever stops the database for it does: nobody stays connected."""
        await self._as_owner(
            "set session_replication_role = replica",
            "do $$ declare t text; begin for t in {tables} loop"
            " execute format('delete from {name}.%I', t);"
            " execute format('insert into {name}.%I overriding system value table {copy}.%I', t, t); end loop; end $$",
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = '{name}'",
        )

    async def _as_owner(self, *statements: str) -> None:
        tables = (
            "select c.relname from pg_class c where c.relnamespace = '{name}'::regnamespace"
            " and c.relkind in ('r', 'p') and not c.relispartition"
        ).replace("{name}", self.name)
        connection = await asyncpg.connect(self.owner_dsn)
        try:
            for statement in statements:
                told = statement.replace("{tables}", tables).replace("{copy}", f"{self.name}_copy")
                await connection.execute(told.replace("{name}", self.name))
        finally:
            await connection.close()

    async def until(self, condition: Callable[[], Awaitable[bool]], seconds: float = 60.0) -> None:
        """Wait for a condition; a test that waits in vain shows what the toy said last."""
        try:
            async with asyncio.timeout(seconds):
                while not await condition():  # noqa: ASYNC110 - what is waited for is in another process
                    await asyncio.sleep(0.1)
        except TimeoutError:
            told = [line for line in self.log.read_text("utf-8").splitlines() if '"record"' not in line]
            raise AssertionError("\n".join(["waited in vain; the toy said:", *told[-20:]])) from None

    async def until_said(self, events: int, seconds: float = 60.0) -> None:
        async def enough() -> bool:
            return int(await self.value("select count(*) from event where not outward")) >= events

        await self.until(enough, seconds)

    async def read(self, topic: str) -> list[tuple[Envelope, bytes]]:
        """Everything on a topic, in the order of each partition."""
        consumer = AIOKafkaConsumer(**self.kafka.for_aiokafka(), enable_auto_commit=False, auto_offset_reset="earliest")
        async with connected(consumer):
            parts = [TopicPartition(topic, p) for p in await _partitions(consumer, topic)]
            consumer.assign(parts)
            ends = await consumer.end_offsets(parts)
            found = []
            while any([await consumer.position(part) < ends[part] for part in parts]):
                for messages in (await consumer.getmany(timeout_ms=200)).values():
                    found += [decode(message.headers, message.value) for message in messages]
            return found

    async def whole(self) -> dict[str, list[bytes]]:
        """What a reader of the output hears, per key: every sequence without a gap, repeats dropped."""
        last: Counter[str] = Counter()
        heard: dict[str, list[bytes]] = {}
        for envelope, body in await self.read(self.said):
            if envelope.sequence > last[envelope.source]:
                assert envelope.sequence == last[envelope.source] + 1, f"{envelope.source} has a gap"
                last[envelope.source] = envelope.sequence
                heard.setdefault(envelope.subject, []).append(body)
        return heard


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    return consumer.partitions_for_topic(topic) or set(await consumer._client._wait_on_metadata(topic))


async def create_topics(broker: Broker, topics: Sequence[NewTopic]) -> None:
    admin = AIOKafkaAdminClient(**broker.for_aiokafka())
    await admin.start()
    await admin.create_topics(list(topics))
    await admin.close()
