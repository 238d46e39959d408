"""What the watch tells of the database, of disks and of clocks: what all services stand on, seen from outside."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
from prometheus_client import Gauge

from chassis.settings import database_secret
from tools.client.addresses import Addresses
from tools.prepare.roles import READER

ANSWERS: Final = Gauge("liuhen_database_answers", "1 while the database answers, 0 while it does not.")
BYTES: Final = Gauge("liuhen_database_bytes", "What the database takes on its disk.")
CONNECTIONS: Final = Gauge(
    "liuhen_database_connections", "Connections to the database that are used, and the most that it takes.", ["of"]
)
AHEAD: Final = Gauge(
    "liuhen_database_clock_ahead_seconds", "How far the database's clock is ahead of the watch's; below zero: behind."
)
DISK: Final = Gauge("liuhen_disk_bytes", "The size of a disk on which something is written.", ["disk"])
FREE: Final = Gauge("liuhen_disk_free_bytes", "What of it is free for whoever is no administrator.", ["disk"])
VERIFIED: Final = Gauge(
    "liuhen_verified_timestamp_seconds", "When the newest run of `liuhen verify` that ended began; 0 where none did."
)
BROKEN: Final = Gauge("liuhen_broken_promises", "How many promises that run found broken.")
PATIENCE: Final = 3.0
"""Seconds in which whatever lives has answered."""
_AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
_ASKED: Final = """
select pg_database_size(current_database()),
    (select count(*) from pg_stat_activity where backend_type = 'client backend'),
    current_setting('max_connections')::int, clock_timestamp()
"""
_FOUND: Final = "select began_at, broken from trace.board_verified"


async def ask_database(system: Addresses) -> None:
    """Ask the database once, as the role that reads totals; while it does not answer, the rest is as it was."""
    try:
        connection = await asyncpg.connect(
            system.postgres_dsn(READER), password=_password(system), timeout=PATIENCE, command_timeout=PATIENCE
        )
        try:
            asked = datetime.now(UTC)
            size, connected, most, database_now = await connection.fetchrow(_ASKED) or (0, 0, 0, asked)
            halfway = asked + (datetime.now(UTC) - asked) / 2
            await _tell_what_verify_found(connection)
        finally:
            connection.terminate()
    except _AWAY:
        ANSWERS.set(0)
        CONNECTIONS.clear()
        return
    ANSWERS.set(1)
    BYTES.set(size)
    CONNECTIONS.labels("used").set(connected)
    CONNECTIONS.labels("most").set(most)
    AHEAD.set((database_now - halfway).total_seconds())


async def _tell_what_verify_found(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Tell of the newest run of verify; of none where trace has its tables elsewhere, or not yet."""
    try:
        found = await connection.fetchrow(_FOUND)
    except asyncpg.PostgresError:
        return
    VERIFIED.set(0 if found is None else found["began_at"].timestamp())
    BROKEN.set(0 if found is None else found["broken"])


def look_at_disks(disks: Mapping[str, Path]) -> None:
    """Tell how full each disk is; one that is not there is not told of."""
    for name, path in disks.items():
        try:
            usage = shutil.disk_usage(path)
        except OSError:
            continue
        DISK.labels(name).set(usage.total)
        FREE.labels(name).set(usage.free)


def disks_of(said: str) -> dict[str, Path]:
    """Read `name=folder` words, such as `kafka=/var/lib/kafka postgres=/var/lib/postgresql`; ValueError for others."""
    found = {}
    for word in said.split():
        name, equals, folder = word.partition("=")
        if not (name and equals and folder):
            raise ValueError(f"LIUHEN_DISKS 里的 {word!r} 应写作“名称=目录”，如 kafka=/var/lib/kafka")
        found[name] = Path(folder)
    return found


def _password(system: Addresses) -> str | None:
    file = system.kafka_secrets / database_secret(READER) if system.kafka_secrets is not None else None
    return file.read_text("ascii").strip() if file is not None and file.exists() else None
