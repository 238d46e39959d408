"""Timers of states: one row for each key, found by a partial index, armed and fired under the lane's lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, Literal, NamedTuple

from chassis.service import Connection, Instant, NextTimer
from chassis.store import columns

BEFORE: Final = timedelta(microseconds=1)
"""What is due by so much before a record comes before it."""


class Timer(NamedTuple):
    """A timer of a key, ordered by when it is due."""

    due: Instant
    key: str
    name: str
    lane: str

    @property
    def wanted(self) -> NextTimer:
        """What the state that set it wanted."""
        return NextTimer(self.due, self.name)


class TimerUpdate(NamedTuple):
    """What became of the timer of a key."""

    key: str
    lane: str
    name: str
    due: Instant
    status: Literal["pending", "fired", "cancelled"]


async def due(connection: Connection, until: Mapping[str, Instant], limit: int | None) -> list[Timer]:
    """The pending timers of each lane that are due by a moment, earliest first, at most `limit` over all lanes."""
    rows = await connection.fetch(
        "select t.due, t.key, t.name, t.lane from unnest($1::text[], $2::timestamptz[]) l(lane, until)"
        " cross join lateral (select due, key, name, lane from timer where lane = l.lane and status = 'pending'"
        " and due <= l.until order by due limit $3) t order by t.due, t.key limit $3",
        list(until),
        list(until.values()),
        limit,
    )
    return [Timer(*row) for row in rows]


async def waiting(connection: Connection, until: Mapping[str, Instant], limit: int) -> int:
    """Count the pending timers of lanes that are due by a moment, up to a limit."""
    count = await connection.fetchval(
        "select count(*) from (select from unnest($1::text[], $2::timestamptz[]) l(lane, until) join timer t"
        " on t.lane = l.lane and t.status = 'pending' and t.due <= l.until limit $3) x",
        list(until),
        list(until.values()),
        limit,
    )
    return int(count)


async def coming(connection: Connection, lane: str, after: Timer | None, until: Instant, limit: int) -> list[Timer]:
    """The pending timers of a lane that are due by a moment, in order, after one that was seen already."""
    rows = await connection.fetch(
        "select due, key, name, lane from timer where lane = $1 and status = 'pending' and due <= $2"
        " and (due, key) > (coalesce($3, '-infinity'::timestamptz), coalesce($4, '')) order by due, key limit $5",
        lane,
        until,
        after and after.due,
        after and after.key,
        limit,
    )
    return [Timer(*row) for row in rows]


async def write(connection: Connection, updates: Iterable[TimerUpdate]) -> None:
    """Write what became of timers."""
    await connection.execute(
        "insert into timer (key, lane, name, due, status)"
        " select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])"
        " on conflict (key) do update set name = excluded.name, due = excluded.due, status = excluded.status,"
        " lane = excluded.lane",
        *columns(updates, 5),
    )


def timer_update(
    key: str, lane: str, had: NextTimer | None, wanted: NextTimer | None, fired: NextTimer | None
) -> TimerUpdate | None:
    """Compare the timer that a state wanted and the one that it wants, given what fired last in between."""
    if wanted is not None and wanted != fired:
        return None if wanted == had else TimerUpdate(key, lane, wanted.name, wanted.due, "pending")
    if fired is not None:
        return TimerUpdate(key, lane, fired.name, fired.due, "fired")
    if had is not None:
        return TimerUpdate(key, lane, had.name, had.due, "cancelled")
    return None
