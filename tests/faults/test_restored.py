"""The database is restored from an older dump, the broker is as it was: nothing is lost, doubled or told twice."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from bench.place import until
from bench.village import Village
from tools.local.instance import Instance
from tools.local.programs import find_postgres

pytestmark = [pytest.mark.slow, pytest.mark.alone]
_TOLD = (
    "select not exists (select from notify.delivery where status = 'pending' and next_at <= now())"
    " and not exists (select from notify.attempt where not told)"
)
_AT_ONCE = 5
_PATIENCE = 120.0
_BEFORE, _SINCE, _AFTER = 10, 30, 10


@pytest.mark.timeout(900)
async def test_last_nights_dump_and_todays_topics_make_a_whole_system(village: Village, tmp_path: Path) -> None:
    # given tickets that lived, a dump of all services, and tickets that lived since
    services = list(village.instance.plan.services)
    dump = tmp_path / "dump"
    async with village.flowing(_AT_ONCE):
        await village.closes(_BEFORE)
        await asyncio.to_thread(_postgres, village.instance, "liuhen", "pg_dump", "-Fc", "-f", str(dump))
        await village.closes(_SINCE)
    await _all_told(village)
    await asyncio.to_thread(village.instance.stop, *services)
    # when the dump takes the place of the database, and the services start on it
    await asyncio.to_thread(
        _postgres, village.instance, "postgres", "pg_restore", "--clean", "--if-exists", "--create", str(dump)
    )
    began = time.monotonic()
    await asyncio.to_thread(village.instance.start_services)
    print(f"ready {time.monotonic() - began:.1f} s after the start, {village.closed} tickets closed before")  # noqa: T201
    # then tickets go on and new ones live, every promise is kept
    async with village.flowing(_AT_ONCE):
        await village.closes(_AFTER)
    assert [finding for result in await village.results() for finding in result.findings] == []
    # and nobody was told anything twice
    told = Counter(notices(village.instance.home / "notices"))
    assert [notice for notice, times in told.items() if times > 1] == []


def notices(folder: Path) -> Iterator[str]:
    """The keys of all messages that left."""
    for file in folder.glob("*.jsonl"):
        for line in file.read_text("utf-8").splitlines():
            yield json.loads(line)["notice"]


async def _all_told(village: Village) -> None:
    """Wait until it is on its topic what became of each message: of the last second nobody could know."""
    connection = await asyncpg.connect(village.instance.postgres_dsn())
    try:
        await until(lambda: connection.fetchval(_TOLD), _PATIENCE, "messages that leave")
    finally:
        await connection.close()


def _postgres(instance: Instance, database: str, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL as the owner of everything, connected to a database."""
    command = [str(find_postgres() / program), *arguments, "-d", instance.postgres_dsn(database=database)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - the command is ours
    assert done.returncode == 0, done.stderr
