"""What somebody typed and never said does not stay: it names whoever called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg

from services.desk.edges.sweeping import forget
from tools.local.database import Database

NOW = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
_DRAFT = "insert into draft (login, ticket, task, act, typed, at) values ('p-xu', $1, $2, 'x', '{}', $3)"
_BATCH = (
    "insert into batch (id, login, task, act, typed, following, at)"
    " values ($1, 'p-xu', 'dispatching', 'assign', '{}', '', $2)"
)


async def test_what_nobody_came_back_to_is_forgotten_whoever_typed_it(database: Database) -> None:
    async with asyncpg.create_pool(database.dsn("desk"), min_size=1) as pool:
        # given calls, drafts of orders and lists of many, each kept for another while
        for name, task, age in (
            *(("call-of-now", "call", timedelta(hours=23)), ("call-of-before", "call", timedelta(hours=25))),
            *(
                ("order-of-now", "dispatching", timedelta(days=29)),
                ("order-of-before", "dispatching", timedelta(days=31)),
            ),
        ):
            await pool.execute(_DRAFT, name, task, NOW - age)
        for name, age in (("list-of-now", timedelta(days=6)), ("list-of-before", timedelta(days=8))):
            await pool.execute(_BATCH, name, NOW - age)
        await pool.execute("insert into batch_row (batch, place, ticket, act) values ('list-of-before', 0, '1', 'a')")
        # when it is looked for
        await forget(pool, NOW)
        # then what is older is gone
        drafts = await pool.fetch("select ticket from draft where login = 'p-xu' order by 1")
        batches = await pool.fetch("select id from batch where login = 'p-xu'")
        rows = await pool.fetchval("select count(*) from batch_row")
    assert [row["ticket"] for row in drafts] == ["call-of-now", "order-of-now"]
    assert ([row["id"] for row in batches], rows) == (["list-of-now"], 0)
