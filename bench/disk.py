"""What a ticket leaves on disk: rows, the database's journal, records and logs."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

import asyncpg

from bench.figures import Figure
from tools.local.instance import Instance
from tools.local.plan import service_names

_KB: Final = 1024
_POSTGRES_AIM: Final = 45.0
_KAFKA_AIM: Final = 8.0
_OURS: Final = "liuhen."
_LARGEST: Final = 8


class Disk(NamedTuple):
    """Bytes; `journal` counts what was ever written to it, the others what lies there."""

    rows: int
    journal: int
    records: int
    logs: int


class Updates(NamedTuple):
    """How often rows of a table were changed, and how often without a word to any index."""

    table: str
    all: int
    hot: int


async def taken(instance: Instance) -> Disk:
    """Tell how much an instance takes now."""
    connection = await asyncpg.connect(instance.postgres_dsn())
    try:
        rows = await connection.fetchval("select pg_database_size(current_database())")
        journal = await connection.fetchval("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
    finally:
        await connection.close()
    logs = sum(process.log.stat().st_size for process in instance.processes if process.name in instance.plan.services)
    # Of segments alone: their indexes are made at full length and are empty.
    segments = (each for node in instance.brokers for each in node.data(instance.home).glob(f"{_OURS}*/*.log"))
    return Disk(int(rows), int(journal), sum(each.stat().st_size for each in segments), logs)


async def tables(instance: Instance) -> Counter[str]:
    """Tell how many bytes each table takes with its indexes, all months of events as one, by schema and name."""
    connection = await asyncpg.connect(instance.postgres_dsn())
    try:
        found = await connection.fetch(
            "select coalesce(p.inhparent, c.oid)::regclass::text as name,"
            " sum(pg_total_relation_size(c.oid))::bigint as bytes from pg_class c"
            " left join pg_inherits p on p.inhrelid = c.oid"
            " where c.relkind = 'r' and c.relnamespace = any($1::text[]::regnamespace[]) group by 1",
            service_names(),
        )
    finally:
        await connection.close()
    return Counter({row["name"]: row["bytes"] for row in found})


async def updates(instance: Instance, service: str) -> list[Updates]:
    """Tell of each table of a service how its rows were changed, the most changed first."""
    connection = await asyncpg.connect(instance.postgres_dsn())
    try:
        found = await connection.fetch(
            "select relname, n_tup_upd, n_tup_hot_upd from pg_stat_user_tables"
            " where schemaname = $1 and n_tup_upd > 0 order by n_tup_upd desc",
            service,
        )
    finally:
        await connection.close()
    return [Updates(*row) for row in found]


def largest(before: Counter[str], after: Counter[str], tickets: int) -> str:
    """Say which tables grew most, in KB for a ticket."""
    most = (after - before).most_common(_LARGEST)
    return ", ".join(f"{name} {grown / tickets / _KB:.1f}" for name, grown in most)


def figures(before: Disk, after: Disk, tickets: int, changed: list[Updates], largest: str) -> list[Figure]:
    """Make figures for each ticket of what was taken meanwhile."""
    rows, journal, records, logs = ((b - a) / tickets / _KB for a, b in zip(before, after, strict=True))
    most = [each for each in changed if each.all >= tickets]
    note = ", ".join(f"{each.table} {each.hot / each.all:.0%} of {each.all / tickets:.0f}" for each in most)
    return [
        Figure("… Postgres for a ticket", rows, "KB", _POSTGRES_AIM, "less", largest),
        Figure("… its journal for a ticket", journal, "KB"),
        Figure("… Kafka for a ticket", records, "KB", _KAFKA_AIM, "less", "one copy"),
        Figure("… logs for a ticket", logs, "KB"),
        Figure(
            "… trace's updates beside all indexes",
            100 * sum(each.hot for each in most) / max(1, sum(each.all for each in most)),
            "%",
            note=note,
        ),
    ]
