"""Plain SQL migrations in dbmate's format: the chassis's tables first, then the service's own, in its schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import asyncpg

from chassis import crash_points
from chassis.crash_points import CrashPoint
from chassis.service import Connection

OWN: Final = Path(__file__).with_name("sql")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,30}")
ONE_AT_A_TIME: Final = 7_041_200_311
"""The lock under which roles and tables are changed."""


class MigrationError(Exception):
    """A migration that cannot be applied, and why."""


class Behind(Exception):  # noqa: N818 - it says what the schema is
    """The schema lacks migrations that this version of the service stands on."""


def owner_of(service: str) -> str:
    """Name the role that owns a service's schema and tables; nobody logs in as it."""
    return f"{service}_owner"


async def migrate(dsn: str, service: str, folder: Path | None, now: datetime, password: str | None = None) -> list[str]:
    """Bring a service's tables up to date and tell which migrations were applied.

    `dsn` belongs to a member of the schema's owner; role and schema are there. Safe to repeat, and to run from several
    places at once.
    """
    if not _NAME.fullmatch(service):
        raise MigrationError(f"{service!r} cannot name a schema")
    connection = await asyncpg.connect(dsn, password=password)
    try:
        await connection.execute("select pg_advisory_lock($1)", ONE_AT_A_TIME)
        # Functions keep this path: what somebody made for one session alone hides no table from them.
        await connection.execute(f"set role {owner_of(service)}; set search_path = {service}, pg_temp")
        applied = [name for name, sql in _files(service, folder) if await _apply(connection, name, sql)]
        await connection.execute(f"revoke insert, update, delete on schema_migrations from {service}")
        await ensure_months(connection, now)
        return applied
    finally:
        await connection.close()


async def require_migrated(connection: Connection, service: str, folder: Path | None) -> None:
    """Raise Behind when a migration of the service is not applied; what a newer version applied does no harm."""
    exists = await connection.fetchval("select to_regclass('schema_migrations') is not null")
    rows = await connection.fetch("select version from schema_migrations") if exists else []
    missing = {name for name, _ in _files(service, folder)} - {row["version"] for row in rows}
    if missing:
        raise Behind(f"not applied in the schema {service}: {', '.join(sorted(missing))}")


async def ensure_months(connection: Connection, now: datetime) -> None:
    """Make the partitions of the events table for this month, the next ones, and what has none of its own yet."""
    await connection.execute("select make_months($1)", now)


def _files(service: str, folder: Path | None) -> Iterator[tuple[str, str]]:
    for owner, place in (("chassis", OWN), (service, folder)):
        for path in sorted(place.glob("*.sql")) if place is not None else ():
            yield f"{owner}/{path.stem}", path.read_text(encoding="utf-8")


def up_part(text: str) -> str:
    """The part of a dbmate file between `-- migrate:up` and `-- migrate:down`."""
    _, mark, rest = text.partition("-- migrate:up")
    if not mark:
        raise MigrationError("a migration begins with '-- migrate:up'")
    return rest.partition("-- migrate:down")[0]


async def _apply(connection: Connection, name: str, text: str) -> bool:
    async with connection.transaction():
        await connection.execute("create table if not exists schema_migrations (version text primary key)")
        if await connection.fetchval("select exists (select from schema_migrations where version = $1)", name):
            return False
        await connection.execute(up_part(text))
        await connection.execute("insert into schema_migrations values ($1)", name)
        crash_points.here(CrashPoint.MIGRATED)
        return True
