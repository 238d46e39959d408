"""A door, on a real socket, holds out against those who send too much, too slowly or too often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer

from chassis import http
from chassis.http import json_answer
from chassis.openapi import Terms
from chassis.problems import HttpProblem
from chassis.protection import HEADERS, Allowance, Limits, Strangers
from chassis.routes import Route

LIMITS = Limits(per_second=2.0, at_once=3.0, patience=0.5)
PATIENCE = 10.0
"""Seconds that a busy machine may take for what is due after half a second."""


async def show(_request: web.Request) -> web.StreamResponse:
    return json_answer({})


async def take(request: web.Request) -> web.StreamResponse:
    return json_answer({"bytes": len(await request.read())})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Given a door on a socket of this machine."""
    routes = (Route("GET", "/things", show), Route("POST", "/things/new", take))
    runner = http.runner_of(http.application(Terms("toy", largest=100, limits=LIMITS), routes))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def said(port: int, sent: bytes) -> bytes:
    """Send these bytes and no more; what the door says until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    async with asyncio.timeout(PATIENCE):
        found = await reader.read()
    writer.close()
    return found


async def asked(port: int, token: str = "") -> tuple[int, Any, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/things", headers=headers) as answer:
        return answer.status, answer.headers, await answer.json()


@pytest.mark.parametrize("sent", [b"", b"GET /things HTTP/1.1\r\nHost: door\r\nX-Slow: "])
async def test_a_connection_without_a_whole_head_is_closed(port: int, sent: bytes) -> None:
    assert await said(port, sent) == b""


async def test_a_body_that_does_not_come_is_not_waited_for(port: int) -> None:
    head = b"POST /things/new HTTP/1.1\r\nHost: door\r\nConnection: close\r\nContent-Length: 50\r\n\r\n"

    found = await said(port, head + b"half")

    assert found.startswith(b"HTTP/1.1 408 ")
    assert b"too_slow" in found


async def test_a_body_that_is_too_large_is_refused(port: int) -> None:
    head = b"POST /things/new HTTP/1.1\r\nHost: door\r\nConnection: close\r\nContent-Length: 101\r\n\r\n"

    assert (await said(port, head + b"x" * 101)).startswith(b"HTTP/1.1 413 ")


async def test_a_head_that_is_too_large_is_refused_and_nobody_quotes_it(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    sent = b"GET /things HTTP/1.1\r\nHost: door\r\nAuthorization: " + b"x" * 20_000 + b"\r\n\r\n"

    assert b" 400 " in (await said(port, sent)).splitlines()[0]
    assert "xxx" not in caplog.text


async def test_who_asks_too_often_is_told_when_to_come_again_and_others_are_answered(port: int) -> None:
    found = [await asked(port, "one") for _ in range(6)]

    assert [status for status, _, _ in found][:3] == [200, 200, 200]
    refused = next(each for each in found if each[0] == 429)
    assert (refused[2]["code"], refused[1]["Retry-After"]) == ("too_many_requests", "1")
    assert (await asked(port, "another"))[0] == 200


async def test_every_answer_forbids_browsers_what_no_program_needs(port: int) -> None:
    _, headers, _ = await asked(port)

    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_a_budget_grows_again_up_to_what_may_be_asked_at_once() -> None:
    budget = Allowance(LIMITS)

    assert [budget.take("one", 0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert budget.take("one", 0.5) == 0
    assert [budget.take("one", 100.0) for _ in range(4)] == [0, 0, 0, 0.5]


def test_no_more_are_remembered_than_fit() -> None:
    budget = Allowance(LIMITS, most=1)
    for _ in range(4):
        budget.take("one", 0.0)

    budget.take("two", 0.0)

    assert budget.take("one", 0.0) == 0


def test_an_address_that_shows_many_wrong_tokens_waits_with_each_and_who_was_let_in_does_not() -> None:
    strangers = Strangers(LIMITS)
    strangers.let_in("here clerk")
    for number in range(3):
        assert strangers.wait("here", f"here {number}", 0.0) == 0
        strangers.refused("here", f"here {number}", 0.0)

    assert strangers.wait("here", "here new", 0.0) == 0.5
    assert strangers.wait("here", "here clerk", 0.0) == 0
    assert strangers.wait("there", "there new", 0.0) == 0
    # and a token that is valid no longer is one of many
    strangers.refused("here", "here clerk", 0.0)
    assert strangers.wait("here", "here clerk", 0.0) == 0.5


async def test_guessing_tokens_is_slowed_by_the_address_at_which_they_are_shown() -> None:
    async def guard(request: web.Request, needed: str) -> None:
        if needed and http.bearer(request) not in {"clerk", "right"}:
            raise HttpProblem(401, "no_token", "Authorization", "请带上令牌。")

    routes = (Route("GET", "/things", show, needs="thing"),)
    async with TestClient(TestServer(http.application(Terms("toy", largest=100), routes, guard))) as client:

        async def status(token: str) -> int:
            async with client.get("/things", headers={"Authorization": f"Bearer {token}"}) as answer:
                return answer.status

        # given somebody who was let in, and at the same address somebody who tries one token after the other
        assert await status("clerk") == 200
        found = [await status(f"guess-{number}") for number in range(150)]
        # then they are told to wait, right token or not, and who was let in before is not
        assert (found[0], found[-1], found.count(429) > 0) == (401, 429, True)
        assert await status("right") == 429
        assert await status("clerk") == 200
