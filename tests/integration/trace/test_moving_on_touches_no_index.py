"""Whatever moves a ticket on changes its row in place: an update that indexes hear of costs ten times as much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.trace.edges import lookup

if TYPE_CHECKING:
    from chassis.service import Pool

_CHANGED = "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname = 'summary'"


async def _changed(pool: Pool) -> tuple[int, int]:
    async with pool.acquire() as connection:
        await connection.execute("select pg_stat_force_next_flush()")
        await connection.fetchval("select 1")
        await connection.execute("select pg_stat_clear_snapshot()")
        (found,) = await connection.fetch(_CHANGED)
        return found["n_tup_upd"], found["n_tup_hot_upd"]


async def test_of_the_moves_of_a_life_few_are_told_to_any_index(pool: Pool, ear: Any, story: Any) -> None:
    # given a ticket of which trace hears step by step
    story.registered().dispatched()
    await ear.hear(story)
    before = await _changed(pool)
    # when it is handled, accepted, awaited and called back, each in a transaction of its own
    heard = len(story.items)
    story.handled().called_back()
    for item in story.items[heard:]:
        await ear.take([item])
    # then its row was changed each time, and most of these changes stayed on its page
    moves, hot = (after - was for after, was in zip(await _changed(pool), before, strict=True))
    assert moves >= 4
    assert hot >= moves - 2


@pytest.mark.parametrize("queue", ["closing", "callback", "undelivered", "review"])
async def test_a_queue_reads_of_the_table_only_what_an_index_says_is_open(pool: Pool, queue: str) -> None:
    asked = f"explain select count(*) from summary s where {lookup._QUEUES[queue].where}"  # noqa: S608 - our own names
    async with pool.acquire() as connection:
        await connection.execute("set enable_seqscan = off")
        plan = [line for (line,) in await connection.fetch(asked)]
    assert any("using summary_" in line or "on summary_" in line for line in plan), plan
