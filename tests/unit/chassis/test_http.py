"""No request hurts a door: what nobody can mean is refused with the field and what to do; a bug is said and counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from chassis import http
from chassis.health import Health, serving
from chassis.http import json_answer
from chassis.metrics import HTTP_REQUESTS
from chassis.openapi import Terms
from chassis.problems import HttpProblem
from chassis.routes import Body, Route, choice, flag, moment, number

SHANGHAI = ZoneInfo("Asia/Shanghai")
COLOURS = ("red", "green")
ASKED = (choice("colour", COLOURS), flag("late"), number("limit", usual=50, most=1000), moment("from"))
Client = TestClient[Any, Any]


async def show(request: web.Request) -> web.StreamResponse:
    found = {
        "name": request.match_info["name"],
        "colour": http.choice(request, "colour", COLOURS),
        "late": http.flag(request, "late"),
        "limit": http.number(request, "limit", usual=50, most=1000),
        "from": http.moment(request, "from", SHANGHAI),
    }
    return json_answer(found)


async def fail(_: web.Request) -> web.StreamResponse:
    raise LookupError("13800000000")


async def wait(_: web.Request) -> web.StreamResponse:
    raise ConnectionRefusedError


async def refuse(_: web.Request) -> web.StreamResponse:
    raise HttpProblem(409, "several", "name", "请用工单号查询。", tickets=["a", "b"])


async def take(request: web.Request) -> web.StreamResponse:
    return json_answer(await request.json())


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    routes = [
        Route("GET", "/things/{name}", show, ASKED),
        Route("GET", "/fails", fail),
        Route("GET", "/waits", wait),
        Route("GET", "/refuses", refuse),
        Route("POST", "/takes", take, asks=Body({"application/json": None})),
    ]
    async with TestClient(TestServer(http.application(Terms("toy", largest=1_000), routes))) as client:
        yield client


async def ask(client: Client, path: str) -> tuple[int, dict[str, Any]]:
    async with client.get(URL(path, encoded=True)) as answer:
        return answer.status, await answer.json()


def counted(route: str, status: int) -> float:
    return float(HTTP_REQUESTS.labels("toy", route, str(status))._value.get())


async def test_what_is_asked_well_is_answered(client: Client) -> None:
    status, told = await ask(client, "/things/a?colour=red&late=true&limit=7&from=2026-11-01")
    expected = {"name": "a", "colour": "red", "late": True, "limit": 7, "from": "2026-11-01T00:00:00+08:00"}
    assert (status, told) == (200, expected)


@pytest.mark.parametrize(
    ("path", "code", "field"),
    [
        ("/things/a%00b", "bad_text", "name"),
        ("/things/" + "a" * 300, "bad_text", "name"),
        ("/things/a?colour=%00", "bad_text", "colour"),
        ("/things/a?colour=blue", "unknown_value", "colour"),
        ("/things/a?colour=", "unknown_value", "colour"),
        ("/things/a?color=red", "unknown_parameter", "color"),
        ("/things/a?%00=red", "unknown_parameter", "␀"),
        ("/things/a?colour=red&colour=green", "repeated_parameter", "colour"),
        ("/things/a?late=maybe", "bad_flag", "late"),
        ("/things/a?limit=many", "bad_number", "limit"),
        ("/things/a?limit=0", "bad_number", "limit"),
        ("/things/a?limit=1001", "bad_number", "limit"),
        ("/things/a?limit=" + "9" * 190, "bad_number", "limit"),
        ("/things/a?limit=%EF%BC%93", "bad_number", "limit"),
        ("/things/a?from=0001-01-01", "out_of_range", "from"),
        ("/things/a?from=9999-12-31T23:59:59-12:00", "out_of_range", "from"),
        ("/things/a?from=soon", "bad_moment", "from"),
        ("/things/a?from=2026-11-01T09:00:00+08:00", "bad_moment", "from"),
    ],
)
async def test_what_nobody_can_mean_is_refused_and_told_what_was_expected(
    client: Client, path: str, code: str, field: str
) -> None:
    status, told = await ask(client, path)
    assert (status, told["code"], told["field"]) == (400, code, field)
    assert told["detail"].endswith("。")


@pytest.mark.parametrize(
    "path", ["/things/%ff", "/things/%ED%A0%80", "/things/a?colour=%ff", "/things/a?colour=%ED%A0%80"]
)
async def test_bytes_that_are_no_text_end_no_answer(client: Client, path: str) -> None:
    status, _ = await ask(client, path)
    assert status in {200, 400}


async def test_a_value_is_quoted_short_and_harmless(client: Client) -> None:
    _, told = await ask(client, "/things/a?colour=%1B%5B31m" + "x" * 150)
    assert "\x1b" not in told["detail"]
    assert len(told["detail"]) < 100


async def test_an_answer_of_the_handlers_own_has_the_same_form(client: Client) -> None:
    async with client.get("/refuses") as answer:
        assert (answer.status, answer.content_type) == (409, "application/problem+json")
        assert answer.headers["Content-Language"] == "zh-CN"
        told = await answer.json()
    assert told == {
        "type": "urn:liuhen:problem:several",
        "title": "对应多件工单",
        "status": 409,
        "detail": "请用工单号查询。",
        "code": "several",
        "field": "name",
        "tickets": ["a", "b"],
    }


async def test_an_address_or_a_method_that_there_is_not_is_said_in_the_same_form(client: Client) -> None:
    assert (await ask(client, "/nothing"))[1]["code"] == "unknown_path"
    async with client.post("/fails") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD")
        assert answer.content_type == "application/problem+json"
        told = await answer.json()
        assert (told["code"], "field" in told) == ("wrong_method", False)


async def test_a_bug_is_a_plain_500_that_quotes_nothing_and_is_counted(client: Client) -> None:
    before = counted("/fails", 500)
    status, told = await ask(client, "/fails")
    assert (status, told["code"]) == (500, "internal")
    assert "13800000000" not in str(told)
    assert counted("/fails", 500) == before + 1


async def test_a_server_that_is_away_is_a_503_to_try_again(client: Client) -> None:
    status, told = await ask(client, "/waits")
    assert (status, told["code"]) == (503, "unavailable")


async def test_every_route_counts_its_bugs_from_zero(client: Client) -> None:
    assert client.server is not None
    assert ("toy", "/refuses", "500") in HTTP_REQUESTS._metrics


async def test_the_port_beside_the_metrics_has_the_same_form() -> None:
    async with (
        serving(Health("toy"), "127.0.0.1", 0) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/nothing") as answer,
    ):
        assert (answer.status, answer.content_type) == (404, "application/problem+json")
        assert (await answer.json())["code"] == "unknown_path"


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "nonsense"])
async def test_a_body_of_another_media_type_is_not_taken_for_json(client: Client, media: str) -> None:
    async with client.post("/takes", data=b'{"a": 1}', headers={"Content-Type": media}) as answer:
        told = await answer.json()
    assert (answer.status, told["code"], told["field"]) == (415, "unknown_media_type", "Content-Type")
    assert "application/json" in told["detail"]


@pytest.mark.parametrize("media", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
async def test_one_of_the_type_that_is_asked_for_is_read(client: Client, media: str) -> None:
    async with client.post("/takes", data=b'{"a": 1}', headers={"Content-Type": media}) as answer:
        assert (answer.status, await answer.json()) == (200, {"a": 1})


async def test_whoever_names_no_type_means_the_one_that_is_asked_for(client: Client) -> None:
    async with client.post("/takes", data=b'{"a": 1}', skip_auto_headers=["Content-Type"]) as answer:
        assert answer.status == 200
