"""Who may do what in the database: for each service an owner of its schema and a role that runs it without DDL."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import asyncpg

from chassis.contacts import KEPT_IN
from chassis.migrate import ONE_AT_A_TIME, owner_of
from chassis.service import Connection
from doors.attachments.rows import KEPT_IN as ATTACHMENTS
from tools.errors import SaidClearly

OWNER: Final = "liuhen"
"""Who makes databases and roles; nothing runs as it."""
MIGRATION: Final = "liuhen_migration"
"""Who changes tables: it may become the owner of each schema, and is nobody else."""
READER: Final = "liuhen_reader"
"""The role of dashboards: it reads views of totals, and nothing else."""

SHOW_CONTACTS: Final = ("dispatch", "notify")
"""The services that show contacts to whom they concern, beside intake, which keeps them."""

TAKE_ATTACHMENTS: Final = ("desk",)
"""The services at whose door attachments are uploaded and fetched, beside intake, which keeps them."""

_ITERATIONS: Final = 4096
_SALT_BYTES: Final = 16
_NO_MORE: Final = "nocreatedb nocreaterole"


def password_variable(role: str) -> str:
    """Return the variable that holds a password where an operator sets it: LIUHEN_PASSWORD_<ROLE>."""
    return f"LIUHEN_PASSWORD_{role.upper()}"


def logins(services: Iterable[str]) -> tuple[str, ...]:
    """Name every role that logs in, besides the owner of everything."""
    return (MIGRATION, READER, *services)


async def prepare_roles(dsn: str, services: Iterable[str], password: Callable[[str], str]) -> None:
    """Make roles and schemas, with their rights; doing it again changes nothing.

    `dsn` belongs to somebody who may create roles and owns the database.
    """
    names = tuple(services)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("select pg_advisory_lock($1)", ONE_AT_A_TIME)
        known = {row["rolname"] for row in await connection.fetch("select rolname from pg_roles")}
        for statement in _everybody(names, known):
            await connection.execute(statement)
        for role in logins(names):
            await set_password(connection, role, password(role))
        for service in names:
            for statement in _of_service(service):
                await connection.execute(statement)
        await _require_modest(connection, (*logins(names), *map(owner_of, names)))
        database = await connection.fetchval("select quote_ident(current_database())")
        await connection.execute("revoke all on schema public from public")
        await connection.execute(f"revoke all on database {database} from public")
        await connection.execute(f"grant connect on database {database} to {', '.join(logins(names))}")
    finally:
        await connection.close()


async def let_share(dsn: str, services: Iterable[str], password: str) -> None:
    """Let others use two tables of intake: who shows contacts reads them, and the desk enters and reads attachments.

    `dsn` belongs to who changes tables.
    """
    schema = KEPT_IN.partition(".")[0]
    names = tuple(services)
    readers = [each for each in names if each in SHOW_CONTACTS]
    doors = [each for each in names if each in TAKE_ATTACHMENTS]
    if schema not in names:
        return
    connection = await asyncpg.connect(dsn, password=password)
    try:
        await connection.execute(f"set role {owner_of(schema)}")
        for right, table, who in (("select", KEPT_IN, readers), ("select, insert", ATTACHMENTS, doors)):
            if who:
                await connection.execute(f"grant usage on schema {schema} to {', '.join(who)}")
                await connection.execute(f"grant {right} on {table} to {', '.join(who)}")
    finally:
        await connection.close()


async def set_password(connection: Connection, role: str, password: str) -> None:
    """Give a role its password, of which the server, its log and its replicas see the verifier alone."""
    order = await connection.fetchval(
        "select format('alter role %I password %L', $1::text, $2::text)", role, verifier(password)
    )
    await connection.execute(order)


def verifier(password: str) -> str:
    """Return what SCRAM-SHA-256 keeps of a password (RFC 5802): it proves a login and makes none."""
    salt = secrets.token_bytes(_SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    shown = [base64.b64encode(each).decode() for each in (salt, stored, server)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{shown[0]}${shown[1]}:{shown[2]}"


async def _require_modest(connection: Connection, roles: Iterable[str]) -> None:
    found = await connection.fetch(
        "select rolname from pg_roles where rolname = any($1) and (rolsuper or rolreplication or rolbypassrls)",
        list(roles),
    )
    if found:
        names = ", ".join(row["rolname"] for row in found)
        raise SaidClearly(
            f"数据库的角色 {names} 什么都能做。"
            "请由有权的人执行 ALTER ROLE … NOSUPERUSER NOREPLICATION NOBYPASSRLS，再试一次。"
        )


def _everybody(services: Iterable[str], known: set[str]) -> Iterator[str]:
    for role in logins(services):
        if role not in known:
            yield f"create role {role} login"
        yield f"alter role {role} login {_NO_MORE}"
    # A member that inherits nothing has the owners' rights only while it says so.
    yield f"alter role {MIGRATION} noinherit"
    for owner in map(owner_of, services):
        if owner not in known:
            yield f"create role {owner} nologin"
        yield f"alter role {owner} nologin {_NO_MORE}"
        yield f"grant {owner} to {MIGRATION}, current_user"


def _of_service(service: str) -> Iterator[str]:
    owner, rights = owner_of(service), "select, insert, update, delete"
    yield f"create schema if not exists {service} authorization {owner}"
    # Where a service once owned its schema, it owns nothing from now on.
    yield f"grant {service} to current_user"
    yield f"reassign owned by {service} to {owner}"
    yield f"alter schema {service} owner to {owner}"
    yield f"revoke all on schema {service} from {service}"
    yield f"grant usage on schema {service} to {service}"
    yield f"grant {rights} on all tables in schema {service} to {service}"
    yield f"revoke truncate, references, trigger on all tables in schema {service} from {service}"
    yield f"alter default privileges for role {owner} in schema {service} grant {rights} on tables to {service}"
