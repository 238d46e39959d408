"""What operations see of open tickets: how many stand at each step, and how long the first of them has stood there."""

from __future__ import annotations

from typing import Final

from prometheus_client import Gauge

import vocabulary
from chassis.metrics import PREFIX
from chassis.rounds import rounds
from chassis.service import EdgeContext
from rulebook.rules import wilson
from services.trace.edges import lookup

OPEN: Final = Gauge(
    PREFIX + "open_tickets", "Open tickets of all lanes by what they wait for; every worker tells the same.", ["step"]
)
WAITED: Final = Gauge(
    PREFIX + "open_ticket_wait_seconds", "For how long the first ticket of a step has waited.", ["step"]
)
STANDING: Final = Gauge(
    PREFIX + "standing_alarms", "Urgent calls that everybody was called for and nobody answered; all workers tell it."
)
CHECKED: Final = Gauge(
    PREFIX + "checked_dispatches", "What policy dispatched and a person checks, by what was found.", ["verdict"]
)
RIGHT: Final = Gauge(
    PREFIX + "automatic_dispatches_right_ratio",
    "The share of right ones of what policy dispatched and a person checked, with the ends of Wilson's 95 % interval.",
    ["bound"],
)
_EVERY_SECONDS: Final = 5.0


async def gauges(context: EdgeContext) -> None:
    """Tell the counts of the table, every few seconds."""
    await rounds(lambda: _tell(context), _EVERY_SECONDS)


async def _tell(context: EdgeContext) -> None:
    steps = {step.name: step for step in await lookup.steps(context.pool)}
    now = context.clock.now()
    for name in vocabulary.WAITS:
        step = steps.get(name)
        since = step.since if step is not None else None
        OPEN.labels(name).set(step.tickets if step is not None else 0)
        WAITED.labels(name).set(max(0.0, (now - since).total_seconds()) if since is not None else 0.0)
    STANDING.set(await lookup.standing_alarms(context.pool))
    checked = await lookup.checked_dispatches(context.pool)
    for verdict in ("right", "wrong", "unchecked"):
        CHECKED.labels(verdict).set(checked.get(verdict, 0))
    right, all_ = checked.get("right", 0), checked.get("right", 0) + checked.get("wrong", 0)
    low, high = wilson(right, all_)
    for bound, share in (("low", low), ("share", right / all_ if all_ else 0.0), ("high", high)):
        RIGHT.labels(bound).set(share)
