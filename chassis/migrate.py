"""Plain SQL migrations in dbmate's format: the chassis's tables first, then the service's own, in its schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import asyncpg

from chassis.service import Connection

OWN: Final = Path(__file__).with_name("sql")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,30}")
_ONE_AT_A_TIME: Final = 7_041_200_311
_MONTHS_AHEAD: Final = 3


class MigrationError(Exception):
    """A migration that cannot be applied, and why."""


class Behind(Exception):  # noqa: N818 - it says what the schema is
    """The schema lacks migrations that this version of the service stands on."""


async def migrate(dsn: str, service: str, folder: Path | None, now: datetime, password: str | None = None) -> list[str]:
    """Bring a service's role, schema and tables up to date and tell which migrations were applied.

    `dsn` belongs to somebody who may create roles and schemas. Safe to repeat, and to run from several places at once.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select pg_advisory_lock($1)", _ONE_AT_A_TIME)
        await _role_and_schema(connection, service, password)
        await connection.execute(f"set role {service}; set search_path = {service}")
        applied = [name for name, sql in _files(service, folder) if await _apply(connection, name, sql)]
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
    """Make the partitions of the events table for this month and the next ones."""
    for ahead in range(_MONTHS_AHEAD):
        start, end = _month(now, ahead), _month(now, ahead + 1)
        name = f"event_{start:%Y_%m}"
        if await connection.fetchval("select to_regclass($1)", name) is None:
            await connection.execute(
                f"create table {name} partition of event for values from ('{start:%Y-%m-%d}Z') to ('{end:%Y-%m-%d}Z')"
            )


def _month(now: datetime, ahead: int) -> datetime:
    years, month = divmod(now.month - 1 + ahead, 12)
    return now.replace(year=now.year + years, month=month + 1, day=1)


async def _role_and_schema(connection: Connection, service: str, password: str | None) -> None:
    if not _NAME.fullmatch(service):
        raise MigrationError(f"{service!r} cannot name a schema")
    if not await connection.fetchval("select exists (select from pg_roles where rolname = $1)", service):
        await connection.execute(f"create role {service} login")
    if password is not None:
        order = await connection.fetchval(
            "select format('alter role %I password %L', $1::text, $2::text)", service, password
        )
        await connection.execute(order)
    await connection.execute(f"grant {service} to current_user")
    await connection.execute(f"create schema if not exists {service} authorization {service}")


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
        return True
