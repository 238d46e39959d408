"""The database's log says that something was slow, never what stood in a row, however a statement fails."""

from __future__ import annotations

import asyncio
from typing import Final

import asyncpg
import pytest

from tools.local.instance import Instance

SAID: Final = "13812345678 张三 平凉路100弄3号"
WRONG: Final = (
    ("select $1::text::int", SAID),
    ("select ($1::text)::json", SAID),
    ("insert into once values ($1), ($1)", SAID),
    ("insert into short values ($1)", SAID),
    ("select no_such_column, $1::text from once", SAID),
    ("do $$ begin raise exception 'about %', '" + SAID + "'; end $$",),
    ("do $$ begin raise warning 'about %', '" + SAID + "'; end $$",),
    (f"select '{SAID}'::int",),
    (f"insert into once values ('{SAID}'), ('{SAID}')",),  # noqa: S608 - our own words
)
"""Statements that quote what people said when they fail, bound or written out."""


async def test_an_error_and_a_slow_statement_leave_no_word_of_it_in_the_log(system: Instance) -> None:
    # given a table that takes little
    connection = await asyncpg.connect(system.postgres_dsn("liuhen", "postgres"))
    await connection.execute("create table once (said text primary key)")
    await connection.execute("create table short (said text check (length(said) < 3))")
    # (what is written out would stand in the log if it were slow: services write nothing out)
    await connection.execute("set log_min_duration_statement = -1")
    # when statements fail with what people said in them, and one is slow
    failed = 0
    for statement, *values in WRONG:
        try:
            await connection.execute(statement, *values)
        except asyncpg.PostgresError:
            failed += 1
    assert failed == len(WRONG) - 1, "all fail but the one that only warns"
    await connection.execute("reset log_min_duration_statement")
    await connection.fetchval("select pg_sleep(2.1), $1::text as slow_and_said", SAID)
    with pytest.raises(asyncpg.PostgresError):
        await connection.execute("set statement_timeout = '50ms'; select pg_sleep(1)")
    await connection.execute("drop table once, short")
    await connection.close()
    # then the log tells of the slow one, and of nobody
    log = system.home / "logs" / "postgres.log"
    async with asyncio.timeout(30):
        while "slow_and_said" not in log.read_text("utf-8", "replace"):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.1)
    told = log.read_text("utf-8", "replace")
    assert [word for word in SAID.split() if word in told] == []
