"""What tests tell sla and hear from it, over the real broker; its clock stands near a year's end."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from urllib.request import urlopen

import asyncpg

from chassis.publish import Producer, Wire
from schemas import dispatch as d
from schemas.clocks import ClockFact
from schemas.envelope import Envelope, decode, derived_id, partition_of
from schemas.layout import ONE_MACHINE
from schemas.registry import DISPATCH, model_of
from schemas.values import Actor, Contact, Place
from tools.local.instance import Instance
from tools.prepare.logins import PEOPLE
from worktime import SHANGHAI

PATIENCE = 30.0
NOW = datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI)
_tickets = count(1)


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
        partition = partition_of(ticket, ONE_MACHINE.lanes)
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
        """What the command line answers to a supervisor, as JSON."""
        login = {"LIUHEN_LOGIN": str(self.system.secrets / PEOPLE / "p-he")}
        environment = {**os.environ, **self.system.addresses(), **login, "LIUHEN_CLOCK": self.clock}
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
