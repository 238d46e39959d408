"""Reading the survey's ledger: one function per question, each one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from chassis.service import Pool
from services.trace.edges.lookup import Row, Window
from services.trace.edges.pages import place_of, read_place


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """Which visits a list is about; what is None does not matter."""

    window: Window
    unit: str | None = None
    visitor: str | None = None
    doubted: bool | None = None
    settled: bool | None = None

    @property
    def values(self) -> tuple[Any, ...]:
        return (self.window.since, self.window.until, self.unit, self.visitor, self.doubted, self.settled)


class Arrival(NamedTuple):
    """When a survey ticket came to the door, was first sent to a department, or ended otherwise."""

    ticket: str
    unit: str | None
    registered_at: datetime
    dispatched_at: datetime | None
    closed_at: datetime | None
    outcome: str | None


_VISITS: Final = "visit v left join doubts_settled s on s.visit = v.receipt"
_WANTED: Final = (
    "visited_at >= $1 and visited_at < $2 and ($3::text is null or unit = $3) and ($4::text is null or visitor = $4)"
    " and ($5::bool is null or (cardinality(doubts) > 0) = $5)"
    " and ($6::bool is null or (settled_at is not null) = $6)"
)


async def visits(pool: Pool, wanted: VisitFilter, limit: int, after: str | None) -> list[Row]:
    """Read the ledger, the newest visit first; ValueError where `after` is no place."""
    at, receipt = read_place(after, 1, 1) if after else (None, None)
    rows = await pool.fetch(
        f"select v.*, s.verdict, s.reason, s.settled_by, s.settled_at from {_VISITS} where {_WANTED}"  # noqa: S608 - our own names
        " and ($8::timestamptz is null or (visited_at, receipt) < ($8, $9::text))"
        " order by visited_at desc, receipt desc limit $7",
        *(*wanted.values, limit, at, receipt),
    )
    return [dict(row) for row in rows]


def place_in_ledger(visit: Row) -> str:
    """Say the place of a visit in the ledger."""
    return place_of(visit["visited_at"], visit["receipt"])


async def how_many_visits(pool: Pool, wanted: VisitFilter) -> int:
    """Count the visits that a list is about."""
    found: int = await pool.fetchval(f"select count(*) from {_VISITS} where {_WANTED}", *wanted.values)  # noqa: S608 - our own names
    return found


async def coverage(pool: Pool, by: str, window: Window) -> list[Row]:
    """Count visits, households and visitors by unit or by compound; `by` is a column."""
    rows = await pool.fetch(
        f"select {by} as part, count(*) as visits, count(distinct household) as households,"  # noqa: S608 - our own names
        " count(distinct visitor) as visitors, sum(problems)::int as problems,"
        " count(*) filter (where cardinality(doubts) > 0 and s.verdict is distinct from 'sound') as doubted,"
        f" max(visited_at) as last from {_VISITS}"
        " where visited_at >= $1 and visited_at < $2 group by 1 order by 1",
        window.since,
        window.until,
    )
    return [dict(row) for row in rows]


async def device_requests(pool: Pool) -> list[Row]:
    """List who asked for another device and has not been answered since, the longest waiting first."""
    rows = await pool.fetch(
        "select receipt, visitor, device, reason, at from device asked where happened = 'requested' and not exists"
        " (select from device answer where answer.visitor = asked.visitor and answer.happened in ('bound', 'declined')"
        "  and answer.approved_by is not null and answer.at >= asked.at) order by at, receipt"
    )
    return [dict(row) for row in rows]


async def problems_of(pool: Pool, visitor: str, limit: int, after: str | None) -> list[str]:
    """List the tickets that a visitor brought, the newest first, from behind the ticket `after`."""
    rows = await pool.fetch(
        "select ticket from visit join receipt using (receipt) where visitor = $1 and ($3::text is null or ticket < $3)"
        " order by ticket desc limit $2",
        *(visitor, limit, after),
    )
    return [row["ticket"] for row in rows]


async def how_many_problems(pool: Pool, visitor: str) -> int:
    """Count the tickets that a visitor brought."""
    found: int = await pool.fetchval(
        "select count(*) from visit join receipt using (receipt) where visitor = $1", visitor
    )
    return found


async def arrivals(pool: Pool, window: Window) -> list[Arrival]:
    """List the survey's tickets that were registered in a window; parts of a split are their whole's."""
    rows = await pool.fetch(
        "select ticket, unit, registered_at, dispatched_at, closed_at, outcome from summary"
        " where channel = 'survey' and part_of is null and registered_at >= $1 and registered_at < $2 order by ticket",
        window.since,
        window.until,
    )
    return [Arrival(*row) for row in rows]
