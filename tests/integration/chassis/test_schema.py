"""A service does not begin on tables that are older than it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from chassis.migrate import Behind, migrate, require_migrated
from tools.local.database import Database
from tools.prepare.roles import prepare_roles


async def test_a_service_waits_until_its_migrations_are_applied(database: Database, tmp_path: Path) -> None:
    # given a service whose newest migration was not applied
    (tmp_path / "001_first.sql").write_text("-- migrate:up\ncreate table first (n int);\n", "utf-8")
    await prepare_roles(
        database.dsn(), ["newcomer"], lambda role: "new" if role == "newcomer" else database.cluster.password(role)
    )
    await migrate(database.dsn(), "newcomer", None, datetime.now(UTC))
    connection = await asyncpg.connect(database.dsn(), server_settings={"search_path": "newcomer"})
    # then it is told which one is missing
    with pytest.raises(Behind, match="newcomer/001_first"):
        await require_migrated(connection, "newcomer", tmp_path)
    # and when it is applied, the service may begin
    await migrate(database.dsn(), "newcomer", tmp_path, datetime.now(UTC))
    await require_migrated(connection, "newcomer", tmp_path)
    await connection.close()


async def test_a_schema_without_any_migration_is_behind(database: Database) -> None:
    connection = await asyncpg.connect(database.dsn(), server_settings={"search_path": "nowhere"})
    with pytest.raises(Behind, match="chassis/001_lanes"):
        await require_migrated(connection, "nowhere", None)
    await connection.close()
