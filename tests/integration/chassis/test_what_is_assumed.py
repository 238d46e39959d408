"""What the simulation of `tests/sim` takes Postgres to do, seen on the real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import asyncpg
import pytest

from chassis import store
from chassis.failures import transient
from chassis.service import Connection

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy

Connect = Callable[..., Awaitable[Connection]]
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What whoever speaks in an ended session hears: of the server, that it is closed, or, in between, that it is consuming
the server's last word."""


@pytest.fixture
async def connect(toy: Toy) -> AsyncIterator[Connect]:
    """Open a session with these settings; the lane 0 exists."""
    async with AsyncExitStack() as stack:

        async def opened(**settings: str) -> Connection:
            connection = await asyncpg.connect(toy.dsn, server_settings={"search_path": toy.name, **settings})
            stack.push_async_callback(connection.close)
            return connection

        await store.create_lanes(await opened(), {"0": [(toy.heard, 0)]})
        yield opened


async def test_what_is_not_committed_is_seen_by_nobody_and_gone_with_its_session(connect: Connect) -> None:
    # given a transaction that wrote
    holder, other = await connect(), await connect()
    await holder.execute("begin")
    await holder.execute("update lane set turn = 7")
    # then another session sees nothing of it, and nothing is left once the session is gone
    assert await other.fetchval("select turn from lane") == 0
    await other.fetchval("select pg_terminate_backend($1)", holder.get_server_pid())
    with pytest.raises(LOST) as lost:
        await holder.execute("commit")
    assert transient(lost.value)
    assert [row["turn"] for row in await store.lock_lanes(other, ["0"])] == [0]


async def test_a_lock_is_given_up_on_after_its_time(connect: Connect) -> None:
    holder, waiting = await connect(), await connect(lock_timeout="20ms")
    async with holder.transaction():
        await store.lock_lanes(holder, ["0"])
        with pytest.raises(asyncpg.LockNotAvailableError) as given_up:
            async with waiting.transaction():
                await store.lock_lanes(waiting, ["0"])
    assert transient(given_up.value)


async def test_a_silent_transaction_is_ended_by_the_server(connect: Connect) -> None:
    # given a holder that says nothing more
    silent, other = await connect(idle_in_transaction_session_timeout="50ms"), await connect()
    await silent.execute("begin")
    await store.lock_lanes(silent, ["0"])
    # when somebody waits for its lane, then that comes free, and the silent one hears of something that passes
    assert len(await asyncio.wait_for(store.lock_lanes(other, ["0"]), 30)) == 1
    with pytest.raises(LOST) as lost:
        await silent.execute("commit")
    assert transient(lost.value)


async def test_noting_how_far_a_lane_is_published_waits_for_its_holder(connect: Connect) -> None:
    holder, other = await connect(), await connect()
    await holder.execute("update lane set next_number = 9")
    # given a holder in the middle
    await holder.execute("begin")
    await store.lock_lanes(holder, ["0"])
    # when another notes how far it is published
    noting = asyncio.create_task(store.save_published(other, {"0": 3}))
    while not await holder.fetchval("select cardinality(pg_blocking_pids($1)) > 0", other.get_server_pid()):
        assert not noting.done()
        await asyncio.sleep(0)
    # then it does so once the holder is done, and never steps back
    await holder.execute("commit")
    await noting
    await store.save_published(other, {"0": 2})
    assert await other.fetchval("select published from lane") == 3
