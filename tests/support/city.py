"""A city's platform of the real protocol's shape: it tells what is new."""

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
    """What it has to tell, in order."""

    url: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)

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
    async with TestServer(app) as server:
        city.url = str(server.make_url("/api"))
        yield city
