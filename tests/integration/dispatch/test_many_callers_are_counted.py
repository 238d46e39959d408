"""Many callers about one thing are counted beside what a transaction decides, also when they call in one moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from chassis.decider import Change
from chassis.service import Cause
from rulebook.rules import Alike
from schemas import dispatch as d
from schemas import inbound as i
from schemas.message import Message
from schemas.requests import NoticeAlike
from schemas.values import Person, Place
from services.dispatch import store
from services.dispatch.core.state import STATE, AnyState
from services.dispatch.core.ticket import Ticket
from services.dispatch.work import Crowds
from tests.support.dispatch.story import BY_HAND, registered, rules_with
from tests.support.dispatch.town import Town, number
from tools.local.database import Database

POLICY = Alike(callers=3, days=7, quiet_days=7)
LAMP = Place(text="四平路100号", road="四平路", number=100, subdistrict="siping")


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[asyncpg.Pool[Any]]:
    settings = {"search_path": "dispatch"}
    async with asyncpg.create_pool(database.dsn("dispatch"), server_settings=settings, min_size=3, max_size=3) as pool:
        await pool.execute("insert into lane (name) values ('0')")
        yield pool


class Gate:
    """Where a transaction that has decided waits before it commits."""

    def __init__(self) -> None:
        self.reached, self.open = asyncio.Event(), asyncio.Event()


class Office:
    """Tickets as transactions leave them."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self.town = Town(rules_with(**BY_HAND))
        self.pool = pool

    def call(self, index: int) -> tuple[AnyState | None, Ticket, list[Message]]:
        self.town.hear(registered(number(index), requester=f"h-{index}", place=LAMP))
        return None, self.town.ticket(number(index)), [fact for key, fact in self.town.facts if key == number(index)]

    async def decided(
        self, *steps: tuple[AnyState | None, Ticket, list[Message]], gate: Gate | None = None
    ) -> list[NoticeAlike]:
        """One transaction; what it asks tickets to point out."""
        crowds, at = Crowds(POLICY), self.town.at
        async with self.pool.acquire() as connection, connection.transaction():
            for _, after, _ in steps:
                await connection.execute(
                    "insert into state (key, lane, version, form, body) values ($1, '0', 1, 1, $2)"
                    " on conflict (key) do update set body = excluded.body",
                    after.id,
                    STATE.dump_json(after).decode(),
                )
            await crowds.keep(
                connection,
                [
                    Change(after.id, "0", len(facts), before, after, [(fact, Cause("", "", at)) for fact in facts])
                    for before, after, facts in steps
                ],
            )
            if gate is not None:
                gate.reached.set()
                await gate.open.wait()
        return [say.message for say in crowds.says if isinstance(say.message, NoticeAlike)]

    async def row(self) -> Mapping[str, Any]:
        (found,) = await self.pool.fetch("select * from crowd")
        return dict(found)


async def test_the_third_caller_is_noticed_once_and_the_like_left_alone_after_it_was_dismissed(
    pool: asyncpg.Pool[Any],
) -> None:
    office = Office(pool)
    # given two callers: nothing; when a third calls, their tickets are pointed out at once
    assert await office.decided(office.call(1), office.call(2)) == []
    (asked,) = await office.decided(office.call(3))
    assert (asked.callers, asked.ticket) == (3, number(3))
    # then the fourth and the fifth say nothing new, and the sixth makes them twice as many
    assert await office.decided(office.call(4), office.call(5)) == []
    (more,) = await office.decided(office.call(6))
    assert (more.callers, more.ticket) == (6, number(3))
    # when a person says that it is not one thing, nobody is asked for as long as policy says
    before = office.town.ticket(number(3))
    office.town.hear(more)
    noticed = office.town.ticket(number(3))
    assert await office.decided((before, noticed, [office.town.said(d.AlikeNoticed)[-1]])) == []
    facts = office.town.on_ticket(
        i.DismissAlike(ticket=number(3), by=Person(id="p-xu", name="徐文珏"), reason="不是一件事")
    )
    assert await office.decided((noticed, office.town.ticket(number(3)), facts)) == []
    row = await office.row()
    assert (row["told"], row["quiet_until"]) == (None, office.town.at + timedelta(days=7))
    assert await office.decided(*[office.call(index) for index in range(7, 20)]) == []


async def test_of_callers_in_one_moment_the_later_transaction_sees_all(pool: asyncpg.Pool[Any]) -> None:
    office, gate = Office(pool), Gate()
    assert await office.decided(office.call(1)) == []
    # given two transactions of two lanes at once, of which the first one is not committed yet
    first = asyncio.ensure_future(office.decided(office.call(2), gate=gate))
    await gate.reached.wait()
    second = asyncio.ensure_future(office.decided(office.call(3)))
    async with pool.acquire() as connection:
        while not await connection.fetchval("select count(*) from pg_locks where not granted"):  # noqa: ASYNC110 - a lock
            await asyncio.sleep(0.01)
    # when it commits, then one of the two has seen three callers
    gate.open.set()
    told = [*await first, *await second]
    assert [asked.callers for asked in told] == [3]


async def test_callers_who_were_to_join_an_incident_that_closed_stay_and_are_pointed_out_again(
    pool: asyncpg.Pool[Any],
) -> None:
    office = Office(pool)
    # given three callers who are pointed out, and an incident that was closed before somebody adds them to it
    await office.decided(office.call(1), office.call(2), office.call(3))
    office.town.office(i.OpenIncident, title="路灯不亮")
    office.town.office(i.CloseIncident, reason="已修复")
    closed = office.town.incident
    await pool.execute(
        "insert into state (key, lane, version, form, body) values ($1, '0', 1, 1, $2)",
        *(closed.incident, STATE.dump_json(closed).decode()),
    )
    # when their ticket says that they belong to it
    async with pool.acquire() as connection:
        await store.gather(connection, number(3), closed.incident)
        await store.ask_again(connection, number(3))
    # then none of them is lost, and the next caller is pointed out with all of them, for a new incident
    (asked,) = await office.decided(office.call(4))
    assert (asked.callers, asked.incident) == (4, None)
