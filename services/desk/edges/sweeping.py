"""Forgets what somebody typed and never said, and lists of acts on many, once nobody comes back to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from chassis.rounds import rounds
from chassis.service import EdgeContext, Instant, Pool

_PAUSE: Final = 600.0
"""Real seconds between two looks."""
_CALL: Final = "call"
"""What is typed while somebody calls is of no use on another day, and names them."""
_CALLS_KEPT: Final = timedelta(days=1)
_BATCHES_KEPT: Final = timedelta(days=7)
_DRAFTS_KEPT: Final = timedelta(days=30)


async def sweep(context: EdgeContext) -> None:
    """Look for what has to go, for as long as the service runs."""
    await rounds(lambda: forget(context.pool, context.clock.now()), _PAUSE)


async def forget(pool: Pool, now: Instant) -> None:
    """Forget what is too old, whoever wrote it."""
    await pool.execute(
        "delete from draft where at < case when task = $1 then $2::timestamptz else $3::timestamptz end",
        *(_CALL, now - _CALLS_KEPT, now - _DRAFTS_KEPT),
    )
    await pool.execute("delete from batch where at < $1::timestamptz", now - _BATCHES_KEPT)
    await pool.execute("delete from export where at < $1::timestamptz", now - _CALLS_KEPT)
