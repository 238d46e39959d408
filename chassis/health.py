"""Whether the process lives and whether it does its work, told over HTTP beside the metrics."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis import metrics
from chassis.clock import stopwatch
from chassis.problems import saying
from chassis.protection import Limits

_SERVING_ENDS_WITHIN: Final = 1.0
_START: Final = "start"


@dataclass(slots=True)
class Health:
    """What stands in the way, by name, and the beats that the watchdog listens for."""

    service: str
    reasons: dict[str, str] = field(default_factory=lambda: {_START: "starting"})
    beat: float = field(default_factory=stopwatch)
    assigned_since: float = field(default_factory=stopwatch)
    progressed: float = field(default_factory=stopwatch)
    held_since: float = 0.0
    """Since when something is in the way that is being tried again."""
    behind: bool = False
    assigned: bool = False

    @property
    def retrying(self) -> bool:
        """Whether something that stood in the way is being tried again."""
        return any(name != _START for name in self.reasons)

    def unready(self, name: str, reason: str) -> None:
        """Something is in the way; `reason` is for operators and holds no personal data."""
        if not self.retrying:
            self.held_since = stopwatch()
        self.reasons[name] = reason
        metrics.READY.labels(self.service).set(0)

    def ready(self, name: str) -> None:
        """It is out of the way again."""
        if {*self.reasons} - {_START} == {name}:
            # Who was held up for longer than the watchdog waits would be ended just when it can go on. The watchdog
            # looks from another thread: it has to find the later moments once the reason is gone.
            now = stopwatch()
            held = now - self.held_since
            self.progressed = min(self.progressed + held, now)
            self.assigned_since = min(self.assigned_since + held, now)
        self.reasons.pop(name, None)
        if not self.reasons:
            metrics.READY.labels(self.service).set(1)

    def note_behind(self, *, behind: bool) -> None:
        """Records wait on the broker, or none does; who had nothing to do has its time for the first that waits."""
        if behind and not self.behind:
            self.progressed = stopwatch()
        self.behind = behind

    def note_assignment(self, *, assigned: bool) -> None:
        """The group has given us partitions, or taken them away."""
        self.assigned, self.assigned_since = assigned, stopwatch()


@asynccontextmanager
async def serving(health: Health, bind: str, port: int) -> AsyncIterator[int]:
    """Answer /live, /ready and /metrics at an address and port (0: any free one); yields the port."""

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"service": health.service, "live": True})

    async def ready(_: web.Request) -> web.Response:
        status = 503 if health.reasons else 200
        return web.json_response({"service": health.service, "waits": health.reasons}, status=status)

    async def measured(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    application = web.Application(middlewares=[saying])
    application.add_routes([web.get("/live", live), web.get("/ready", ready), web.get("/metrics", measured)])
    runner = web.AppRunner(
        application, access_log=None, shutdown_timeout=_SERVING_ENDS_WITHIN, keepalive_timeout=Limits().patience
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, bind, port)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
