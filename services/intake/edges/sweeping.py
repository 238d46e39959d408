"""Takes away the contents of attachments that have to go, and sessions of citizens that are over."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from chassis.rounds import rounds
from chassis.service import Edge, EdgeContext, Pool
from doors.attachments.keeping import Keeper
from rulebook.limits import Attachments
from services.intake.edges import sessions

_PAUSE: Final = 10.0
"""Real seconds between two looks."""
_AT_ONCE: Final = 100


def sweep(keeper: Keeper, limits: Attachments) -> Edge:
    """Make the edge that looks for what has to go, for as long as the service runs."""

    async def edge(context: EdgeContext) -> None:
        async def once() -> None:
            await sessions.sweep(context.pool)
            await _let_go(context, limits.unnamed_for)
            while await _take_away(context.pool, keeper):
                pass

        await rounds(once, _PAUSE)

    return edge


async def _let_go(context: EdgeContext, kept_for: timedelta) -> None:
    """Let go what nobody named in time."""
    now = context.clock.now()
    await context.pool.execute(
        "update attachment set removed_at = $2, name = null"
        " where receipt is null and removed_at is null and uploaded_at < $1",
        *(now - kept_for, now),
    )


async def _take_away(pool: Pool, keeper: Keeper) -> bool:
    """Take away some contents that are to go; told again, nothing happens. Returns whether more may be left."""
    rows = await pool.fetch(
        "select id from attachment where removed_at is not null and not gone order by removed_at limit $1", _AT_ONCE
    )
    for row in rows:
        await keeper.remove(row["id"])
        await pool.execute("update attachment set gone = true where id = $1", row["id"])
    return len(rows) == _AT_ONCE
