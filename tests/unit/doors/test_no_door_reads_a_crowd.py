"""Whatever address takes JSON, one that holds more values than any form has is refused before anybody reads it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from chassis import http
from chassis.openapi import Terms
from chassis.routes import Route
from rulebook import load_policy
from services.desk.edges import http as desk
from services.intake.edges import http as intake
from services.notify.edges import reports
from services.trace.edges import http as trace

POLICY = load_policy(Path(__file__).resolve().parents[3] / "policy")
DOORS: dict[str, tuple[Terms, tuple[Route, ...]]] = {
    "intake": (intake.TERMS, intake.routes()),
    "desk": (desk.TERMS, desk.routes()),
    "notify": (reports.TERMS, reports.routes()),
    "trace": (trace.TERMS, trace.routes(POLICY)),
}
TAKING = [
    (door, route.path, media, route.asks.most_values)
    for door, (_, routes) in DOORS.items()
    for route in routes
    if route.asks is not None
    for media in route.asks.media
    if media.endswith("json")
]


async def _heard(_request: web.Request) -> web.StreamResponse:
    raise AssertionError("a handler reads it")


@pytest.fixture
async def doors() -> AsyncIterator[dict[str, TestClient[Any, Any]]]:
    """Every door, with handlers that must hear nothing of what is refused."""
    clients = {}
    for name, (terms, routes) in DOORS.items():
        app = http.application(terms, [route._replace(handler=_heard) for route in routes])
        clients[name] = TestClient(TestServer(app))
        await clients[name].start_server()
    yield clients
    for client in clients.values():
        await client.close()


def test_each_door_takes_json_somewhere() -> None:
    assert {door for door, *_ in TAKING} == {*DOORS}


async def test_more_values_than_any_form_has_are_refused_at_every_address(doors: Any) -> None:
    for door, path, media, most in TAKING:
        crowd = json.dumps({"by": {"name": [0] * (most + 1)}})
        filled = "".join("x" if part.startswith("{") else part for part in _parts(path))
        async with doors[door].post(filled, data=crowd, headers={"Content-Type": media}) as answer:
            told = await answer.json()
        # Some doors take no body that is long enough to hold so many.
        refused = (413, "too_long", None) if DOORS[door][0].largest < len(crowd) else (422, "wrong_count", "by.name")
        assert (answer.status, told["code"], told.get("field")) == refused, (door, path, media)


def _parts(path: str) -> list[str]:
    """A path, cut where its parameters begin and end."""
    return path.replace("{", "\0{").replace("}", "\0").split("\0")
