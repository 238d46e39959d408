"""What operations see of the clocks: how many run, and until when the calendar is official."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import product
from typing import Final

from prometheus_client import Gauge

from chassis.metrics import PREFIX
from chassis.rounds import rounds
from chassis.service import Edge, EdgeContext, Pool
from schemas.values import Clock
from services.sla import store
from worktime import SHANGHAI, Calendar, parse_notice

CLOCKS: Final = Gauge(
    PREFIX + "clocks", "Open clocks of all lanes by name and status; every worker tells the same.", ["clock", "status"]
)
OFFICIAL_UNTIL: Final = Gauge(
    PREFIX + "calendar_official_until_timestamp_seconds", "The end of the last day that published calendars settle."
)
STATUSES: Final = ("running", "due_soon", "paused", "breached")
_EVERY_SECONDS: Final = 5.0


def gauges(base: Calendar) -> Edge:
    """Tell the counts of the table and the reach of the calendars, every few seconds."""

    async def tell(context: EdgeContext) -> None:
        await rounds(lambda: _tell(context.pool, base), _EVERY_SECONDS)

    return tell


async def _tell(pool: Pool, base: Calendar) -> None:
    counts = {(row.clock, row.status): row.total for row in await store.tallies(pool)}
    for clock, status in product(Clock, STATUSES):
        CLOCKS.labels(clock.value, status).set(counts.get((clock.value, status), 0))
    calendar = base
    for published in await store.calendars(pool):
        calendar = calendar.with_notice(parse_notice(published.notice, f"calendar {published.number}"))
    OFFICIAL_UNTIL.set(end_of(calendar).timestamp())


def end_of(calendar: Calendar) -> datetime:
    """The midnight after the last official day."""
    return datetime.combine(calendar.official_until + timedelta(days=1), time(), SHANGHAI)
