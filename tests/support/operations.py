"""A whole system of its own with a few tickets, and the command line that operates it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
from typer.testing import CliRunner, Result

from liuhen.cli import build
from schemas.inbound import Register
from schemas.principals import ADMIN, principal_of
from schemas.values import Contact, Kind, Party, PartyKind, Person, Place, Upstream
from tools.client.kafka import Voice, producer
from tools.local.instance import Instance
from tools.prepare.logins import PEOPLE

HOTLINE = Party(kind=PartyKind.HOTLINE)
_PATIENCE = 60.0


@dataclass(frozen=True)
class Operations:
    """A running system, and those who operate it."""

    instance: Instance

    def run(self, *words: str, person: str | None = None) -> Result:
        """Run a liuhen command against the system, as whoever is logged in there or as somebody else of the trial."""
        login = {} if person is None else {"LIUHEN_LOGIN": str(self.instance.secrets / PEOPLE / person)}
        return CliRunner().invoke(build(), list(words), env={**self.instance.addresses(), **login})

    def asked(self, *words: str, person: str | None = None) -> Any:
        """Run a command that succeeds; returns the JSON that it prints."""
        result = self.run(*words, "--json", person=person)
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout)

    def sql(self, query: str, *values: object) -> list[Any]:
        """Do something in the database behind the back of the services."""

        async def done() -> list[Any]:
            connection = await asyncpg.connect(self.instance.postgres_dsn())
            try:
                return [tuple(row.values()) for row in await connection.fetch(query, *values)]
            finally:
                await connection.close()

        return asyncio.run(done())

    def wait(self, query: str, *values: object) -> list[Any]:
        """Wait until a query finds something."""
        until = time.monotonic() + _PATIENCE
        while not (rows := self.sql(query, *values)):
            assert time.monotonic() < until, query
        return rows

    def report(self, phone: int, *, confidential: bool = False, upstream: str = "") -> str:
        """Report a problem on the hotline; returns the ticket's number once it was dispatched."""
        text, agent = "楼道里的灯坏了一个星期没有人来修", Person(id="a-1", name="林悦")
        who, where = Contact(phone=str(phone)), Place(text="平凉路100弄3号")
        said = Register(
            kind=Kind.COMPLAIN,
            contact=who,
            place=where,
            text=text,
            category="0301-01",
            agent=agent,
            confidential=confidential,
            upstream=Upstream(number=upstream) if upstream else None,
        )

        async def spoken() -> None:
            async with producer(self.instance.broker(principal_of(HOTLINE))) as sender:
                await Voice(sender, HOTLINE, "test", lambda: datetime.now(UTC)).say(said, submission=str(phone))

        asyncio.run(spoken())
        rows = self.wait("select unnest(tickets) from intake.submission where id = $1", str(phone))
        ticket = str(rows[0][0])
        self.wait("select from trace.summary where ticket = $1 and waits_for <> 'registration'", ticket)
        return ticket

    def put(self, headers: Sequence[tuple[str, bytes]], value: bytes | None, topic: str, key: bytes = b"x") -> int:
        """Put any bytes on partition 0 of a topic; returns the offset."""

        async def sent() -> int:
            async with producer(self.instance.broker(ADMIN)) as sender:
                return int(
                    (await sender.send_and_wait(topic, value, key=key, headers=list(headers), partition=0)).offset
                )

        return asyncio.run(sent())

    def dead(self, topic: str, value: bytes) -> str:
        """Put a record without an envelope on a topic; returns its place once it is a dead letter."""
        offset = self.put([("ce_type", b"liuhen.inbound.register.v1")], value, topic)
        query = 'select from intake.dead_letter where topic = $1 and partition = 0 and "offset" = $2'
        self.wait(query, topic, offset)
        return f"{topic}/0@{offset}"
