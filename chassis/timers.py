"""Timers of states: rows with a due time, found by a partial index, armed and fired under the lane's lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from chassis.service import Connection, Instant
from chassis.store import columns

AT_ONCE: Final = 2_000
"""So many timers of a lane fire in one transaction when nothing but time has passed."""


class Timer(NamedTuple):
    """A timer of a key, ordered by when it is due."""

    due: Instant
    key: str
    name: str
    lane: str


class Settled(NamedTuple):
    """What became of a timer: pending, fired or cancelled."""

    key: str
    name: str
    lane: str
    due: Instant
    status: str


async def due(connection: Connection, until: Mapping[str, Instant], limit: int | None) -> list[Timer]:
    """The pending timers of each lane that are due by a moment, earliest first, at most `limit` for each lane."""
    rows = await connection.fetch(
        "select t.due, t.key, t.name, t.lane from unnest($1::text[], $2::timestamptz[]) l(lane, until)"
        " cross join lateral (select due, key, name, lane from timer where lane = l.lane and status = 'pending'"
        " and due <= l.until order by due limit $3) t",
        list(until),
        list(until.values()),
        limit,
    )
    return sorted(Timer(*row) for row in rows)


async def settle(connection: Connection, settled: Iterable[Settled]) -> None:
    """Write what became of timers."""
    await connection.execute(
        "insert into timer (key, name, lane, due, status)"
        " select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])"
        " on conflict (key, name) do update set due = excluded.due, status = excluded.status, lane = excluded.lane",
        *columns(settled, 5),
    )


def settlements(
    key: str,
    lane: str,
    before: Mapping[str, Instant],
    after: Mapping[str, Instant],
    fired: Mapping[str, Instant],
) -> Iterable[Settled]:
    """Compare the timers that a state wanted and wants, given those that fired in between."""
    for name in {*before, *after, *fired}:
        wanted, had, done = after.get(name), before.get(name), fired.get(name)
        if wanted is not None and wanted != done:
            if wanted != had:
                yield Settled(key, name, lane, wanted, "pending")
        elif done is not None:
            yield Settled(key, name, lane, done, "fired")
        elif had is not None:
            yield Settled(key, name, lane, had, "cancelled")
