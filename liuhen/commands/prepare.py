"""`liuhen prepare`: topics, roles, schemas and tables, where broker and database are somebody else's."""

from __future__ import annotations

import asyncio
import os

import typer

from chassis.clock import Clock
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.local.database import OWNER
from tools.local.plan import load_plan
from tools.prepare import topics
from tools.prepare.database import password_variable, prepare_database


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(prepare)


def prepare() -> None:
    """Make topics, roles, schemas and tables; LIUHEN_PASSWORD_<ROLE> says each role's password. Safe to repeat."""
    addresses = load_addresses()
    for item in topics.apply(addresses.kafka, topics.wanted(addresses.policy)):
        if item.change is not topics.Change.UNCHANGED:
            typer.echo(f"{item.topic.name}: {item.change} {item.detail}".rstrip())
    now = Clock.parse(addresses.clock).now()
    owner = addresses.postgres_dsn(OWNER)
    for migration in asyncio.run(prepare_database(owner, load_plan().roles(), now, _password)):
        typer.echo(migration)


def _password(role: str) -> str:
    name = password_variable(role)
    if not (password := os.environ.get(name)):
        raise SaidClearly(f"{name} is not set: it is the password of the database role {role}.")
    return password
