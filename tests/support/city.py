"""A city's platform of the real protocol's shape: it tells what is new, hears what becomes of it, and has a list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "a-token-of-the-city"


@dataclass
class City:
    """Remembers what it was told, once for each key; `answers` are the statuses of the next tellings."""

    url: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    looked: int = 0
    elsewhere: list[str] = field(default_factory=list)

    def hands_down(self, number: str, **more: Any) -> None:
        """An order for the district."""
        order = {
            "kind": "order",
            "number": number,
            "taken_at": "2026-03-02T09:00:00+08:00",
            "wants": "complain",
            "caller": {"name": "王芳", "phone": "13800000000"},
            "place": "平凉路100弄3号",
            "text": "楼道里的灯坏了一个星期没有人来修",
        }
        self.says(**(order | more))

    def says(self, **change: Any) -> None:
        """Anything that is new."""
        self.changes.append({"id": f"c-{len(self.changes) + 1}", **change})

    async def new(self, request: web.Request) -> web.Response:
        after, most = request.query["after"], int(request.query["limit"])
        ids = [each["id"] for each in self.changes]
        begin = ids.index(after) + 1 if after else 0
        return web.json_response({"changes": self.changes[begin : begin + most]})

    async def hear(self, request: web.Request) -> web.Response:
        key, said = request.headers["Idempotency-Key"], await request.json()
        self.asked.append(key)
        status = self.answers.pop(0) if self.answers else 200
        if status < 300 and key not in self.keys:
            self.keys.append(key)
            self.told.append((request.match_info["number"], said))
        return web.Response(status=status)

    async def astray(self, request: web.Request) -> web.Response:
        self.elsewhere.append(request.path)
        return web.Response()

    async def listed(self, request: web.Request) -> web.Response:
        assert request.query["since"]
        self.looked += 1
        return web.json_response({"tickets": self.tickets}, status=self.answers.pop(0) if self.answers else 200)


@web.middleware
async def _let_in(request: web.Request, handler: Any) -> web.StreamResponse:
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return web.Response(status=401)
    answer: web.StreamResponse = await handler(request)
    return answer


@asynccontextmanager
async def city_platform() -> AsyncIterator[City]:
    """Run one for as long as it is needed."""
    city = City()
    app = web.Application(middlewares=[_let_in])
    app.router.add_get("/api/changes", city.new)
    app.router.add_post("/api/orders/{number}/events", city.hear)
    app.router.add_post("/api/{path:.*}", city.astray)
    app.router.add_get("/api/tickets", city.listed)
    async with TestServer(app) as server:
        city.url = str(server.make_url("/api"))
        yield city
