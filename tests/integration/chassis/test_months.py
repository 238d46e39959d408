"""A service that runs for months makes the partitions of each before it comes."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

import asyncpg
import pytest

from chassis.migrate import ensure_months
from tools.local.database import Database

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy

A_MONTH_IN_TWO_SECONDS = 1_300_000
_EVENT = (
    "insert into event (lane, number, topic, partition, sequence, outward, key, id, type, time, correlation, causation,"
    " policy, traceparent, body, recorded)"
    " values ('0', $1, 't', 0, $1, true, 'k', gen_random_uuid(), 'x', $2, '', '', '', '', '{}', $2)"
)


async def test_half_a_year_without_a_restart_leaves_the_default_partition_empty(toy: Toy) -> None:
    # given a service whose months go by in seconds
    toy.clock = f"2030-01-10T00:00:00+00:00@{A_MONTH_IN_TWO_SECONDS}@{time.time()}"
    toy.start()
    # when it says something again and again for half a year
    for said in count(1):
        await toy.send([toy.poke(said, "T0")])
        await toy.until_said(said)
        if await toy.value("select max(recorded) > min(recorded) + interval '6 months' from event"):
            break
    # then each event stands in the partition of its month
    assert await toy.value("select count(distinct tableoid) from event") > 1
    assert await toy.value("select count(*) from event_default") == 0


async def test_what_lies_in_the_default_partition_goes_to_its_month_and_blocks_none(database: Database) -> None:
    # given events of two months that had no partition when they were recorded
    connection = await asyncpg.connect(database.dsn(), server_settings={"search_path": "dispatch"})
    moments = [datetime(2031, 5, 31, 23, 59, tzinfo=UTC), datetime(2031, 6, 1, tzinfo=UTC)]
    for number, recorded in enumerate(moments, 1):
        await connection.execute(_EVENT, number, recorded)
    before = await connection.fetch("select * from event order by number")
    assert await connection.fetchval("select count(*) from event_default") == 2
    # when the months are made, by two workers at once
    service = [await asyncpg.connect(database.dsn("dispatch")) for _ in range(2)]
    await asyncio.gather(*(ensure_months(each, moments[1]) for each in service))
    # then each stands in the partition of its month, unchanged
    parts = await connection.fetch("select tableoid::regclass::text as part from event order by number")
    assert [row["part"] for row in parts] == ["event_2031_05", "event_2031_06"]
    assert await connection.fetch("select * from event order by number") == before
    # and the table still tells each number once, and finds what leaves the house by its index
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute(_EVENT, 1, moments[0])
    indexes = "select count(*) from pg_indexes where schemaname = 'dispatch' and tablename = $1"
    assert await connection.fetchval(indexes, "event_2031_05") == await connection.fetchval(indexes, "event_default")
    for each in (connection, *service):
        await each.close()
