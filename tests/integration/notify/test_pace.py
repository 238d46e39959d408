"""No more leaves by a way than the policy says, of all workers together; the other ways wait for nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp

from rulebook.rules import Delivery
from services.notify.core.notice import Way
from services.notify.edges.channels import Loop, channels_of
from services.notify.settings import NotifySettings
from tests.support.notify import DIGEST

RULES = Delivery.model_validate(
    {
        "attempts": 3,
        "first_wait_seconds": 30,
        "factor": 4,
        "longest_wait_seconds": 3600,
        "timeout_seconds": 2,
        "pace": {"sms": {"per_minute": 6, "at_once": 2}},
    }
)


async def deliver(context: Any, folder: Path) -> None:
    settings = NotifySettings(notices=folder)
    async with aiohttp.ClientSession() as session:
        await Loop(context, settings, RULES, DIGEST, channels_of(settings, RULES, session), lambda _: False).deliver()


async def left(planner: Any) -> Counter[str]:
    """How much waits by each way."""
    return Counter(row["way"] for row in await planner.rows() if row["status"] == "pending")


async def test_what_is_beyond_the_pace_leaves_later(planner: Any, later: Any, pool: Any, tmp_path: Path) -> None:
    # given more short messages than may leave at once
    await planner.plan("n-1", "n-2", "n-3", "n-4", "n-5")
    # when two workers deliver
    await deliver(later(), tmp_path)
    await deliver(later(), tmp_path)
    # then both together sent what may leave at once, and no attempt was counted of the others
    assert await left(planner) == {"sms": 3}
    assert sum(row["attempts"] for row in await planner.rows()) == 2
    # and what another way takes waits for nothing
    for visitor in ("v-1", "v-2", "v-3"):
        await planner.plan(f"m-{visitor}", way=Way.VISITOR, address=visitor)
    await deliver(later(), tmp_path)
    assert await left(planner) == {"sms": 3}
    # and as time passes the others leave, no more at once than before
    await pool.execute("update pace set at = at - interval '1 hour'")
    await deliver(later(), tmp_path)
    await deliver(later(), tmp_path)
    assert await left(planner) == {"sms": 1}
    await pool.execute("update pace set at = at - interval '11 seconds'")
    await deliver(later(), tmp_path)
    assert await left(planner) == {}
