"""Whose rights change is said before anybody acts under them, once, by whoever applied it; and can be asked for."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.clock import Clock
from chassis.publish import EdgeProducer
from chassis.service import EdgeContext, Heard, Lane, Record, Transaction
from rulebook import Policy
from rulebook.directory import Delegation
from schemas.envelope import decode
from schemas.principals import OPERATORS
from schemas.registry import RULES
from schemas.rules import RightsChanged
from schemas.values import Person
from sealing.masters import MasterKeys
from sealing.records import RecordSeal
from services.desk.core.rules import RulesChange, copies, kind_of
from services.desk.edges.saying_rights import NOBODY, note, tell
from services.trace.work import note as hear
from tests.support.security.doors import NOON, Doors
from tools.local.instance import Instance

SEAL: Final = RecordSeal(MasterKeys("master-key", os.urandom), os.urandom)
NING: Final = Person(id="p-ning", name="宁致远")


def lent(policy: Policy) -> Policy:
    """During leave somebody stands in."""
    told = {"role": "approver", "of": "p-fang", "to": "p-gu", "from": "2026-09-02", "until": "2026-09-04"}
    office = policy.office.model_copy(update={"delegations": (Delegation.model_validate(told),)})
    return policy.model_copy(update={"version": "lent", "office": office})


async def test_each_change_is_noted_once_however_many_begin_to_go_by_it(doors: Doors, policy: Policy) -> None:
    async with asyncpg.create_pool(doors.database.dsn("desk"), min_size=1, max_size=4) as pool:
        await asyncio.gather(*(note(pool, policy, NOBODY, NOON) for _ in range(4)))
        await note(pool, lent(policy), NING, NOON + timedelta(days=1))
        await note(pool, lent(policy), NOBODY, NOON + timedelta(days=2))
        said = [
            RightsChanged.model_validate_json(body)
            for (body,) in await pool.fetch("select body::text from said_rights order by number")
        ]
    first, second = said
    assert (first.by, second.by, second.policy) == (NOBODY, NING, "lent")
    assert len(first.granted) == sum(len(each.roles) for each in policy.office.people)
    assert [(each.person.id, each.stead) for each in second.granted] == [("p-gu", "p-fang")]


async def test_a_door_that_opens_says_by_whom_its_rights_were_applied(
    system: Instance, doors: Doors, policy: Policy
) -> None:
    dsn, place = doors.database.dsn("desk"), TopicPartition(RULES, 0)
    async with AIOKafkaConsumer(**system.broker(OPERATORS).for_aiokafka()) as ears:
        ears.assign([place])
        # Other doors opened before on this broker, and said theirs.
        await ears.seek_to_end(place)
        await ears.position(place)
        async with doors.desk(policy, applied_by="p-ning"), asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
            async with asyncio.timeout(30):
                while not await pool.fetchval("select bool_and(told) from said_rights"):  # noqa: ASYNC110 - of a table
                    await asyncio.sleep(0.05)
            version = await pool.fetchval("select version from said_rights")
        async with asyncio.timeout(30):
            while True:
                for record in (await ears.getmany(timeout_ms=200)).get(place, ()):
                    envelope, body = decode(record.headers, record.value)
                    if envelope.source == f"liuhen/rules/{version}":
                        assert RightsChanged.model_validate_json(body).by == NING
                        assert (envelope.sequence, envelope.policy) == (1, policy.version)
                        return


async def test_whoever_may_asks_who_could_do_what_at_a_moment(doors: Doors, policy: Policy) -> None:
    producer = EdgeProducer(doors.broker)
    async with asyncpg.create_pool(doors.database.dsn("desk"), min_size=1, max_size=2) as pool:
        await note(pool, policy, NOBODY, NOON - timedelta(days=2))
        await note(pool, lent(policy), NING, NOON - timedelta(hours=1))
        await tell(EdgeContext(pool, Clock(NOON, 1e-9), producer), policy)
        assert await pool.fetchval("select bool_and(told) from said_rights")
        rows = await pool.fetch("select at, version, body::text from said_rights order by number")
    await producer.close()
    async with asyncpg.create_pool(doors.database.dsn("trace"), min_size=1, max_size=2) as pool:
        await let_trace_hear(pool, rows, policy)
    async with doors.trace(lent(policy)) as door:

        async def asks(asker: str, **query: str) -> tuple[int, Any]:
            async with door.get("/v1/rights", params=query, headers=doors.shows(asker)) as answer:
                return answer.status, await answer.json()

        _, now = await asks("p-ning", person="p-gu", duty="rule_on_extension")
        assert (now["by"], now["policy"]) == (NING.model_dump(), "lent")
        assert [(each["role"], each["stead"]) for each in now["roles"]] == [("approver", "p-fang"), ("referee", None)]
        assert [each["act"] for each in now["duties"]] == ["rule_on_extension"]
        _, before = await asks("p-he", person="p-gu", duty="rule_on_extension", at="2026-09-01T12:00")
        assert (before["by"], before["duties"]) == (NOBODY.model_dump(), [])
        assert (await asks("p-ning", at="2026-08-01"))[0] == 404
        for nobody in ("p-kong", "p-zheng", "department.housing"):
            assert (await asks(nobody))[0] == 403


async def let_trace_hear(pool: Any, rows: Any, policy: Policy) -> None:
    items = []
    for number, (at, version, body) in enumerate(rows):
        fact = RightsChanged.model_validate_json(body)
        envelope, *_ = copies(RulesChange(fact, version), at, policy, 1)
        record = Record(RULES, 0, number, kind_of(fact).encode(), fact.to_json(), (), at)
        items.append(Heard("0", record, envelope, fact))
    async with pool.acquire() as connection, connection.transaction():
        await hear(Transaction(connection, {"0": Lane("0", NOON, {})}, SEAL), items)
