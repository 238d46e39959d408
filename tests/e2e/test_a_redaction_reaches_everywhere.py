"""What was redacted stands in no table of any service, and on no message that was said after it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import asyncpg
import pytest
import typer
from typer.testing import Result

from liuhen.commands import channels, department, office
from schemas.principals import OPERATORS
from schemas.registry import TopicKind, topics
from tests.support.rows import words_of
from tests.support.terminal import typed_at_their_desk
from tools.client.addresses import Addresses, load_addresses
from tools.client.kafka import listener
from tools.client.log import end_offsets
from tools.client.login import be
from tools.local.instance import Instance
from tools.local.plan import service_names
from tools.verify.run import verify_system

SECRET = "李某患有精神疾病"
REFUSED = "李某曾在康复医院住过"
CARD = "310110199003071237"
CLERK = ["--as", "housing-1=陈立"]
PATIENCE = 60.0


@pytest.fixture(scope="module")
def services() -> Iterator[Instance]:
    """Given a system of its own, in which `verify` finds what this story alone did."""
    with Instance(ephemeral=True) as system:
        system.start_services()
        yield system


@pytest.fixture(autouse=True)
def at_a_terminal(services: Instance, monkeypatch: pytest.MonkeyPatch) -> Addresses:
    for name, value in services.addresses().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("LIUHEN_PERSON", raising=False)
    return load_addresses()


def as_person(person: str) -> None:
    """Log in as somebody of the office, as `liuhen login --trial` does."""
    be(load_addresses(), person)


def typed(*said: str) -> Result:
    app = typer.Typer()
    for module in (office, department, channels):
        module.register(app)
    return typed_at_their_desk(app, said)


def did(*said: str) -> dict[str, Any]:
    told = typed(*said, "--json", "--patience", "60")
    assert told.exit_code == 0, told.output
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


async def tables_with(addresses: Addresses, said: str) -> list[str]:
    """Every table of every service in which a text stands, raw records included."""
    found = []
    for service in service_names():
        connection = await asyncpg.connect(addresses.postgres_dsn(service))
        names = await connection.fetch(
            "select c.relname from pg_class c where c.relnamespace = current_schema()::regnamespace"
            " and c.relkind in ('r', 'p') and not c.relispartition"
        )
        for (name,) in names:
            rows = await words_of(connection, name)
            found += [f"{service}.{name}" for row in rows if said in row or said.encode().hex() in row]
        await connection.close()
    return found


async def said_since(addresses: Addresses, names: Sequence[str], since: dict[tuple[str, int], int]) -> list[bytes]:
    async with listener(addresses.broker(OPERATORS), names) as ears:
        for place in ears.assignment():
            ears.seek(place, since.get((place.topic, place.partition), 0))
        found: list[bytes] = []
        for _ in range(6):
            for records in (await ears.getmany(timeout_ms=500, max_records=5_000)).values():
                found += [record.value for record in records if record.value]
    return found


def until_no_table_has(addresses: Addresses, said: str) -> list[str]:
    until = time.monotonic() + PATIENCE
    while (found := asyncio.run(tables_with(addresses, said))) and time.monotonic() < until:
        time.sleep(0.5)
    return found


def test_a_redacted_passage_is_nowhere_and_is_never_said_again(at_a_terminal: Addresses) -> None:
    # given a ticket whose words went to every service, to two departments, to desk, agency and requester
    addresses = at_a_terminal
    text = f"楼上邻居{SECRET}，身份证{CARD}，半夜敲打管道，请处理。"
    where = ["--place", "国和路100号", "--subdistrict", "wujiaochang", "--category", "0104-03"]
    call = did("hotline", "register", "--kind", "complain", *where, "--text", text, "--phone", "13811110009")
    (ticket,) = call["tickets"]
    did("department", "housing", "accept", ticket, *CLERK)
    did("department", "housing", "progress", ticket, "--text", f"已上门，{SECRET}，家属陪同。", *CLERK)
    as_person("p-xu")
    did("office", "assign", ticket, "--lead", "market", "--note", f"{SECRET}，请核实")
    did("department", "market", "accept", ticket, "--as", "m-1=周兵")
    did("department", "market", "handled", ticket, "--reply", f"已劝导，{SECRET}的家属承诺看护。", "--as", "m-1=周兵")
    # and of which somebody said more in an act that was refused: nothing of that stands in the ticket
    assert typed("department", "housing", "progress", ticket, "--text", f"{REFUSED}。", *CLERK).exit_code != 0
    as_person("p-lu")
    did("office", "review", ticket, "--accepted")
    assert asyncio.run(tables_with(addresses, REFUSED))
    assert asyncio.run(tables_with(addresses, SECRET))
    ours = (topic for topic in topics(["housing", "market", "wujiaochang"]) if topic.kind is not TopicKind.INBOUND)
    names = [topic.name for topic in ours]
    # when a person of the centre redacts it
    since = dict(asyncio.run(end_offsets(addresses.broker(OPERATORS), names)))
    as_person("p-he")
    done = did("office", "redact", ticket, "--passage", SECRET, "--reason", "他人健康信息。")
    as_person("p-he")
    did("office", "redact", ticket, "--passage", CARD, "--reason", "身份证号。")
    as_person("p-he")
    did("office", "redact", ticket, "--passage", REFUSED, "--reason", "他人健康信息。")
    assert done["followed"]
    # then no table has it, and nothing that is said from then on
    answers = ["--contacted", "yes", "--solved", "not", "--attitude", "satisfied", "--result", "dissatisfied"]
    did("callback", "record", ticket, *answers, "--as", "c-1=丁晴")
    # and whoever read it before writes it anew, to be taken and to be refused
    did("department", "market", "progress", ticket, "--text", f"再次上门，{SECRET}，{CARD}。", "--as", "m-1=周兵")
    refused = typed("department", "housing", "progress", ticket, "--text", f"{SECRET}，不归我们。", *CLERK)
    assert refused.exit_code == 1, refused.output
    for said in (SECRET, CARD, REFUSED):
        assert until_no_table_has(addresses, said) == []
    heard = asyncio.run(said_since(addresses, names, since))
    assert not [value for value in heard if any(said.encode() in value for said in (SECRET, CARD, REFUSED))]
    # and whoever had the order before has it in its new words
    told = [json.loads(value) for value in heard if b'"role"' in value]
    assert {(order["role"], "█" in order["text"]) for order in told if order["ticket"] == ticket} >= {
        ("lead", True),
        ("none", True),
    }
    (newest,) = [order["notes"][-1]["text"] for order in told if order["happened"] == "progress_noted"][-1:]
    assert newest == f"再次上门，{'█' * len(SECRET)}，{'█' * len(CARD)}。"
    # and every promise is kept, that of redactions among them
    broken = [result for result in asyncio.run(verify_system(addresses, lambda _: None)) if not result.kept]
    assert broken == []
