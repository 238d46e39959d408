"""Every role of the database does its work and nothing else: each thing that it must not do is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
import pytest

from chassis.contacts import KEPT_IN
from chassis.migrate import ensure_months, migrate, owner_of
from chassis.settings import database_secret
from doors.attachments.rows import KEPT_IN as ATTACHMENTS
from tools.errors import SaidClearly
from tools.local.database import Database
from tools.local.instance import Instance
from tools.local.plan import service_names
from tools.prepare.roles import MIGRATION, OWNER, READER, SHOW_CONTACTS, logins, prepare_roles
from tools.prepare.secrets import forget_secret

SERVICES: Final = tuple(service_names())
LENT: Final = {
    **dict.fromkeys(SHOW_CONTACTS, (KEPT_IN,)),
    "desk": (*((KEPT_IN,) if "desk" in SHOW_CONTACTS else ()), ATTACHMENTS),
}
"""The tables of others that a service may read."""
DDL: Final = (
    "create table {schema}.mine ()",
    "create view {schema}.mine as select 1",
    "create function {schema}.mine() returns int language sql as 'select 1'",
    "create index on {schema}.state (version)",
    "alter table {schema}.state add column mine int",
    "alter table {schema}.state disable trigger all",
    "alter table {schema}.state owner to current_user",
    "drop table {schema}.state",
    "drop schema {schema} cascade",
    "truncate {schema}.state",
    "update {schema}.schema_migrations set version = ''",
)
"""What changes tables or rights, tried in a schema."""
DML: Final = (
    "insert into {schema}.lane (name) values ('x')",
    "update {schema}.lane set paused = 'x'",
    "delete from {schema}.state",
    "select version from {schema}.schema_migrations",
)
"""What a service does all day."""
ELSEWHERE: Final = (
    "create schema mine",
    "create table public.mine ()",
    "create role mine",
    "alter role current_user superuser",
    f"alter role {OWNER} password 'mine'",
    f"set role {OWNER}",
    f"grant {OWNER} to current_user",
    "set log_statement = 'all'",
    "copy (select 1) to '/tmp/mine'",
    "copy (select 1) to program 'true'",
    "select pg_read_file('PG_VERSION')",
    "select * from pg_authid",
)
"""What nobody may who runs something."""
PERSONAL: Final = ("ticket", "receipt", "gist", "place", "phone", "name", "contact", "text", "body", "unit", "holder")


@asynccontextmanager
async def as_role(database: Database, role: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(database.dsn(role))
    try:
        yield connection
    finally:
        await connection.close()


async def allowed(connection: Any, statements: Iterable[str]) -> list[str]:
    """Those statements that are not refused for want of a right; nothing stays of them."""
    done = []
    for statement in statements:
        turn = connection.transaction()
        await turn.start()
        try:
            await connection.execute(statement)
            done.append(statement)
        except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidGrantOperationError):
            pass
        finally:
            await turn.rollback()
    return done


def reading(schema: str, tables: Iterable[str]) -> list[str]:
    return [f"select * from {schema}.{table}" for table in tables]  # noqa: S608 - our own names


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_changes_its_rows_and_neither_tables_nor_rights(database: Database, service: str) -> None:
    async with as_role(database, service) as connection:
        own = [each.format(schema=service) for each in DML]
        assert await allowed(connection, own) == own
        assert await allowed(connection, (each.format(schema=service) for each in DDL)) == []
        assert await allowed(connection, ELSEWHERE) == []
        for alone in ("create database mine", "alter system set log_statement = 'all'"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(alone)
        for role in {*logins(SERVICES), *map(owner_of, SERVICES)} - {service}:
            assert await allowed(connection, [f"set role {role}"]) == [], role


@pytest.mark.parametrize("service", [*SERVICES, READER])
async def test_what_another_service_keeps_is_out_of_reach(database: Database, service: str) -> None:
    async with as_role(database, service) as connection:
        for other in set(SERVICES) - {service}:
            tables = await _tables(database, other)
            assert len(tables) > 10
            shown = {name.partition(".")[2] for name in LENT.get(service, ()) if name.startswith(f"{other}.")}
            assert await allowed(connection, reading(other, tables - shown)) == []


async def test_the_door_where_attachments_are_uploaded_enters_them_and_changes_nothing(database: Database) -> None:
    async with as_role(database, "desk") as connection:
        read = f"select id from {ATTACHMENTS}"  # noqa: S608 - our own name
        changes = (f"delete from {ATTACHMENTS}", f"update {ATTACHMENTS} set ticket = null")  # noqa: S608 - our own name
        assert await allowed(connection, [read, *changes]) == [read]


@pytest.mark.parametrize("service", SHOW_CONTACTS)
async def test_who_shows_contacts_reads_their_table_and_changes_nothing_there(database: Database, service: str) -> None:
    async with as_role(database, service) as connection:
        read = f"select handle, box from {KEPT_IN}"  # noqa: S608 - our own name
        changes = (f"delete from {KEPT_IN}", f"update {KEPT_IN} set box = null", f"insert into {KEPT_IN} values ('x')")  # noqa: S608 - our own name
        assert await allowed(connection, [read, *changes]) == [read]


async def test_a_service_makes_the_partitions_of_its_months_all_the_same(database: Database) -> None:
    async with as_role(database, "trace") as connection:
        await connection.execute("set search_path = trace")
        await ensure_months(connection, datetime(2031, 11, 30, 23, 59, tzinfo=UTC))
        made = {row[0] for row in await connection.fetch("select relname from pg_class where relname ~ 'event_203'")}
        parts = {f"event_{month}" for month in ("2031_11", "2031_12", "2032_01")}
        assert {name for name in made if "_2" in name and len(name) == len("event_2031_11")} == parts
        bound = "select pg_get_expr(relpartbound, oid) from pg_class where relname = 'event_2031_12'"
        assert "'2031-12-01 00:00:00+00') TO ('2032-01-01 00:00:00+00'" in await connection.fetchval(bound)
        assert await allowed(connection, ["drop table event_2031_12"]) == []


async def test_dashboards_read_totals_and_nothing_that_tells_of_one_person(database: Database) -> None:
    views = await _tables(database, "trace", "v")
    assert views == {
        "board_received",
        "board_standing",
        "board_closed",
        "board_steps",
        "board_departments",
        "board_verified",
    }
    async with as_role(database, READER) as connection:
        for view in views:
            columns = (await connection.prepare(f"select * from trace.{view}")).get_attributes()  # noqa: S608 - our own names
            assert not {column.name for column in columns} & set(PERSONAL)
        tables = await _tables(database, "trace")
        assert await allowed(connection, reading("trace", tables)) == []
        assert await allowed(connection, [f"drop view trace.{view}" for view in views]) == []
        assert await allowed(connection, ELSEWHERE) == []


async def test_who_migrates_owns_nothing_until_it_says_for_whom(database: Database) -> None:
    async with as_role(database, MIGRATION) as connection:
        assert await allowed(connection, (each.format(schema="sla") for each in DDL)) == []
        assert await allowed(connection, ELSEWHERE) == []
        tables = await _tables(database, "intake")
        assert await allowed(connection, reading("intake", tables)) == []
    # and what it says it becomes is one schema's owner, with which it migrates
    assert await migrate(database.dsn(MIGRATION), "sla", None, datetime.now(UTC)) == []


async def test_a_service_that_owned_its_schema_once_owns_nothing_more(database: Database) -> None:
    # given a schema as it was: role and owner in one
    async with as_role(database, OWNER) as connection:
        for statement in (
            *("create role once login", "create schema once authorization once", "set role once"),
            *("create table once.kept (n int)", "reset role"),
        ):
            await connection.execute(statement)
    # when roles are prepared, twice
    for _ in range(2):
        await prepare_roles(database.dsn(), ["once"], database.cluster.password)
    # then it works there and owns nothing
    async with as_role(database, "once") as connection:
        assert await allowed(connection, ["insert into once.kept values (1)"])
        assert await allowed(connection, ["drop table once.kept", "create table once.more ()"]) == []
    forget_secret(database.cluster.secrets, database_secret("once"))


async def test_a_role_with_too_many_rights_is_refused(database: Database) -> None:
    async with as_role(database, OWNER) as connection:
        await connection.execute("create role mighty login superuser")
    with pytest.raises(SaidClearly, match="mighty"):
        await prepare_roles(database.dsn(), ["mighty"], database.cluster.password)
    async with as_role(database, OWNER) as connection:
        await connection.execute("alter role mighty nosuperuser")
    forget_secret(database.cluster.secrets, database_secret("mighty"))


async def test_the_server_keeps_verifiers_and_lets_nobody_in_without_a_password(database: Database) -> None:
    async with as_role(database, OWNER) as connection:
        kept = await connection.fetch("select rolname, rolpassword from pg_authid where rolcanlogin")
        passwords = {row["rolname"]: row["rolpassword"] for row in kept}
        assert {role for role in logins(SERVICES) if not passwords[role].startswith("SCRAM-SHA-256$4096:")} == set()
        methods = await connection.fetch("select distinct auth_method from pg_hba_file_rules")
        assert [row[0] for row in methods] == ["scram-sha-256"]
    for role in logins(SERVICES):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(database.dsn(role), password="guessed")


@pytest.mark.parametrize("role", logins(SERVICES))
async def test_nobody_hides_a_table_behind_a_temporary_one(system: Instance, role: str) -> None:
    connection = await asyncpg.connect(system.postgres_dsn(role))
    try:
        assert await allowed(connection, ["create temporary table event ()"]) == []
    finally:
        await connection.close()


async def _tables(database: Database, schema: str, kinds: str = "rp") -> set[str]:
    async with as_role(database, OWNER) as connection:
        rows = await connection.fetch(
            "select relname from pg_class where relnamespace = $1::text::regnamespace and relkind::text = any($2)",
            schema,
            list(kinds),
        )
        return {row["relname"] for row in rows}
