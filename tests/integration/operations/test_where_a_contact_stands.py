"""A contact stands in the clear where outsiders write and read it, as docs/privacy.md says, and nowhere else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from rulebook import load_policy
from schemas import registry
from schemas.inbound import Register
from schemas.principals import ADMIN, principal_of
from schemas.values import Contact, Kind, Person, Place
from tests.support.operations import HOTLINE, Operations
from tests.support.rows import words_of
from tools.client.kafka import Voice, producer
from tools.client.log import read_topics
from tools.local.instance import Instance
from tools.local.plan import service_names

pytestmark = pytest.mark.timeout(400)
WHO = Contact(name="欧阳春晓", phone="13787659999", address="控江路877弄12号404室")
SAID = tuple(str(value) for value in WHO.model_dump(exclude_none=True).values())
REPORT = {
    "kind": Kind.COMPLAIN,
    "contact": WHO,
    "place": Place(text="平凉路100弄3号"),
    "text": "楼道里的灯坏了一个星期没有人来修",
    "category": "0301-01",
    "agent": Person(id="a-1", name="林悦"),
}


@pytest.fixture(scope="module", params=[False, True], ids=["an ordinary ticket", "a confidential ticket"])
def ticket(operations: Operations, request: pytest.FixtureRequest) -> str:
    """A ticket that was dispatched and told to everybody whom it concerns."""
    confidential = bool(request.param)
    said = Register.model_validate({**REPORT, "confidential": confidential, "text": f"灯坏了，{confidential}"})

    async def spoken() -> None:
        broker = operations.instance.broker(principal_of(HOTLINE))
        async with producer(broker) as sender:
            await Voice(sender, HOTLINE, "stands", lambda: datetime.now(UTC)).say(said, submission=f"s-{confidential}")

    asyncio.run(spoken())
    rows = operations.wait("select unnest(tickets) from intake.submission where id = $1", f"s-{confidential}")
    number = str(rows[0][0])
    operations.wait("select from notify.delivery where ticket = $1 and audience = 'requester'", number)
    operations.wait("select from trace.summary where ticket = $1 and waits_for <> 'registration'", number)
    return number


def test_no_table_says_it(operations: Operations, ticket: str) -> None:
    del ticket
    assert asyncio.run(_tables(operations.instance)) == set()


def test_only_topics_of_outsiders_say_it(operations: Operations, ticket: str) -> None:
    said_on, sealed_on = asyncio.run(_topics(operations.instance, ticket))

    assert {topic for topic in said_on if not topic.startswith(("liuhen.inbound.", "liuhen.public."))} == set()
    assert {registry.TICKETS, registry.DISPATCH} <= sealed_on
    assert {topic for topic in sealed_on if topic.startswith("liuhen.public.")} == set()


def test_no_log_says_it(operations: Operations, ticket: str) -> None:
    del ticket
    logs = [*(operations.instance.home / "logs").iterdir()]

    assert logs
    assert [file.name for file in logs if _says(file.read_bytes())] == []


def _says(content: bytes) -> bool:
    return any(word.encode() in content for word in SAID)


async def _tables(instance: Instance) -> set[tuple[str, str]]:
    """The tables of services in which some row says it, as text or as bytes."""
    connection, found = await asyncpg.connect(instance.postgres_dsn()), set[tuple[str, str]]()
    try:
        tables = await connection.fetch(
            "select schemaname, tablename from pg_tables where schemaname = any($1::text[])", list(service_names())
        )
        for schema, table in tables:
            rows = await words_of(connection, f'{schema}."{table}"')
            for word in SAID:
                sought = (word, word.encode().hex(), ascii(word)[1:-1])
                if any(each in row for row in rows for each in sought):
                    found.add((schema, table))
    finally:
        await connection.close()
    return found


async def _topics(instance: Instance, ticket: str) -> tuple[set[str], set[str]]:
    """The topics on which some record says it, and those on which one about the ticket has it sealed."""
    codes = [department.code for department in load_policy(Path(instance.policy)).departments]
    names = [topic.name for topic in registry.topics(codes)]
    said_on, sealed_on = set[str](), set[str]()
    async for record in read_topics(instance.broker(ADMIN), names, lambda _: None):
        if _says(record.value or b""):
            said_on.add(record.topic)
        about = record.envelope is not None and record.envelope.subject == ticket
        if about and b'"sealed":["' in (record.value or b""):
            sealed_on.add(record.topic)
    return said_on, sealed_on
