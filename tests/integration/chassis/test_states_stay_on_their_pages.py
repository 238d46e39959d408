"""A state is written again with each fact: it has to find room beside itself, or each change leaves a page behind."""

from __future__ import annotations

import json

import asyncpg

from tools.local.database import Database

_SAVED = (
    "insert into state (key, lane, version, form, body) values ($1, '0', $2, 1, $3)"
    " on conflict (key) do update set version = excluded.version, body = excluded.body"
)
_CHANGED = (
    "select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where schemaname = 'dispatch' and relname = 'state'"
)


async def test_a_state_of_some_kilobytes_changes_on_its_page(database: Database) -> None:
    # given states as large as those of tickets are
    connection = await asyncpg.connect(database.dsn(), server_settings={"search_path": "dispatch"})
    await connection.execute("insert into lane (name) values ('0') on conflict do nothing")
    notes = [{"at": f"2026-09-{day:02d}T09:30:00+08:00", "by": {"party": {"kind": "office"}}} for day in range(1, 29)]
    body = json.dumps({"ticket": "26030200000017", "text": "楼道堆物，多次反映没有人管", "notes": [*notes, *notes]})
    assert len(body) > 4_000
    # when each changes again and again
    for version in range(1, 6):
        for number in range(10):
            await connection.execute(_SAVED, f"T{number}", version, body)
    # then no index heard of most of it, and a page holds several
    await connection.execute("select pg_stat_force_next_flush()")
    await connection.fetchval("select 1")
    await connection.execute("select pg_stat_clear_snapshot()")
    changed, hot = await connection.fetchrow(_CHANGED) or (0, 0)
    assert changed == 40
    assert hot >= changed // 2
    assert await connection.fetchval("select pg_relation_size('state')") <= 5 * 8192
    await connection.close()
