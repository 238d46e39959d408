"""A lane has one holder at a time: whoever was overtaken finds out before anything is written, and time goes on."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest

from chassis.clock import REAL, Clock
from chassis.failures import Fenced
from chassis.lane import Alarm, LaneState
from chassis.load import LogInfo, load_lanes
from chassis.service import Connection, Foreign, Heard, Outcome, Record, Transaction
from chassis.transaction import TransactionResult, Transactions
from schemas.envelope import Envelope, derived_id
from sealing.masters import MasterKeys
from sealing.records import RecordSeal
from tests.support.chassis.toy import Counted, Poke, service

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy

SEAL = RecordSeal(MasterKeys("of-our-own", os.urandom), os.urandom)
END = 100
"""Where the log ends that lane 0 reads."""


@dataclass(slots=True)
class Holder:
    """A worker that holds lane 0 of the toy; while `stays`, it stays in the middle of its transaction."""

    toy: Toy
    connection: Connection
    transactions: Transactions
    inside: asyncio.Event = field(default_factory=asyncio.Event)
    stays: asyncio.Event | None = None

    async def load(self, topic_id: str = "t", *ends: int) -> LaneState:
        """Open the lane on a log with this identity, which ends there each time that it is asked."""
        left = [*(ends or (END,))]

        async def ask() -> LogInfo:
            end = left.pop(0) if len(left) > 1 else left[0]
            return LogInfo("c", {self.toy.heard: topic_id}, {(self.toy.heard, 0): end})

        now = self.transactions.clock.now()
        self.transactions.states.update(
            await load_lanes(self.connection, {"0": [(self.toy.heard, 0)]}, ask, now),
        )
        return self.transactions.states["0"]

    async def hear(self, n: int) -> TransactionResult:
        """One lane transaction, with the record at this offset."""
        envelope = Envelope(
            derived_id("poke", n), "liuhen/feed/0", Poke.type_name, datetime.now(UTC), f"T{n}", sequence=n + 1
        )
        body = Poke(n=n).model_dump_json().encode()
        record = Record(self.toy.heard, 0, n, b"T", body, tuple(envelope.headers()), datetime.now(UTC))
        return await self.transactions.run(self.connection, {"0": [[record]]}, {}, 100)


@pytest.fixture
async def holding(toy: Toy) -> AsyncIterator[Callable[[Clock], Awaitable[Holder]]]:
    """Make another holder of the lane, by this clock."""
    async with AsyncExitStack() as stack:

        async def hold(clock: Clock) -> Holder:
            connection = await asyncpg.connect(toy.dsn, server_settings={"search_path": toy.name})
            stack.push_async_callback(connection.close)
            made = service(toy.name, toy.heard, toy.said, toy.outward, toy.foreign)

            async def work(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
                holder.inside.set()
                if holder.stays is not None:
                    await holder.stays.wait()
                return await made.work(transaction, items)

            holder = Holder(toy, connection, Transactions(replace(made, work=work), clock, SEAL))
            await holder.load()
            return holder

        yield hold


async def test_a_second_holder_waits_for_the_first_and_finds_that_it_was_overtaken(
    holding: Callable[[Clock], Awaitable[Holder]],
) -> None:
    # given a holder in the middle of a transaction, and another that loaded the lane before
    first, second = await holding(REAL), await holding(REAL)
    first.stays = asyncio.Event()
    one = asyncio.create_task(first.hear(0))
    await first.inside.wait()
    # when the other begins the same
    other = asyncio.create_task(second.hear(0))
    while not (second.inside.is_set() or await _waits(second)):  # noqa: ASYNC110 - the database is asked
        await asyncio.sleep(0)
    # then it comes to nothing before the first is done, and to nothing afterwards
    assert not second.inside.is_set()
    first.stays.set()
    assert [event.number for event in (await one).events] == [1]
    with pytest.raises(Fenced):
        await other
    assert await first.toy.value("select count(*) from event") == 1


async def _waits(holder: Holder) -> bool:
    pid = holder.connection.get_server_pid()
    return bool(await holder.toy.value("select cardinality(pg_blocking_pids($1)) > 0", pid))


async def test_whoever_was_overtaken_between_two_transactions_writes_nothing(
    holding: Callable[[Clock], Awaitable[Holder]],
) -> None:
    # given two holders of which one worked meanwhile
    first, second = await holding(REAL), await holding(REAL)
    await first.hear(0)
    # when the other goes on from what it remembers, then it is told so, and nothing of it is written
    with pytest.raises(Fenced):
        await second.hear(0)
    assert await first.toy.value("select count(*) from event") == 1
    # and once it has loaded the lane anew, what was done is dropped and what is new is heard
    await second.load()
    assert (await second.hear(0)).events == []
    assert [event.number for event in (await second.hear(1)).events] == [2]


async def test_a_lanes_time_does_not_step_back_when_its_holder_has_a_slower_clock(
    holding: Callable[[Clock], Awaitable[Holder]],
) -> None:
    # given a lane whose holder was on time
    behind = Clock(datetime.now(UTC) - timedelta(hours=1), 1.0, time.time())
    (said,) = (await (await holding(REAL)).hear(0)).events
    # when it goes to one whose clock is an hour behind
    (next_said,) = (await (await holding(behind)).hear(1)).events
    # then what is recorded there comes no earlier
    assert next_said.recorded >= said.recorded
    assert Counted.model_validate_json(next_said.body).n == 1


async def test_a_lane_of_another_topic_of_the_same_name_stands_still(
    holding: Callable[[Clock], Awaitable[Holder]],
) -> None:
    holder = await holding(REAL)
    assert (await holder.load("another")).alarm is Alarm.OTHER_LOG


async def test_a_lane_whose_next_offset_is_beyond_the_end_of_its_log_stands_still(
    holding: Callable[[Clock], Awaitable[Holder]],
) -> None:
    holder = await holding(REAL)
    await holder.hear(0)
    assert (await holder.load("t", 1)).alarm is None
    assert (await holder.load("t", 0)).alarm is Alarm.OTHER_LOG


async def test_a_lane_whose_log_grew_and_was_heard_while_its_next_holder_waited_for_it_goes_on(
    holding: Callable[[Clock], Awaitable[Holder]],
) -> None:
    holder = await holding(REAL)
    await holder.hear(0)
    assert (await holder.load("t", 0, 1)).alarm is None
