"""`liuhen prepare`: topics, users, roles, schemas and tables, where broker and database are somebody else's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import typer

from chassis.clock import Clock
from chassis.settings import database_secret, known_to_everybody
from liuhen.answers import AsJson, print_json
from rulebook import load_policy
from schemas import registry
from schemas.principals import ADMIN, principals
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.local.plan import service_names
from tools.prepare import quotas, rights, topics
from tools.prepare.database import prepare_database
from tools.prepare.roles import password_variable
from tools.prepare.secrets import NAMED, make_named, secret, write_secret

_PASSWORDS: Final = ("PGPASSWORD", "LIUHEN_KAFKA_PASSWORD")
"""Of whoever makes databases and of the broker's own user."""
_HELP: Final = (
    "建好主题、用户、数据库角色、模式和表，可以重复执行；"
    "没有用 LIUHEN_PASSWORD_<角色> 给出的密码，在 LIUHEN_KAFKA_SECRETS 目录里生成。"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help=_HELP)(prepare)


def prepare(*, as_json: AsJson = False) -> None:
    """Make topics, users, roles, schemas, tables; passwords that are not in the folder are made. Safe to repeat."""
    addresses = load_addresses()
    _require_own_secrets(os.environ)
    make_named(addresses.folder_of_secrets(), os.environ)
    say: Callable[[str], None] = _silent if as_json else typer.echo
    admin, codes = addresses.broker(ADMIN), [each.code for each in load_policy(addresses.policy).departments]
    applied = topics.apply(admin, registry.topics(codes, addresses))
    changed = [item for item in applied if item.change is not topics.TopicChange.UNCHANGED]
    for item in changed:
        say(f"{item.topic.name}: {item.change} {item.detail}".rstrip())
    everybody = principals(codes, addresses)
    users = sorted(rights.make_true(admin, everybody, addresses.folder_of_secrets()).new.users)
    quotas.make_true(admin, everybody)
    for user in users:
        say(f"{user}: may log in to the broker")
    now = Clock.parse(addresses.clock).now()
    folder = addresses.folder_of_secrets()
    migrations = asyncio.run(
        prepare_database(addresses.postgres_dsn, service_names(), now, lambda role: _password(folder, role))
    )
    for migration in migrations:
        say(migration)
    if as_json:
        changes = [{"topic": item.topic.name, "change": item.change, "detail": item.detail} for item in changed]
        print_json({"topics": changes, "users": users, "migrations": migrations})


def _require_own_secrets(said: Mapping[str, str]) -> None:
    variables = (*NAMED.values(), *_PASSWORDS, *(name for name in said if name.startswith("LIUHEN_PASSWORD_")))
    known = [name for name in variables if known_to_everybody(said.get(name, ""))]
    if known and said.get("LIUHEN_MODE") != "trial":
        raise SaidClearly(f"{'、'.join(known)} 的值人人皆知，不予使用。请设为自己的；只是试用，设 LIUHEN_MODE=trial。")


def _password(folder: Path, role: str) -> str:
    if said := os.environ.get(password_variable(role)):
        write_secret(folder / database_secret(role), said)
    return secret(folder, database_secret(role))


def _silent(_: str) -> None:
    """Say nothing: the document says it."""
