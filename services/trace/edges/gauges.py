"""What operations see of open tickets: how many stand at each step, and how long the first of them has stood there."""

from __future__ import annotations

import asyncio
from typing import Final

from prometheus_client import Gauge

import vocabulary
from chassis.failures import transient
from chassis.metrics import PREFIX
from chassis.service import EdgeContext
from services.trace.edges import lookup

OPEN: Final = Gauge(
    PREFIX + "open_tickets", "Open tickets of all lanes by what they wait for; every worker tells the same.", ["step"]
)
WAITED: Final = Gauge(
    PREFIX + "open_ticket_wait_seconds", "For how long the first ticket of a step has waited.", ["step"]
)
_EVERY_SECONDS: Final = 5.0


async def gauges(context: EdgeContext) -> None:
    """Tell the counts of the table, every few seconds."""
    while True:
        try:
            await _tell(context)
        except Exception as error:
            # The lanes wait for the database as well; the numbers stand still meanwhile.
            if not transient(error):
                raise
        await asyncio.sleep(_EVERY_SECONDS)


async def _tell(context: EdgeContext) -> None:
    steps = {step.name: step for step in await lookup.steps(context.pool)}
    now = context.clock.now()
    for name in vocabulary.WAITS:
        step = steps.get(name)
        since = step.since if step is not None else None
        OPEN.labels(name).set(step.tickets if step is not None else 0)
        WAITED.labels(name).set(max(0.0, (now - since).total_seconds()) if since is not None else 0.0)
