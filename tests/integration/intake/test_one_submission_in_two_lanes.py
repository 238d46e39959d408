"""A submission that two lanes of different workers take at once is taken by one of them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from chassis.failures import transient
from services.intake.core.state import Verdict
from services.intake.store import insert_verdicts

if TYPE_CHECKING:
    from tools.local.database import Database

KEY = ("hotline", "an agent", "1")
AT = datetime(2026, 3, 2, tzinfo=UTC)
_WAITS = "select exists (select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock')"


async def takes(connection: Any, lane: str, number: str) -> None:
    """A lane decides that the submission is a ticket of its own."""
    verdict = Verdict(b"0" * 16, f"R{lane}", "register", (number,))
    async with connection.transaction():
        await insert_verdicts(connection, [(KEY, verdict, lane, AT)])


async def test_the_lane_that_comes_second_tries_again_and_finds_the_firsts_answer(database: Database) -> None:
    dsn, where = database.dsn("intake"), {"search_path": "intake"}
    async with asyncpg.create_pool(dsn, min_size=3, max_size=3, server_settings=where) as pool:
        first, second, watcher = await pool.acquire(), await pool.acquire(), await pool.acquire()
        # given a lane that has recorded what it decided, and has not committed that
        transaction = first.transaction()
        await transaction.start()
        await takes(first, "0", "26030200000017")
        # when another lane decides on the same submission meanwhile, and waits for the first
        taken = asyncio.create_task(takes(second, "1", "26030200000025"))
        while not await watcher.fetchval(_WAITS, second.get_server_pid()):
            assert not taken.done()
            await asyncio.sleep(0)
        await transaction.commit()
        # then it has written nothing, and what it raises is tried again
        with pytest.raises(asyncpg.SerializationError) as raised:
            await taken
        assert transient(raised.value)
        assert [row["receipt"] for row in await watcher.fetch("select receipt from submission")] == ["R0"]
        for each in (first, second, watcher):
            await pool.release(each)
