"""sla as a process of its own, between the real broker and the real database; its clock stands near a year's end."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from chassis.publish import Producer
from schemas.principals import ADMIN, OPERATORS
from schemas.registry import CLOCKS
from tests.support.sla.broker import NOW, Sla
from tools.client.kafka import listener
from tools.local.instance import Instance
from worktime.festivals import statutory_days

_sources = count(1)


@pytest.fixture(scope="module")
def clock() -> str:
    """Monday, 28 December 2026, 9:00, and real seconds from there."""
    return f"{NOW.isoformat()}@1@{time.time()}"


@pytest.fixture(scope="module")
def running(system: Instance, clock: str) -> Iterator[Instance]:
    """The service and the door of persons run for as long as a module's tests."""
    system.start_services(["sla", "desk"], environment={"LIUHEN_CLOCK": clock})
    yield system
    system.stop("sla", "desk")


@pytest.fixture
async def sla(running: Instance, clock: str) -> AsyncIterator[Sla]:
    producer = Producer(running.broker(ADMIN), "story")
    settings = {"search_path": "sla"}
    async with (
        listener(running.broker(OPERATORS), [CLOCKS]) as ears,
        asyncpg.create_pool(running.postgres_dsn("sla"), min_size=0, server_settings=settings) as pool,
    ):
        yield Sla(running, clock, producer, ears, pool, f"liuhen/story/{next(_sources)}")
    await producer.close()


@pytest.fixture
def next_year(tmp_path: Path) -> Path:
    """A calendar of 2027 that moves no day."""
    days = [{"name": name, "date": str(day), "isOffDay": True} for day, name in statutory_days(2027).items()]
    file = tmp_path / "2027.json"
    file.write_text(json.dumps({"year": 2027, "papers": [], "days": days}), "utf-8")
    return file


@pytest.fixture
def corrected(next_year: Path, tmp_path: Path) -> Path:
    """The same year again, with Monday, 4 January off as well."""
    notice = json.loads(next_year.read_text("utf-8"))
    notice["days"].append({"name": "元旦", "date": "2027-01-04", "isOffDay": True})
    file = tmp_path / "corrected.json"
    file.write_text(json.dumps(notice), "utf-8")
    return file
