"""What was redacted is covered at the desk whichever way it comes afterwards: lanes overtake one another."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

import asyncpg
import pytest

from chassis.contacts import WordSeal
from chassis.redaction import Covering, covering
from chassis.service import Foreign, Heard, Lane, Pool, Record, Transaction
from schemas.dispatch import Redacted, redacted_by
from schemas.envelope import Envelope
from schemas.message import Message
from schemas.public import DeskTask, ShownContact
from schemas.redaction import seal_of
from schemas.registry import DESK, DISPATCH, department_topic
from schemas.values import Actor, Contact, DeskTaskKind, Kind, Party, PartyKind, Tier
from sealing.masters import MasterKeys
from sealing.records import RecordSeal
from services.desk import store
from services.desk.edges.pages import lookup
from services.desk.edges.pages.lookup import Key
from services.desk.work import noting
from tests.support.desk import ONE, RULES, order
from tools.local.database import Database

SECRET: Final = b"the key of redactions"
NOW: Final = datetime(2026, 9, 1, 2, tzinfo=UTC)
NAME: Final = "王秀英"
TEXT: Final = f"邻居{NAME}把楼道占满了"
COVERED: Final = "邻居███把楼道占满了"
_KEYS: Final = MasterKeys("master-key", os.urandom)
SEAL: Final = WordSeal(_KEYS, os.urandom)
WORK: Final = covering(noting(SEAL, SECRET, RULES), Covering(SECRET, redacted_by, store.WORDS))
_numbers = count(1)


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    async with asyncpg.create_pool(database.dsn("desk"), min_size=1, max_size=3) as pool:
        yield pool


def foreign(topic: str, message: Message) -> Foreign:
    number = next(_numbers)
    envelope = Envelope(f"e-{number}", "liuhen/dispatch/0", message.type_name, NOW, ONE, sequence=number)
    record = Record(topic, 0, number, ONE.encode(), message.to_json(), tuple(envelope.headers()), NOW)
    return Foreign(f"{topic}/0", record)


def redacted(passage: str = NAME) -> Heard:
    number = next(_numbers)
    seal = seal_of(passage, SECRET)
    office = Actor(party=Party(kind=PartyKind.OFFICE))
    message = Redacted(ticket=ONE, by=office, length=len(passage), seal=seal, reason="写了别人的姓名")
    envelope = Envelope(f"e-{number}", "liuhen/dispatch/0", message.type_name, NOW, ONE, sequence=number)
    record = Record(DISPATCH, 0, number, ONE.encode(), message.to_json(), (), NOW)
    return Heard("0", record, envelope, message)


def the_order(text: str = TEXT) -> Foreign:
    return foreign(department_topic("housing"), order(text=text))


def the_task() -> Foreign:
    task = DeskTask(
        task=DeskTaskKind.REVIEW,
        open=True,
        ticket=ONE,
        since=NOW,
        tier=Tier.SIMPLE,
        kind=Kind.HELP,
        text=TEXT,
        version=1,
    )
    return foreign(DESK, task)


def the_look() -> Foreign:
    return foreign(DESK, ShownContact(ticket=ONE, receipt="R" + "7" * 20, contact=Contact(name="李梅"), text=TEXT))


async def hears(connection: Any, *items: Heard | Foreign) -> None:
    lanes = {item.lane: Lane(item.lane, NOW, {}) for item in items}
    await WORK(Transaction(connection, lanes, RecordSeal(_KEYS, os.urandom)), items)


async def at_once(pool: Pool, *items: Heard | Foreign) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await hears(connection, *items)


async def words(pool: Pool, table: str) -> str:
    (body,) = [row["body"] for row in await pool.fetch(f"select body::text from {table}")]  # noqa: S608 - ours
    return str(json.loads(body)["text"])


@pytest.mark.parametrize(("said", "table"), [(the_order, "held_order"), (the_task, "task")])
async def test_what_is_heard_after_its_redaction_is_covered(pool: Pool, said: Any, table: str) -> None:
    await at_once(pool, redacted())
    await at_once(pool, said())

    assert await words(pool, table) == COVERED


async def test_what_is_shown_after_its_redaction_is_covered(pool: Pool) -> None:
    await at_once(pool, redacted())
    await at_once(pool, the_look())

    (body,) = [row["body"] for row in await pool.fetch("select body from shown")]
    shown = json.loads(SEAL.opened(json.loads(body), ONE))
    assert (shown["text"], shown["contact"]) == (COVERED, {"name": "李梅"})


async def test_of_two_that_pass_each_other_in_one_moment_neither_misses_the_other(pool: Pool) -> None:
    async with pool.acquire() as connection:
        # given an order that was written and is not yet to be seen
        writing = connection.transaction()
        await writing.start()
        await hears(connection, the_order())
        # when its redaction comes in another lane
        covering_it = asyncio.create_task(at_once(pool, redacted()))
        async with asyncio.timeout(10):
            while not await pool.fetchval("select count(*) from pg_locks where not granted"):  # noqa: ASYNC110 - a lock
                await asyncio.sleep(0.01)
        await writing.commit()
    await covering_it

    assert await words(pool, "held_order") == COVERED


async def test_a_page_that_was_open_writes_nothing_back_that_was_redacted(pool: Pool) -> None:
    draft = Key("p-lu", ONE, "review", "review")
    await lookup.keep(pool, draft, {"reason": TEXT}, NOW, SECRET)
    await at_once(pool, redacted())
    await lookup.keep(pool, draft, {"reason": f"{TEXT}！"}, NOW, SECRET)

    (found,) = (await lookup.drafts(pool, "p-lu", ONE, "review")).values()
    assert found.typed == {"reason": f"{COVERED}！"}


async def test_what_nobody_redacted_stays_as_it_was_said(pool: Pool) -> None:
    await at_once(pool, redacted("别的话"))
    await at_once(pool, the_order())

    assert await words(pool, "held_order") == TEXT
