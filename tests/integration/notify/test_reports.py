"""Accepted is not delivered: the gateway reports over HTTP, twice, early, late or never, and each is right."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from chassis.service import EdgeContext, Pool
from rulebook.rules import Delivery
from services.notify.core.notice import Way
from services.notify.edges import settling
from services.notify.edges.channels import Loop, channels_of
from services.notify.edges.reports import application
from services.notify.settings import NotifySettings
from tests.support.notify import DIGEST

RULES: Final = Delivery(
    attempts=3,
    first_wait_seconds=30,
    factor=4,
    longest_wait_seconds=3600,
    timeout_seconds=5,
    unknown_after_hours={"sms": 72},
)
TOKEN: Final = {"Authorization": "Bearer development-gateway"}


@dataclass
class Gateway:
    """A gateway of short messages: takes what it is handed, and reports in batches, with its own fields around ours."""

    url: str = ""
    taken: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append((await request.json())["notice"])
        return web.Response()

    def report(self, *messages: str, code: str = "DELIVERED") -> list[dict[str, Any]]:
        """What it says of messages, by the ids under which they were handed to it."""
        return [
            {
                "phone_number": "13800000000",
                "send_time": "2026-03-02 10:00:00",
                "report_time": "2026-03-02 10:00:05",
                "success": code == "DELIVERED",
                "err_code": code,
                "err_msg": "用户接收成功",
                "sms_size": "1",
                "biz_id": f"9{number:011d}",
                "out_id": message,
            }
            for number, message in enumerate(messages)
        ]


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    found = Gateway()
    app = web.Application()
    app.router.add_post("/send", found.take)
    async with TestServer(app) as server:
        found.url = str(server.make_url("/send"))
        yield found


def settings(gateway: Gateway, folder: Path) -> NotifySettings:
    return NotifySettings(notices=folder, routes={Way.SMS: gateway.url}, reporting=(Way.SMS,))


async def deliver(context: EdgeContext, gateway: Gateway, folder: Path) -> None:
    told = settings(gateway, folder)
    async with aiohttp.ClientSession() as session:
        await Loop(context, told, RULES, DIGEST, channels_of(told, RULES, session), lambda _: False).deliver()


@asynccontextmanager
async def door(context: EdgeContext, gateway: Gateway, folder: Path) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        TestServer(application(context, settings(gateway, folder))) as server,
        aiohttp.ClientSession(str(server.make_url("/")).rstrip("/")) as session,
    ):
        yield session


async def push(context: EdgeContext, gateway: Gateway, folder: Path, said: list[dict[str, Any]]) -> None:
    async with door(context, gateway, folder) as session, session.post("/v1/reports", json=said, headers=TOKEN) as it:
        assert (it.status, await it.json()) == (200, {"code": 0, "msg": "接收成功"})


async def standings(planner: Any) -> dict[str, str]:
    return {row["notice"]: row["status"] for row in await planner.rows()}


async def found(pool: Pool) -> list[tuple[str, str, str | None]]:
    rows = await pool.fetch("select notice, outcome, error from settlement order by notice, ended_at, outcome")
    return [tuple(row) for row in rows]


async def test_what_the_gateway_took_is_accepted_until_it_reports(
    planner: Any, later: Any, pool: Pool, tmp_path: Path, gateway: Gateway
) -> None:
    # given three messages that the gateway took
    await planner.plan("n-1", "n-2", "n-3")
    await deliver(later(), gateway, tmp_path)
    assert set((await standings(planner)).values()) == {"accepted"}
    assert {row["outcome"] for row in await planner.rows("attempt")} == {"accepted"}
    # when it reports of two of them, in one push, and twice
    said = [*gateway.report("n-1"), *gateway.report("n-2", code="MK:0012")]
    for _ in range(2):
        await push(later(seconds=5), gateway, tmp_path, said)
        await deliver(later(seconds=6), gateway, tmp_path)
    # then each stands as reported, once
    assert await standings(planner) == {"n-1": "delivered", "n-2": "undelivered", "n-3": "accepted"}
    assert await found(pool) == [("n-1", "delivered", None), ("n-2", "undelivered", "report-mk-0012")]
    # and of the third nobody knows after 72 hours, until a report comes after all
    await deliver(later(hours=71), gateway, tmp_path)
    assert (await standings(planner))["n-3"] == "accepted"
    await deliver(later(hours=73), gateway, tmp_path)
    assert (await standings(planner))["n-3"] == "unconfirmed"
    await push(later(hours=74), gateway, tmp_path, gateway.report("n-3"))
    await deliver(later(hours=74), gateway, tmp_path)
    assert [outcome for notice, outcome, _ in await found(pool) if notice == "n-3"] == ["unconfirmed", "delivered"]
    # and nothing was sent again
    assert sorted(gateway.taken) == ["n-1", "n-2", "n-3"]


async def test_a_report_that_comes_before_its_sending_is_written_down_is_kept_for_it(
    planner: Any, later: Any, pool: Pool, tmp_path: Path, gateway: Gateway
) -> None:
    await planner.plan("n-1")
    await push(later(), gateway, tmp_path, gateway.report("n-1", "of-nobody-here"))
    await deliver(later(seconds=1), gateway, tmp_path)
    await deliver(later(seconds=2), gateway, tmp_path)
    assert await standings(planner) == {"n-1": "delivered"}
    # what is of nobody here is forgotten in the end
    told = settings(gateway, tmp_path)
    async with aiohttp.ClientSession() as session:
        channels = channels_of(told, RULES, session)
        await Loop(later(hours=200), told, RULES, DIGEST, channels, lambda _: False).count()
    assert await pool.fetchval("select count(*) from report") == 0


async def test_reports_of_nobody_here_are_not_looked_at_in_each_round(
    planner: Any, later: Any, pool: Pool, tmp_path: Path, gateway: Gateway
) -> None:
    """Given reports that nobody can match, when a day is over, a round reads those of the last minutes alone."""
    await planner.plan("n-1")
    await deliver(later(), gateway, tmp_path)
    await push(later(), gateway, tmp_path, gateway.report("n-1"))
    day = {"sms": timedelta(hours=72)}

    assert await settling.settle(pool, day, later(hours=24).clock.now(), all_reports=False) == {}
    assert await settling.settle(pool, day, later(minutes=9).clock.now(), all_reports=False) == {
        ("sms", "delivered"): 1
    }


async def test_a_report_that_was_early_by_an_hour_is_found_by_a_loop_that_looks_back(
    planner: Any, later: Any, tmp_path: Path, gateway: Gateway
) -> None:
    await push(later(), gateway, tmp_path, gateway.report("n-1"))
    await planner.plan("n-1")
    await deliver(later(hours=1), gateway, tmp_path)
    await deliver(later(hours=1, minutes=2), gateway, tmp_path)
    assert await standings(planner) == {"n-1": "delivered"}


async def test_what_left_as_one_message_is_reported_as_one(
    planner: Any, later: Any, tmp_path: Path, gateway: Gateway
) -> None:
    await planner.plan("n-1", "n-2", audience="requester", peaceful=True)
    await deliver(later(), gateway, tmp_path)
    (together,) = gateway.taken
    await push(later(), gateway, tmp_path, gateway.report(together, code="UNDELIV"))
    await deliver(later(), gateway, tmp_path)
    assert set((await standings(planner)).values()) == {"undelivered"}


async def test_a_report_of_one_part_that_arrived_is_the_last_word(
    planner: Any, later: Any, tmp_path: Path, gateway: Gateway
) -> None:
    await planner.plan("n-1")
    await deliver(later(), gateway, tmp_path)
    for code in ("EXPIRED", "DELIVERED", "EXPIRED"):
        await push(later(), gateway, tmp_path, gateway.report("n-1", code=code))
        await deliver(later(), gateway, tmp_path)
    assert await standings(planner) == {"n-1": "delivered"}


async def test_the_door_takes_reports_of_its_gateway_alone(
    later: Any, pool: Pool, tmp_path: Path, gateway: Gateway
) -> None:
    basic = {"Authorization": f"Basic {b64encode(b'gateway:development-gateway').decode()}"}
    cases: list[tuple[dict[str, str], str, int]] = [
        ({}, "[]", 401),
        ({"Authorization": "Bearer development-wechat"}, "[]", 401),
        ({"Authorization": "Basic !!"}, "[]", 401),
        (basic, "[]", 200),
        (TOKEN, "[", 400),
        (TOKEN, '{"out_id": "n-1", "success": true}', 422),
        (TOKEN, '[{"out_id": "n-1"}]', 422),
        (TOKEN, '[{"out_id": "n-1", "success": "yes"}]', 422),
        (TOKEN, '[{"success": true}]', 200),
    ]
    async with door(later(), gateway, tmp_path) as session:
        for shown, said, status in cases:
            headers = {"Content-Type": "application/json", **shown}
            async with session.post("/v1/reports", data=said, headers=headers) as answer:
                assert answer.status == status, said
    assert await pool.fetchval("select count(*) from report") == 0


async def test_where_no_way_reports_nothing_is_kept(later: Any, pool: Pool, tmp_path: Path) -> None:
    async with (
        TestServer(application(later(), NotifySettings(notices=tmp_path))) as server,
        aiohttp.ClientSession() as session,
        session.post(server.make_url("/v1/reports"), json=[{"out_id": "n-1", "success": True}], headers=TOKEN) as it,
    ):
        assert it.status == 403
    assert await pool.fetchval("select count(*) from report") == 0


def test_a_way_that_reports_has_its_time_in_the_policy(tmp_path: Path) -> None:
    told = NotifySettings(notices=tmp_path, reporting=(Way.CALL,))
    with pytest.raises(ValueError, match="call"):
        Loop(None, told, RULES, DIGEST, {}, lambda _: False)  # type: ignore[arg-type]
