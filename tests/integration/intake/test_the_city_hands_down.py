"""What the city's platform hands down is registered once, in its own name, and what it judges is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from chassis.clock import REAL
from chassis.publish import EdgeProducer
from chassis.service import EdgeContext
from doors.city import platform
from rulebook import load_policy
from schemas.public import ReceiptGiven, ReceiptRefused
from schemas.tickets import ActionReceived, Registered
from services.intake.__main__ import config_of
from services.intake.core.alarms import REFUSED
from services.intake.edges.fetching import Listener
from services.intake.settings import IntakeSettings
from tests.support.city import TOKEN, City, city_platform
from tools.local.instance import Instance

_PATIENCE = 20.0


@pytest.fixture
async def city() -> AsyncIterator[City]:
    async with city_platform() as there:
        yield there


@pytest.fixture
async def listens(intake: Instance, outside: Any, city: City) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Listen to the city once, as whoever took the service over from somebody who died."""
    secret = (intake.secrets / "door-secret").read_text("ascii").strip()
    settings = IntakeSettings(city=city.url, city_token=SecretStr(TOKEN), secret=SecretStr(secret))
    config = config_of(settings, load_policy(intake.policy))
    producer = EdgeProducer(intake.broker("intake"))
    context = EdgeContext(outside.pool, REAL, producer)
    await outside.pool.execute("update heard_of_city set after = '', held_until = '-infinity'")

    async def once() -> None:
        async with platform(settings) as there:
            await Listener(context, config, there).once()

    yield once
    await producer.close()


async def test_an_order_is_a_ticket_with_the_citys_number_and_due_time(listens: Any, outside: Any, city: City) -> None:
    city.hands_down("SH-1", deadline="2027-03-05T17:30:00+08:00", confidential=True)

    await listens()

    _, fact = await outside.hear(lambda m: isinstance(m, Registered) and m.upstream and m.upstream.number == "SH-1")
    assert (fact.upstream.due, fact.confidential) == (datetime(2027, 3, 5, 9, 30, tzinfo=UTC), True)
    assert fact.occurred_at == datetime(2026, 3, 2, 1, tzinfo=UTC)


async def test_told_again_it_is_the_same_ticket(listens: Any, outside: Any, city: City) -> None:
    """Whoever dies between the topic and writing down how far it heard is told the same again."""
    city.hands_down("SH-2")
    await listens()
    await outside.given("order/SH-2")
    await outside.pool.execute("update heard_of_city set after = ''")

    await listens()

    await outside.hear(lambda _: sum(_is_answer(m, "order/SH-2") for _, _, m in outside.heard) == 2)
    assert await outside.pool.fetchval("select count(*) from ticket where upstream = 'SH-2'") == 1


def _is_answer(message: object, submission: str) -> bool:
    return isinstance(message, ReceiptGiven | ReceiptRefused) and message.submission == submission


async def test_the_citys_verdict_waits_for_its_order_and_is_recorded(listens: Any, outside: Any, city: City) -> None:
    city.hands_down("SH-3")
    city.says(kind="verdict", number="SH-3", solved="not", satisfaction="dissatisfied", note="还是不亮。")
    async with asyncio.timeout(_PATIENCE):
        while await outside.pool.fetchval("select after from heard_of_city") != "c-2":
            await listens()

    _, fact = await outside.hear(lambda m: isinstance(m, ActionReceived) and m.action.do == "record_city_verdict")
    assert (str(fact.party), fact.action.solved, fact.action.note) == ("city", "not", "还是不亮。")
    assert fact.ticket == await outside.pool.fetchval("select id from ticket where upstream = 'SH-3'")


async def test_what_cannot_be_taken_stops_nothing_behind_it(listens: Any, outside: Any, city: City) -> None:
    city.says(kind="news", text="系统升级")
    city.says(kind="order", number="SH-4")
    city.hands_down("SH-5", deadline="2026-03-01T17:30:00+08:00")
    city.hands_down("SH-6", wants="sing")
    city.hands_down("SH-7")

    await listens()

    assert (await outside.refused("order/SH-5")).code == "due_before_occurred"
    assert (await outside.refused("order/SH-6")).field == "kind"
    await outside.given("order/SH-7")
    assert await outside.pool.fetchval("select after from heard_of_city") == "c-5"


async def test_one_worker_listens_at_a_time(listens: Any, outside: Any, city: City) -> None:
    city.hands_down("SH-8")
    await outside.pool.execute("update heard_of_city set held_until = 'infinity'")

    await listens()

    assert await outside.pool.fetchval("select after from heard_of_city") == ""


async def test_an_order_that_the_city_changed_under_its_number_rings(
    listens: Any, outside: Any, intake: Instance, city: City
) -> None:
    """Where the lane refuses it, whichever way it came."""
    city.hands_down("SH-9")
    await listens()
    await outside.given("order/SH-9")
    before = await _rung(intake)
    city.hands_down("SH-9", text="另一件事，编号却相同")

    await listens()

    _, refused = await outside.hear(lambda m: isinstance(m, ReceiptRefused) and m.submission == "order/SH-9")
    assert refused.code == "conflicting_repeat"
    assert await _rung(intake) > before


async def _rung(intake: Instance) -> float:
    """How often the door said that the city handed down what cannot be taken."""
    (worker,) = (each for each in intake.processes if each.name == "intake")
    async with aiohttp.ClientSession() as session, session.get(worker.metrics) as answer:
        families = text_string_to_metric_families(await answer.text())
    samples = (sample for family in families for sample in family.samples)
    return sum(each.value for each in samples if each.labels.get("kind") == REFUSED and each.name.endswith("_total"))
