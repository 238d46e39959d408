"""What is kept of one person is found, given to them, and forgotten: then nothing that runs or is kept says it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from rulebook import load_policy
from schemas import registry
from schemas.inbound import AnswerOnLine
from schemas.principals import ADMIN, principal_of
from schemas.values import Contact, Kind, Person, Place
from tests.support.operations import HOTLINE, Operations
from tests.support.rows import words_of
from tools.client.kafka import Voice, producer
from tools.client.log import read_topics
from tools.local.instance import Instance
from tools.local.plan import service_names

pytestmark = pytest.mark.timeout(400)
WHO = Contact(name="司徒静怡", phone="13788776655", address="鞍山路955弄66号707室")
SAID = tuple(str(value) for value in WHO.model_dump(exclude_none=True).values())
SENT = "notices"
"""The folder of what was sent, which stands for a gateway that the instance does not have."""
WHY = "本人申请查阅和删除自己的信息。"


@pytest.fixture(scope="module")
def ticket(operations: Operations) -> str:
    """A call that was answered on the line."""
    said = AnswerOnLine(
        kind=Kind.CONSULT,
        contact=WHO,
        place=Place(text="平凉路100弄3号"),
        text="垃圾几点收？",
        answer="每天七点到九点。",
        agent=Person(id="a-1", name="林悦"),
    )

    async def spoken() -> None:
        async with producer(operations.instance.broker(principal_of(HOTLINE))) as sender:
            await Voice(sender, HOTLINE, "forgotten", lambda: datetime.now(UTC)).say(said, submission="s-forgotten")

    asyncio.run(spoken())
    ((number,),) = operations.wait("select unnest(tickets) from intake.submission where id = 's-forgotten'")
    operations.wait("select from trace.summary where ticket = $1", number)
    return str(number)


def test_a_person_is_found_by_the_number_alone(operations: Operations, ticket: str) -> None:
    assert [each["ticket"] for each in operations.asked("person", "find", "137 8877 6655")] == [ticket]
    assert operations.run("person", "find", "13788776656").exit_code == 1
    assert "不是有效的" in str(operations.run("person", "find", "12345").exception)


def test_an_open_ticket_is_refused_with_what_to_do(operations: Operations) -> None:
    open_one = operations.report(13700007777)

    refused = operations.run("person", "forget", "13700007777", "--reason", WHY, "--yes", person="p-he")

    assert refused.exit_code == 1
    assert open_one in str(refused.exception)
    assert "归档后再删除" in str(refused.exception)


def test_what_is_kept_is_written_for_the_person_and_looking_is_traced(
    operations: Operations, ticket: str, tmp_path: Path
) -> None:
    file = tmp_path / "export.json"
    done = operations.run("person", "export", str(WHO.phone), "--reason", WHY, "--file", str(file), person="p-he")

    assert done.exit_code == 0, (done.output, done.exception)
    (found,) = json.loads(file.read_text("utf-8"))["tickets"]
    assert (found["ticket"], found["contacts"][0]["name"]) == (ticket, WHO.name)
    assert any("查看联系方式" in each["what"] for each in found["timeline"])
    assert file.stat().st_mode & 0o077 == 0


def test_of_who_asked_in_confidence_nothing_is_written_before_a_second_hand_approved(
    operations: Operations, tmp_path: Path
) -> None:
    operations.report(13700007778, confidential=True)
    file = tmp_path / "secret.json"

    refused = operations.run("person", "export", "13700007778", "--reason", WHY, "--file", str(file), person="p-he")

    assert refused.exit_code == 1
    assert "由批准人导出" in str(refused.exception)
    assert not file.exists()


def test_who_is_not_asked_again_forgets_nothing(operations: Operations, ticket: str) -> None:
    del ticket
    stopped = operations.run("person", "forget", str(WHO.phone), "--reason", WHY, person="p-he")

    assert stopped.exit_code == 1
    assert operations.asked("person", "find", str(WHO.phone))


def test_whoever_may_not_is_refused(operations: Operations, ticket: str) -> None:
    told = operations.asked("person", "forget", str(WHO.phone), "--reason", WHY, "--yes", person="p-xu")

    assert (told["forgotten"], [*told["refused"]]) == ([], [ticket])


def test_who_was_forgotten_is_nowhere_any_more(operations: Operations, ticket: str) -> None:
    before = asyncio.run(_boxes(operations.instance, ticket))
    told = operations.asked("person", "forget", str(WHO.phone), "--reason", WHY, "--yes", person="p-he")
    assert (told["forgotten"], told["refused"]) == ([ticket], {})
    operations.wait("select from intake.contact where ticket = $1 and box is null", ticket)

    assert before != []
    assert asyncio.run(_boxes(operations.instance, ticket)) == []
    assert operations.run("person", "find", str(WHO.phone)).exit_code == 1
    assert asyncio.run(_tables(operations.instance)) == set()
    # What its author wrote, and what the desk was shown before, is gone with their topics' time; nothing else says it.
    assert {topic for topic in asyncio.run(_topics(operations.instance)) if not _of_outsiders(topic)} == set()
    # What was sent to them is with whoever sends, here a file of the instance: the operator's to say (docs/privacy.md).
    assert [file for file in _files(operations.instance.home) if not _of_outsiders(file.parent.name)] == []


def test_the_trace_says_who_and_why_and_every_promise_holds(operations: Operations, ticket: str) -> None:
    operations.wait("select from trace.entry where ticket = $1 and type like '%contact-forgotten%'", ticket)
    shown = operations.run("ticket", "show", ticket)
    checked = operations.run("verify", "--json")

    assert "删除联系方式" in shown.output
    assert "何静宜" in shown.output
    assert checked.exit_code == 0, checked.output


def _of_outsiders(folder: str) -> bool:
    return folder.startswith(("liuhen.inbound.", "liuhen.public.")) or folder == SENT


def _says(content: bytes) -> bool:
    return any(word.encode() in content for word in SAID)


def _files(home: Path) -> list[Path]:
    """Every file of the instance in which it stands, raw segments of topics and logs included."""
    return [file for file in home.rglob("*") if file.is_file() and _says(file.read_bytes())]


async def _boxes(instance: Instance, ticket: str) -> list[Any]:
    connection = await asyncpg.connect(instance.postgres_dsn())
    try:
        return list(
            await connection.fetch("select box from intake.contact where ticket = $1 and box is not null", ticket)
        )
    finally:
        await connection.close()


async def _tables(instance: Instance) -> set[str]:
    connection, found = await asyncpg.connect(instance.postgres_dsn()), set[str]()
    try:
        tables = await connection.fetch(
            "select schemaname, tablename from pg_tables where schemaname = any($1::text[])", list(service_names())
        )
        for schema, table in tables:
            sought = [*SAID, *(word.encode().hex() for word in SAID)]
            if any(word in row for row in await words_of(connection, f'{schema}."{table}"') for word in sought):
                found.add(f"{schema}.{table}")
    finally:
        await connection.close()
    return found


async def _topics(instance: Instance) -> set[str]:
    codes = [department.code for department in load_policy(Path(instance.policy)).departments]
    names = [topic.name for topic in registry.topics(codes)]
    return {
        record.topic
        async for record in read_topics(instance.broker(ADMIN), names, lambda _: None)
        if _says(record.value or b"")
    }
