"""`liuhen prepare`: topics, users, roles, schemas and tables, where broker and database are somebody else's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import typer

from chassis.clock import Clock
from liuhen.answers import AsJson, print_json
from rulebook import load_policy
from schemas import registry
from schemas.principals import ADMIN, principals
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.local.database import OWNER
from tools.local.plan import service_names
from tools.prepare import quotas, rights, topics
from tools.prepare.database import password_variable, prepare_database


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help="建好主题、数据库角色、模式和表，可以重复执行；各角色的密码由 LIUHEN_PASSWORD_<角色> 给出。")(
        prepare
    )


def prepare(*, as_json: AsJson = False) -> None:
    """Make topics, users, roles, schemas, tables; LIUHEN_PASSWORD_<ROLE> says each role's password. Safe to repeat."""
    addresses = load_addresses()
    say: Callable[[str], None] = _silent if as_json else typer.echo
    admin, codes = addresses.broker(ADMIN), [each.code for each in load_policy(addresses.policy).departments]
    applied = topics.apply(admin, registry.topics(codes))
    changed = [item for item in applied if item.change is not topics.TopicChange.UNCHANGED]
    for item in changed:
        say(f"{item.topic.name}: {item.change} {item.detail}".rstrip())
    everybody = principals(codes)
    users = sorted(rights.make_true(admin, everybody, addresses.folder_of_secrets()).new.users)
    quotas.make_true(admin, everybody)
    for user in users:
        say(f"{user}: may log in to the broker")
    now = Clock.parse(addresses.clock).now()
    owner = addresses.postgres_dsn(OWNER)
    migrations = asyncio.run(prepare_database(owner, service_names(), now, _password))
    for migration in migrations:
        say(migration)
    if as_json:
        changes = [{"topic": item.topic.name, "change": item.change, "detail": item.detail} for item in changed]
        print_json({"topics": changes, "users": users, "migrations": migrations})


def _silent(_: str) -> None:
    """Say nothing: the document says it."""


def _password(role: str) -> str:
    name = password_variable(role)
    if not (password := os.environ.get(name)):
        raise SaidClearly(f"没有设 {name}：数据库角色 {role} 的密码。")
    return password
