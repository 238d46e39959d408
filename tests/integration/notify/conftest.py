"""A notify on a real database, with a webhook receiver and a mail server that can be told how to behave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from chassis.clock import Clock
from chassis.service import EdgeContext, Pool
from schemas.owner import Owner
from services.notify import store
from services.notify.core.notice import Addressee, Notice, Way
from tools.local.database import Database
from tools.local.ports import free_ports

_NAMED = ("at", "text", "gathers", "ticket", "template")
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@dataclass
class Webhook:
    """Remembers what was posted, and answers with the statuses that it was given, the last one for ever."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    posted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.posted.append((request.headers["Idempotency-Key"], await request.json()))
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status)


@dataclass
class Mailbox:
    """Remembers what was mailed; `refusal` is what it answers instead, if anything."""

    url: str = ""
    refusal: str = ""
    mails: list[Envelope] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name there
        assert server is not None
        assert session is not None
        if self.refusal:
            return self.refusal
        self.mails.append(envelope)
        return "250 OK"


class Planner:
    """Puts notices down for delivery, as the lane transaction does."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def plan(
        self,
        *keys: str,
        way: Way = Way.SMS,
        address: str = "+8613800000000",
        audience: str = "visitor:v-1",
        **more: Any,
    ) -> None:
        notices = [
            Notice(
                key,
                more.get("template", "requester-receipt"),
                Addressee(Owner(audience), way, address, gathers=more.get("gathers", False)),
                more.get("at", NOW),
                "您的诉求已受理",
                more.get("text", f"您好，{key}"),
                **{name: value for name, value in more.items() if name not in _NAMED},
            )
            for key in keys
        ]
        async with self.pool.acquire() as connection:
            ticket = more.get("ticket", "26030200000017")
            await store.plan(connection, [store.Planned(ticket, "0", each) for each in notices])

    async def rows(self, table: str = "delivery") -> list[dict[str, Any]]:
        return [dict(row) for row in await self.pool.fetch(f"select * from {table} order by 1, 2")]  # noqa: S608


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    async with asyncpg.create_pool(database.dsn("notify"), min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture
def planner(pool: Pool) -> Planner:
    return Planner(pool)


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    told = Webhook()
    app = web.Application()
    app.router.add_post("/send", told.take)
    async with TestServer(app) as server:
        told.url = str(server.make_url("/send"))
        yield told


@pytest.fixture
def mailbox() -> Any:
    told = Mailbox()
    port = free_ports(["mail"])["mail"]
    controller = Controller(told, hostname="127.0.0.1", port=port)
    controller.start()
    told.url = f"smtp://127.0.0.1:{port}"
    yield told
    controller.stop()


@pytest.fixture
def later(pool: Pool) -> Any:
    """What an edge is given, so long after everything was planned; its clock stands still."""

    def at(**after: float) -> EdgeContext:
        async def publish(
            topic: str,
            key: bytes | None,
            value: bytes,
            headers: Sequence[tuple[str, bytes]],
            *,
            partition: int | None = None,  # noqa: ARG001
        ) -> None:
            raise AssertionError(f"notify publishes in its lanes: {topic} {key!r} {value!r} {headers}")

        return EdgeContext(pool, Clock(NOW + timedelta(**after), 1e-9), publish)

    return at
