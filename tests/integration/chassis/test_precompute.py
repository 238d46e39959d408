"""What follows from a timer may be worked out beforehand: it is the same, and void as soon as anything else happens."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest

from chassis import store
from chassis.fold import folding
from chassis.precompute import precomputing
from chassis.service import Connection, Heard, Lane, Outcome, Record, Transaction
from chassis.state_cache import cache_of
from schemas.envelope import Envelope, derived_id
from sealing.masters import MasterKeys
from sealing.records import RecordSeal
from tests.support.chassis.toy import Counted, Poke, decider

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy

NOON = datetime(2026, 9, 14, 4, tzinfo=UTC)
SOON = NOON + timedelta(minutes=5)
SEAL = RecordSeal(MasterKeys("of-our-own", os.urandom), os.urandom)
TOY = decider("toy.out", "toy.outward")


@dataclass(slots=True)
class Desk:
    """One lane of the toy, worked on by hand."""

    connection: Connection
    lane: Lane = field(default_factory=lambda: Lane("0", NOON, {}))

    async def transact(self, *pokes: tuple[str, Poke], horizon: datetime | None = None) -> Outcome:
        """One lane transaction; pokes come at noon."""
        self.lane.horizon = horizon
        async with self.connection.transaction():
            heard = [_heard(key, poke) for key, poke in pokes]
            return await folding(TOY)(Transaction(self.connection, {"0": self.lane}, SEAL), heard)

    async def look_ahead(self) -> Sequence[str]:
        """Work out all that falls due by `SOON`; names what was precomputed."""
        while await precomputing(TOY)(self.connection, [self.lane], SOON):
            pass
        return sorted(cache_of(self.lane).precomputed)

    def forget(self) -> None:
        """Somebody else wrote in the lane, or the process is new."""
        self.lane.cache.clear()


def _heard(key: str, poke: Poke) -> Heard:
    envelope = Envelope(
        id=derived_id("poke", key, poke.n),
        source="liuhen/feed/0",
        type=poke.type_name,
        time=NOON,
        subject=key,
        sequence=1,
    )
    return Heard("0", Record("toy.in", 0, poke.n, key.encode(), b"", (), NOON), envelope, poke)


@pytest.fixture
async def desk(toy: Toy) -> AsyncIterator[Desk]:
    connection = await asyncpg.connect(toy.dsn, server_settings={"search_path": toy.name})
    await store.create_lanes(connection, {"0": [("toy.in", 0)]})
    yield Desk(connection)
    await connection.close()


@pytest.mark.parametrize("remembered", [True, False], ids=["states in memory", "states in the table"])
async def test_what_was_foreseen_is_what_would_have_been_decided(desk: Desk, *, remembered: bool) -> None:
    # given timers that are due soon; those of two keys are looked at beforehand
    await desk.transact(*((f"T{n}", Poke(n=n, wait=60.0)) for n in range(4)))
    await desk.connection.execute("update timer set due = due + interval '1 day' where key in ('T2', 'T3')")
    if not remembered:
        desk.forget()
    assert await desk.look_ahead() == ["T0", "T1"]
    # when two fire as precomputed, and two without
    precomputed = await desk.transact(horizon=SOON)
    await desk.connection.execute("update timer set due = due - interval '1 day' where key in ('T2', 'T3')")
    decided = await desk.transact(horizon=SOON)
    # then both say and leave behind the same
    assert [say.key for say in precomputed.says] == ["T0", "T1"]
    assert [(say.message, say.cause.time) for say in precomputed.says] == [
        (say.message, say.cause.time) for say in decided.says
    ]
    rows = await desk.connection.fetch("select version, body::text, lane from state")
    assert len({tuple(row) for row in rows}) == 1
    assert await desk.connection.fetchval("select count(*) from timer where status = 'fired'") == 4
    assert cache_of(desk.lane).precomputed == {}


async def test_nothing_is_said_or_written_before_the_time(desk: Desk) -> None:
    await desk.transact(("T0", Poke(n=0, wait=60.0)))
    before = await desk.connection.fetch("select * from state, timer")
    await desk.look_ahead()
    outcome = await desk.transact(horizon=NOON + timedelta(seconds=59))
    assert outcome.says == []
    assert await desk.connection.fetch("select * from state, timer") == before


async def test_what_was_foreseen_is_void_once_something_else_happened(desk: Desk) -> None:
    # given a timer whose firing was precomputed
    await desk.transact(("T0", Poke(n=0, wait=60.0)))
    assert await desk.look_ahead() == ["T0"]
    # when something is heard before it is due
    await desk.transact(("T0", Poke(n=1)))
    # then the timer fires upon what became of the state
    (say,) = (await desk.transact(horizon=SOON)).says
    assert isinstance(say.message, Counted)
    assert (say.message.fired, say.message.total) == (True, 3)
    assert await desk.connection.fetchval("select version from state") == 3


async def test_what_was_foreseen_is_void_in_the_very_transaction_that_changes_it(desk: Desk) -> None:
    await desk.transact(("T0", Poke(n=0, wait=60.0)))
    await desk.look_ahead()
    outcome = await desk.transact(("T0", Poke(n=1)), horizon=SOON)
    assert [say.message.total for say in outcome.says if isinstance(say.message, Counted)] == [2, 3]


async def test_a_timer_that_is_set_anew_in_the_transaction_in_which_it_falls_due_does_not_fire(desk: Desk) -> None:
    # given a timer that is due
    await desk.transact(("T0", Poke(n=0, wait=60.0)))
    # when what it waits for is put off in the very transaction that would fire it
    outcome = await desk.transact(("T0", Poke(n=1, wait=7_200.0)), horizon=SOON)
    # then it does not fire, and waits for its new moment
    assert [say.message.fired for say in outcome.says if isinstance(say.message, Counted)] == [False]
    assert await desk.connection.fetchval("select due from timer where status = 'pending'") == NOON + timedelta(hours=2)


async def test_what_is_not_due_by_then_is_left_alone(desk: Desk) -> None:
    await desk.transact(("T0", Poke(n=0, wait=60.0)), ("T1", Poke(n=1, wait=7_200.0)))
    assert await desk.look_ahead() == ["T0"]
