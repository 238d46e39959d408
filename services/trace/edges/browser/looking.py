"""What the board counts of what was noted: one function per question, each one statement."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from chassis.service import Pool
from services.trace.core.hot import DAYS, HotSpot, hot_spots, series_of
from services.trace.edges.lookup import LATE, STANDING, TicketStanding, standing_of

_LISTED: Final = 10
_CLOSED: Final = "state in ('closed', 'archived')"
"""What was merged, withdrawn or refused came to an end too, and is no matter that was closed."""


class Today(NamedTuple):
    """What came in and came to an end since midnight, what is open now, and how much of it is late."""

    registered: int
    handled: int
    closed: int
    open: int
    late: int
    urgent: int


async def today(pool: Pool, midnight: datetime, now: datetime) -> Today:
    """Count the day."""
    row = await pool.fetchrow(
        "select count(*) filter (where registered_at >= $2), count(*) filter (where handled_at >= $2),"  # noqa: S608 - ours
        f" count(*) filter (where closed_at >= $2 and {_CLOSED}), count(*) filter (where is_open),"
        f" count(*) filter (where is_open and ticket in ({LATE})),"
        " count(*) filter (where is_open and tier = 'urgent') from summary",
        *(now, midnight),
    )
    return Today(*(row or ()))


async def oldest(pool: Pool, now: datetime) -> list[TicketStanding]:
    """List what has been open for longest."""
    return await _listed(pool, now, "is_open", "s.registered_at, s.ticket")


async def hard(pool: Pool, now: datetime) -> list[TicketStanding]:
    """List what is open and came back several times: reworked, reopened, returned, pressed for, supervised."""
    where = "is_open and (reworks > 1 or reopenings > 0 or returns > 1 or follow_ups > 2 or supervision <> '')"
    worst = "s.reworks + s.reopenings + s.returns desc, s.follow_ups desc, s.ticket"
    return await _listed(pool, now, where, worst)


async def _listed(pool: Pool, now: datetime, where: str, order: str) -> list[TicketStanding]:
    chosen = f"select * from summary s where {where} order by {order} limit {_LISTED}"  # noqa: S608 - our own
    return [standing_of(row) for row in await pool.fetch(STANDING.format(chosen=chosen, order=order), now)]


class Day(NamedTuple):
    """What came in and came to an end within a span."""

    registered: int
    handled: int
    closed: int
    urgent: int


async def day(pool: Pool, since: datetime, until: datetime) -> Day:
    """Count a span."""
    row = await pool.fetchrow(
        "select count(*) filter (where registered_at >= $1 and registered_at < $2),"  # noqa: S608 - our own
        " count(*) filter (where handled_at >= $1 and handled_at < $2),"
        f" count(*) filter (where closed_at >= $1 and closed_at < $2 and {_CLOSED}),"
        " count(*) filter (where registered_at >= $1 and registered_at < $2 and tier = 'urgent') from summary",
        *(since, until),
    )
    return Day(*(row or ()))


async def most_of(pool: Pool, column: str, since: datetime, until: datetime) -> list[tuple[str | None, int]]:
    """Count what came in within a span by a column, what has most first; of many parts the first ten."""
    rows = await pool.fetch(
        f"select {column} as part, count(*) as number from summary"  # noqa: S608 - our own names
        f" where registered_at >= $1 and registered_at < $2 group by 1 order by 2 desc, 1 limit {_LISTED}",
        *(since, until),
    )
    return [(row["part"], row["number"]) for row in rows]


async def hot(pool: Pool, midnight: datetime, zone: str) -> list[HotSpot]:
    """Find what rose today of one category and sub-district; `midnight` is that of the day's begin."""
    rows = await pool.fetch(
        "select category, subdistrict, ($1::timestamptz at time zone $3)::date - (registered_at at time zone $3)::date"
        " as ago, count(*) as number from summary where registered_at >= $2 and category is not null group by 1, 2, 3",
        *(midnight, midnight - timedelta(days=DAYS - 1), zone),
    )
    return list(
        hot_spots(series_of({(row["category"], row["subdistrict"], row["ago"]): row["number"] for row in rows}))
    )
