"""Each morning the city's list is held against what the trace noted, and what differs twice is kept by name."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from prometheus_client import REGISTRY
from pydantic import SecretStr

from chassis.clock import REAL
from chassis.service import EdgeContext, Pool
from doors.city import platform
from schemas.values import Upstream
from services.trace.edges.reconciling import BEGUN, Reconciling
from services.trace.settings import TraceSettings
from tests.support.city import TOKEN, City, city_platform
from worktime import SHANGHAI

MORNING = datetime(2026, 3, 9, 6, 0, tzinfo=SHANGHAI)
NUMBER = "SH20260302-1"
Look = Callable[..., Awaitable[None]]


@pytest.fixture
async def city() -> AsyncIterator[City]:
    async with city_platform() as there:
        yield there


@pytest.fixture
async def look(pool: Pool, city: City, ear: Any, story: Any) -> AsyncIterator[Look]:
    """A look at both sides, by one worker; here is one ticket that came down from the city."""
    await ear.hear(story.registered(upstream=Upstream(number=NUMBER)))
    await pool.execute(BEGUN)

    async def publish(*_: Any, **__: Any) -> None:
        raise AssertionError("nothing is said")

    async with platform(TraceSettings(city=city.url, city_token=SecretStr(TOKEN))) as there:
        worker = Reconciling(EdgeContext(pool, REAL, publish), there)

        async def once(at: datetime = MORNING) -> None:
            await worker.once(at)

        yield once


async def kept(pool: Pool) -> list[tuple[str, list[str]]]:
    rows = await pool.fetch("select day, differences from reconciled order by day")
    return [(f"{day:%m-%d}", [each["what"] for each in json.loads(found)]) for day, found in rows]


def told(difference: str) -> float | None:
    return REGISTRY.get_sample_value("liuhen_city_differences", {"difference": difference})


async def test_where_both_hold_the_same_it_is_proved_once_a_day(look: Look, pool: Pool, city: City) -> None:
    city.tickets = [{"number": NUMBER, "state": "open", "of_theirs": "passed over"}]

    for at in (MORNING.replace(hour=4), MORNING, MORNING.replace(hour=9)):
        await look(at)

    assert await kept(pool) == [("03-09", [])]
    assert await pool.fetchval("select (theirs, ours) = (1, 1) from reconciled")
    assert city.looked == 1
    await look(MORNING.replace(day=10))
    assert [day for day, _ in await kept(pool)] == ["03-09", "03-10"]


async def test_what_differs_twice_is_kept_by_name_and_told(look: Look, pool: Pool, city: City) -> None:
    city.tickets = [{"number": NUMBER, "state": "ended"}, {"number": "SH-lost", "state": "open"}]
    await look()
    assert await kept(pool) == []
    # given that the city hears meanwhile where the first one stands
    city.tickets[0]["state"] = "open"

    await look(MORNING.replace(minute=5))

    assert await kept(pool) == [("03-09", ["missing_here"])]
    assert (told("missing_here"), told("state")) == (1.0, 0.0)


@pytest.mark.parametrize("answer", [404, 503])
async def test_a_city_that_has_no_list_is_asked_again(look: Look, pool: Pool, city: City, answer: int) -> None:
    city.answers = [answer]
    city.tickets = [{"number": NUMBER, "state": "open"}]
    with suppress(OSError):
        await look()
    assert await kept(pool) == []

    await look()

    assert await kept(pool) == [("03-09", [])]
