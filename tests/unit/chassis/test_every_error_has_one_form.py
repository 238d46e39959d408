"""Whatever bytes come to a door, it answers in one form, never with a failure of its own."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp import web

from chassis import http
from chassis.http import AS_PAGE, json_answer
from chassis.metrics import HTTP_REQUESTS
from chassis.openapi import Terms
from chassis.problems import HttpProblem
from chassis.protection import HEADERS
from chassis.routes import Route

PATIENCE = 10.0


async def take(request: web.Request) -> web.StreamResponse:
    return json_answer({"bytes": len(await request.read())})


async def quote(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    raise HttpProblem(404, "unknown_thing", f"field {name}", f"没有{name}。")


async def hang(_request: web.Request) -> web.StreamResponse:
    raise TimeoutError


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Given a door on a socket of this machine."""
    routes = (Route("POST", "/things", take), Route("GET", "/things/{name}", quote), Route("GET", "/hangs", hang))
    runner = http.runner_of(http.application(Terms("toy", largest=1_000), routes))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def said(port: int, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    async with asyncio.timeout(PATIENCE):
        found = await reader.read()
    writer.close()
    head, _, body = found.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), body


def asked(method: str = "GET", path: str = "/things", *headers: str, body: bytes = b"") -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "Host: door", "Connection: close", *headers, f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "", "")).encode() + body


ODD = {
    "gzip that is none": (asked("POST", "/things", "Content-Encoding: gzip", body=b"{}"), 400, "unreadable_body"),
    "deflate that is none": (
        asked("POST", "/things", "Content-Encoding: deflate", body=b"\xff{}"),
        400,
        "unreadable_body",
    ),
    "a great deal in a little gzip": (
        asked("POST", "/things", "Content-Encoding: gzip", body=gzip.compress(b"0" * 9_000)),
        413,
        "too_long",
    ),
    "brotli": (asked("POST", "/things", "Content-Encoding: br", body=b"{}"), 415, "unknown_encoding"),
    "two encodings": (asked("POST", "/things", "Content-Encoding: gzip, br", body=b"{}"), 415, "unknown_encoding"),
    "chunks that are none": (
        b"POST /things HTTP/1.1\r\nHost: door\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        400,
        "unreadable_request",
    ),
    "a method that nobody knows": (asked("PURGE"), 405, "wrong_method"),
    "a method that is no word": (asked("G@T"), 400, "unreadable_request"),
    "a method in small letters": (asked("get", "/things/a"), 400, "unreadable_request"),
    "every method at once": (asked("OPTIONS", "*"), 404, "unknown_path"),
    "a tunnel": (asked("CONNECT", "door:80"), 404, "unknown_path"),
    "no method": (b"\x16\x03\x01\x02\r\n\r\n", 400, "unreadable_request"),
    "another version": (b"GET /things HTTP/9.9\r\nHost: door\r\nConnection: close\r\n\r\n", 400, "unreadable_request"),
    "the next protocol": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "unreadable_request"),
    "a header without a name": (asked("GET", "/things", ": x"), 400, "unreadable_request"),
    "two lengths": (asked("POST", "/things", "Content-Length: 7"), 400, "unreadable_request"),
    "an expectation": (asked("POST", "/things", "Expect: the-moon"), 417, "unknown_expectation"),
    "another place": (asked("GET", "http://[::1"), 400, "unreadable_request"),
}


@pytest.mark.parametrize("name", ODD)
async def test_whatever_cannot_be_read_is_refused_in_the_one_form(port: int, name: str) -> None:
    sent, status, code = ODD[name]

    found, headers, body = await said(port, sent)

    told = json.loads(body)
    assert (found, told["code"]) == (status, code)
    assert headers["Content-Type"].startswith("application/problem+json")
    assert HEADERS.items() <= headers.items()
    assert told["detail"].endswith("。")


async def test_what_no_handler_sees_is_counted(port: int) -> None:
    counter = HTTP_REQUESTS.labels("toy", "other", "400")._value
    before = counter.get()
    await said(port, asked("G@T"))
    assert counter.get() == before + 1


async def test_gzip_is_read(port: int) -> None:
    _, _, body = await said(port, asked("POST", "/things", "Content-Encoding: gzip", body=gzip.compress(b"x" * 99)))
    assert json.loads(body) == {"bytes": 99}


async def test_a_handler_that_ran_out_of_time_says_to_try_again(port: int) -> None:
    status, _, body = await said(port, asked("GET", "/hangs"))
    assert (status, json.loads(body)["code"]) == (503, "unavailable")


@pytest.mark.parametrize("character", ["\u202e", "\x1b", "\x7f", "\u2028"])
async def test_no_answer_hands_back_a_character_that_commands(port: int, character: str) -> None:
    escaped = "".join(f"%{byte:02X}" for byte in character.encode())
    _, _, body = await said(port, asked("GET", f"/things/a{escaped}b"))
    told = json.loads(body)
    assert told["code"] == "unknown_thing"
    assert character not in told["detail"] + told["field"]


@pytest.fixture
async def paged() -> AsyncIterator[int]:
    """Given a door that has pages too."""

    def show(_request: web.Request, status: int, problem: Mapping[str, Any]) -> web.Response:
        return web.Response(text=f"<p>{problem['detail']}", status=status, content_type="text/html")

    routes = (Route("GET", "/v1/things/{name}", quote), Route("POST", "/things", take))
    app = http.application(Terms("toy", largest=1_000), routes, pages=(Route("GET", "/hangs", hang),))
    app[AS_PAGE] = show
    runner = http.runner_of(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


BROWSES = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("path", "status", "said_"),
    [("/nowhere", 404, "没有这个地址"), ("/hangs", 503, "稍后重试"), ("/things", 405, "Allow")],
)
async def test_a_browser_reads_a_problem_as_a_page(paged: int, path: str, status: int, said_: str) -> None:
    found, headers, body = await said(paged, asked("GET", path, BROWSES))

    assert (found, headers["Content-Type"].partition(";")[0]) == (status, "text/html")
    assert said_ in body.decode()
    assert (status == 405) == ("Allow" in headers)


@pytest.mark.parametrize(
    "sent",
    [
        asked("GET", "/nowhere"),
        asked("GET", "/nowhere", "Accept: application/json"),
        asked("GET", "/v1/things/a", BROWSES),
        asked("POST", "/nowhere", BROWSES),
    ],
)
async def test_programs_read_problem_details_wherever_there_are_pages(paged: int, sent: bytes) -> None:
    _, headers, _ = await said(paged, sent)

    assert headers["Content-Type"].startswith("application/problem+json")
