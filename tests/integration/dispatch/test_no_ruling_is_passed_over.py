"""Rulings are numbered before their transactions end: one that is seen late is read all the same."""

from __future__ import annotations

from typing import Any

import asyncpg

from services.dispatch.work import Precedents
from tools.local.database import Database

LATE, OTHERS = "26091403000175", 150
RULING = (
    "insert into ruling (ticket, version, kind, category, subdistrict, lead)"
    " select $1, n, 'adjudicated', '0101-02', 'siping', 'housing' from generate_series(1, $2::int) n"
)


async def test_a_ruling_whose_transaction_ends_after_many_later_ones_is_read(database: Database) -> None:
    settings = {"search_path": "dispatch"}
    writer, reader = [await asyncpg.connect(database.dsn("dispatch"), server_settings=settings) for _ in range(2)]
    known, late = Precedents(), writer.transaction()
    # given a ruling that is written and not committed, and many that are written and committed after it
    await late.start()
    await writer.execute(RULING, LATE, 1)
    await reader.execute(RULING, "26091403000183", OTHERS)
    await known.read_on(reader)
    assert len(known.rows) == OTHERS
    # when it is committed
    await late.commit()
    await known.read_on(reader)
    # then it is read, and nothing twice, and from then on nothing again
    assert len(known.rows) == OTHERS + 1
    assert LATE in {each.ticket for each in known.found["0101-02", "siping"]}
    assert await _again(reader, known) == 0
    for each in (writer, reader):
        await each.close()


async def _again(reader: asyncpg.Connection[Any], known: Precedents) -> int:
    count: int = await reader.fetchval("select count(*) from ruling where written >= $1::text::xid8", known.horizon)
    return count
