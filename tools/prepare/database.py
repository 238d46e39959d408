"""What has to be true of a database before services start: roles, schemas and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

import asyncpg

from chassis.migrate import migrate
from tools.layout import ROOT

READER: Final = "liuhen_reader"
"""The role of dashboards: it reads what services grant it (views without personal data), and nothing else."""


async def prepare_database(
    dsn: str, services: Iterable[str], now: datetime, password: Callable[[str], str]
) -> list[str]:
    """Make roles, schemas and tables; doing it again changes nothing. Return the migrations that were applied.

    `dsn` belongs to somebody who may create roles; `password` gives the password of each role.
    """
    await _reader(dsn, password(READER))
    applied: list[str] = []
    for service in services:
        folder = ROOT / "services" / service / "sql"
        own = folder if folder.is_dir() else None
        applied += [f"{service}: {name}" for name in await migrate(dsn, service, own, now, password(service))]
    return applied


async def _reader(dsn: str, password: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", READER):
            await connection.execute(f"CREATE ROLE {READER} LOGIN")
        order = await connection.fetchval(
            "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)", READER, password
        )
        await connection.execute(order)
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    finally:
        await connection.close()


def password_variable(role: str) -> str:
    """Return the variable that holds the password of a role where an operator sets it: LIUHEN_PASSWORD_<ROLE>."""
    return f"LIUHEN_PASSWORD_{role.upper()}"
