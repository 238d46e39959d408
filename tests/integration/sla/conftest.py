"""sla as a process of its own, between the real broker and the real database; its clock stands near a year's end."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import asyncpg
import pytest

from chassis.publish import Producer, Wire
from liuhen.local.instance import Instance
from liuhen.wire import listener
from schemas import dispatch as d
from schemas.clocks import ClockFact
from schemas.envelope import Envelope, decode, derived_id, partition_of
from schemas.registry import CLOCKS, DISPATCH, model_of, partitions
from schemas.values import Actor, Contact, Place
from worktime import SHANGHAI
from worktime.festivals import statutory_days

PATIENCE = 30.0
NOW = datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI)
_tickets = count(1)
_sources = count(1)


@dataclass
class Sla:
    """Tells sla the life of tickets, and hears what it says."""

    system: Instance
    clock: str
    producer: Producer
    ears: Any
    pool: asyncpg.Pool[asyncpg.Record]
    source: str
    sequences: dict[int, int] = field(default_factory=dict)
    heard: list[tuple[Envelope, ClockFact]] = field(default_factory=list)

    def new(self) -> str:
        """The number of a ticket that nobody knows yet."""
        return f"261228{next(_tickets):08d}"

    async def tell(self, ticket: str, at: datetime, fact: type[d.DispatchFact], **fields: object) -> None:
        """One fact of a ticket's life, by the moment at which the door received its cause."""
        partition = partition_of(ticket, partitions())
        number = self.sequences[partition] = self.sequences.get(partition, 0) + 1
        message = fact.model_validate({"ticket": ticket, "by": Actor(by_rule="policy"), **fields})
        identity = derived_id(self.source, partition, number)
        envelope = Envelope(identity, self.source, message.type_name, at, ticket, number, ticket, identity)
        await self.producer.send([Wire(DISPATCH, partition, ticket.encode(), message.to_json(), envelope.headers())])

    async def open(self, ticket: str, at: datetime) -> None:
        """The ticket begins."""
        about = {"contact": Contact(), "place": Place(text="国和路"), "text": "楼道积水", "tier": "complex"}
        how = {"receipt": "R0123456789AB", "channel": "wechat", "kind": "help", "requester_kind": "resident"}
        await self.tell(ticket, at, d.Opened, **about, **how)

    async def until(self, wanted: Callable[[list[ClockFact]], bool], ticket: str) -> list[ClockFact]:
        """Wait until what was said of a ticket is enough; returns all of it."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(said := [fact for _, fact in self.heard if fact.ticket == ticket]):
                for records in (await self.ears.getmany(timeout_ms=100)).values():
                    self.heard += [_read(record.headers, record.value) for record in records]
        return said

    async def says(self, ticket: str, *kinds: type[ClockFact]) -> list[ClockFact]:
        """Wait until each of these kinds was said of a ticket."""
        return await self.until(lambda said: {type(fact) for fact in said} >= set(kinds), ticket)

    def liuhen(self, *words: str) -> Any:
        """What the command line answers, as JSON."""
        environment = {**os.environ, **self.system.addresses(), "LIUHEN_CLOCK": self.clock}
        command = [sys.executable, "-m", "liuhen", *words, "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: S603 - it is ours
        return json.loads(done.stdout)

    def restart(self) -> None:
        """End the process and start another one in its place."""
        self.system.stop("sla")
        self.system.start_services(["sla"], environment={"LIUHEN_CLOCK": self.clock})

    def metric(self, line: str) -> float | None:
        """The value of a metric that the process serves."""
        with urlopen(f"{self.system.url('sla_metrics')}/metrics") as page:  # noqa: S310 - it is ours
            lines = page.read().decode().splitlines()
        return next((float(text.rsplit(" ", 1)[1]) for text in lines if text.startswith(f"{line} ")), None)

    async def shows(self, line: str, wanted: Callable[[float], bool]) -> None:
        """Wait until a metric is as wanted."""
        async with asyncio.timeout(PATIENCE):
            while (value := self.metric(line)) is None or not wanted(value):
                await self.ears.getmany(timeout_ms=200)

    async def parks(self, topic: str, records: int) -> None:
        """Wait until so many records of a topic are set aside."""
        async with asyncio.timeout(PATIENCE):
            while await self.pool.fetchval("select count(*) from parked where topic = $1", topic) != records:
                await self.ears.getmany(timeout_ms=200)


def _read(headers: list[tuple[str, bytes]], value: bytes | None) -> tuple[Envelope, ClockFact]:
    envelope, body = decode(headers, value)
    model = model_of(envelope.type)
    assert model is not None
    assert issubclass(model, ClockFact)
    return envelope, model.model_validate_json(body)


@pytest.fixture(scope="module")
def clock() -> str:
    """Monday, 28 December 2026, 9:00, and real seconds from there."""
    return f"{NOW.isoformat()}@1@{time.time()}"


@pytest.fixture(scope="module")
def running(system: Instance, clock: str) -> Iterator[Instance]:
    """The service runs for as long as a module's tests."""
    system.start_services(["sla"], environment={"LIUHEN_CLOCK": clock})
    yield system
    system.stop("sla")


@pytest.fixture
async def sla(running: Instance, clock: str) -> AsyncIterator[Sla]:
    producer = Producer(running.kafka, "story")
    settings = {"search_path": "sla"}
    async with (
        listener(running.kafka, [CLOCKS]) as ears,
        asyncpg.create_pool(running.postgres_dsn("sla"), min_size=0, server_settings=settings) as pool,
    ):
        yield Sla(running, clock, producer, ears, pool, f"liuhen/story/{next(_sources)}")
    await producer.close()


@pytest.fixture
def next_year(tmp_path: Path) -> Path:
    """A calendar of 2027 that moves no day."""
    days = [{"name": name, "date": str(day), "isOffDay": True} for day, name in statutory_days(2027).items()]
    file = tmp_path / "2027.json"
    file.write_text(json.dumps({"year": 2027, "papers": [], "days": days}), "utf-8")
    return file


@pytest.fixture
def corrected(next_year: Path, tmp_path: Path) -> Path:
    """The same year again, with Monday, 4 January off as well."""
    notice = json.loads(next_year.read_text("utf-8"))
    notice["days"].append({"name": "元旦", "date": "2027-01-04", "isOffDay": True})
    file = tmp_path / "corrected.json"
    file.write_text(json.dumps(notice), "utf-8")
    return file
