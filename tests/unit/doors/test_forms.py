"""A form of a page is read strictly: whatever cannot be kept is the sender's mistake, in any field of any page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from chassis import http
from chassis.http import json_answer
from chassis.openapi import Terms
from chassis.routes import Route
from doors.pages import form_of

Client = TestClient[Any, Any]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def show(request: web.Request) -> web.StreamResponse:
    return json_answer(await form_of(request))


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    app = http.application(Terms("toy", largest=100_000), [], pages=[Route("POST", "/form", show)])
    async with TestClient(TestServer(app)) as client:
        yield client


async def send(client: Client, body: bytes) -> tuple[int, dict[str, Any]]:
    async with client.post("/form", data=body, headers=FORM) as answer:
        return answer.status, await answer.json()


async def test_what_was_typed_is_read(client: Client) -> None:
    assert await send(client, b"question=%E5%93%AA%E4%B8%80%E5%8F%B7&empty=") == (
        200,
        {"question": "哪一号", "empty": ""},
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [(b"act_key=%00", "act_key"), (b"question=a%00b", "question"), (b"fine=1&seen=%00", "seen")],
)
async def test_what_cannot_be_kept_is_named(client: Client, body: bytes, field: str) -> None:
    status, told = await send(client, body)
    assert (status, told["code"], told["field"]) == (422, "bad_text", field)


async def test_a_name_that_cannot_be_kept_is_shown_harmless(client: Client) -> None:
    status, told = await send(client, b"a%00%1b=1")
    assert (status, told["code"]) == (422, "bad_text")
    assert told["field"].isprintable()


@pytest.mark.parametrize("body", [b"a=%ff", b"a=%ED%A0%80", b"a=\xff", b"&".join([b"a=1"] * 300)])
async def test_what_is_no_text_or_too_much_is_no_form(client: Client, body: bytes) -> None:
    status, told = await send(client, body)
    assert (status, told["code"]) == (400, "unreadable_form")
