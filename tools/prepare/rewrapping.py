"""What older master keys wrapped is wrapped anew, so that they can go; what was sealed stays as it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import asyncpg

from chassis.contacts import rewrapped_box, rewrapped_contact, rewrapped_word
from sealing.masters import Kms
from sealing.records import RecordSeal, is_sealed, master_of

_TABLES: Final = ("dead_letter", "parked", "refused_record")
"""Where sealed records are kept, in services that have the table."""
_AT_ONCE: Final = 500


async def rewrap_records(dsn: Callable[[str], str], services: Iterable[str], kms: Kms) -> int:
    """Wrap the data keys of all records that were put aside under the newest master key; tells how many were not."""
    seal, done = RecordSeal(kms, os.urandom), 0
    for service in services:
        connection = await asyncpg.connect(dsn(service))
        try:
            for table in _TABLES:
                if await connection.fetchval("select to_regclass($1)", f"{service}.{table}") is not None:
                    done += await _rewrap(connection, table, seal, kms)
        finally:
            await connection.close()
    return done


async def rewrap_contacts(dsn: Callable[[str], str], kms: Kms) -> int:
    """Wrap the data keys of all contacts that are kept under the newest master key; tells how many were not."""
    connection, done = await asyncpg.connect(dsn("intake")), 0
    try:
        last = ""
        while rows := await connection.fetch(
            "select handle, box from contact where handle > $1 and box is not null order by handle limit $2",
            last,
            _AT_ONCE,
        ):
            old = [(handle, anew) for handle, box in rows if (anew := rewrapped_box(box, kms)) != box]
            await connection.executemany("update contact set box = $2 where handle = $1", old)
            done, last = done + len(old), rows[-1]["handle"]
    finally:
        await connection.close()
    return done + await _rewrap_shown(dsn, kms)


async def _rewrap_shown(dsn: Callable[[str], str], kms: Kms) -> int:
    """What the desk shows at this moment, and the contacts in orders, requests to call and drafts that it keeps."""
    connection = await asyncpg.connect(dsn("desk"))
    try:
        rows = await connection.fetch("select topic, ticket, body from shown where body is not null")
        found = [(row["topic"], row["ticket"], row["body"], rewrapped_word(row["body"], kms)) for row in rows]
        old = [(topic, ticket, anew) for topic, ticket, body, anew in found if anew != body]
        await connection.executemany("update shown set body = $3 where topic = $1 and ticket = $2", old)
        held = await connection.fetch("select department, ticket, body from held_order")
        anew = [(*row[:2], body) for row in held if (body := rewrapped_contact(row["body"], kms)) != row["body"]]
        await connection.executemany("update held_order set body = $3 where department = $1 and ticket = $2", anew)
        asked = await connection.fetch("select ticket, body from callback where body is not null")
        calls = [(row["ticket"], body) for row in asked if (body := rewrapped_contact(row["body"], kms)) != row["body"]]
        await connection.executemany("update callback set body = $2 where ticket = $1", calls)
        drafts = await connection.fetch("select login, ticket, typed from draft where task = 'call'")
        typed = [(*row[:2], body) for row in drafts if (body := rewrapped_contact(row["typed"], kms)) != row["typed"]]
        await connection.executemany(
            "update draft set typed = $3 where login = $1 and ticket = $2 and task = 'call'", typed
        )
    finally:
        await connection.close()
    return len(old) + len(anew) + len(calls) + len(typed)


async def _rewrap(connection: asyncpg.Connection[asyncpg.Record], table: str, seal: RecordSeal, kms: Kms) -> int:
    done, last = 0, ("", -1, -1)
    while rows := await _next(connection, table, last):
        old = [row for row in rows if is_sealed(row["value"]) and master_of(row["value"]) != kms.newest]
        await connection.executemany(
            f'update {table} set value = $4 where topic = $1 and partition = $2 and "offset" = $3',  # noqa: S608 - our own names
            [(*_place(row), seal.rewrapped(row["value"])) for row in old],
        )
        done, last = done + len(old), _place(rows[-1])
    return done


async def _next(
    connection: asyncpg.Connection[asyncpg.Record], table: str, last: tuple[str, int, int]
) -> Sequence[asyncpg.Record]:
    """The next records that have a value, by their places."""
    return await connection.fetch(
        f'select topic, partition, "offset", value from {table} where (topic, partition, "offset") > ($1, $2, $3)'  # noqa: S608 - our own names
        ' and value is not null order by topic, partition, "offset" limit $4',
        *last,
        _AT_ONCE,
    )


def _place(row: asyncpg.Record) -> tuple[str, int, int]:
    return row["topic"], row["partition"], row["offset"]
