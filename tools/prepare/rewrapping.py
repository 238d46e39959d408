"""What older master keys wrapped is wrapped anew, so that they can go; what was sealed stays as it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import asyncpg

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
