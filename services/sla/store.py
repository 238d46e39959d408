"""The SQL of sla: one function for each statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chassis.decider import Change
from chassis.service import Connection, Pool
from schemas.rules import CalendarPublished
from services.sla.core.state import Clocks, Open, is_open


class Published(NamedTuple):
    """A calendar that was published to running clocks: its place among them, and the notice as JSON."""

    number: int
    year: int
    notice: str


class Tallied(NamedTuple):
    """How many clocks of a name are in a status."""

    clock: str
    status: str
    total: int


async def keep_calendar(connection: Connection, calendar: CalendarPublished) -> int:
    """Keep a calendar, unless another lane kept it already; returns its number."""
    await connection.execute(
        "insert into calendar (version, year, published_by, body) values ($1, $2, $3, $4)"
        " on conflict (version) do nothing",
        calendar.version,
        calendar.year,
        calendar.by.id,
        calendar.notice(),
    )
    number: int = await connection.fetchval("select number from calendar where version = $1", calendar.version)
    return number


async def calendars(connection: Connection | Pool, numbers: Iterable[int] | None = None) -> list[Published]:
    """The published calendars of these numbers, or all, in the order in which they came."""
    rows = await connection.fetch(
        "select number, year, body from calendar where $1::bigint[] is null or number = any($1) order by number",
        None if numbers is None else list(numbers),
    )
    return [Published(row["number"], row["year"], row["body"]) for row in rows]


async def tickets_with_provisional(connection: Connection, lane: str) -> list[str]:
    """The tickets of a lane that the first calendar of a year concerns."""
    rows = await connection.fetch("select ticket from provisional where lane = $1 order by ticket", lane)
    return [row["ticket"] for row in rows]


async def tickets_with_open(connection: Connection, lane: str) -> list[str]:
    """The tickets of a lane with an open clock; reads every state of the lane."""
    rows = await connection.fetch(
        "select key from state where lane = $1 and exists (select from json_array_elements(body -> 'clocks') as clock"
        " where clock ->> 'status' in ('running', 'paused', 'breached')) order by key",
        lane,
    )
    return [row["key"] for row in rows]


async def project(connection: Connection, changes: Sequence[Change[Clocks]]) -> None:
    """Bring the counts and the list of provisional tickets up to date."""
    await _note_provisional(connection, changes)
    counts: Counter[tuple[str, str, str]] = Counter()
    for change in changes:
        before, after = () if change.before is None else change.before.clocks, change.after.clocks
        same = {id(clock) for clock in before} & {id(clock) for clock in after}
        for clocks, by in ((after, 1), (before, -1)):
            for clock in clocks:
                if id(clock) not in same and is_open(clock):
                    counts[change.lane, clock.clock.value, _counted(clock)] += by
    rows = sorted((*kind, count) for kind, count in counts.items() if count)
    if rows:
        await connection.execute(
            "merge into tally using unnest($1::text[], $2::text[], $3::text[], $4::bigint[])"
            " as change (lane, clock, status, count) on tally.lane = change.lane and tally.clock = change.clock"
            " and tally.status = change.status when matched then update set count = tally.count + change.count"
            " when not matched then insert values (change.lane, change.clock, change.status, change.count)",
            *([row[place] for row in rows] for place in range(4)),
        )


async def tallies(pool: Pool) -> list[Tallied]:
    """The counts of all lanes together."""
    rows = await pool.fetch("select clock, status, sum(count)::bigint as total from tally group by clock, status")
    return [Tallied(*row) for row in rows]


async def _note_provisional(connection: Connection, changes: Sequence[Change[Clocks]]) -> None:
    flags = [(c.lane, c.key, c.after.provisional, c.before is not None and c.before.provisional) for c in changes]
    flips = [(lane, key, now) for lane, key, now, before in flags if now is not before]
    for statement, wanted in (
        ("insert into provisional (lane, ticket) select * from unnest($1::text[], $2::text[])", True),
        ("delete from provisional where (lane, ticket) in (select * from unnest($1::text[], $2::text[]))", False),
    ):
        rows = [(lane, ticket) for lane, ticket, flag in flips if flag is wanted]
        if rows:
            await connection.execute(statement, [lane for lane, _ in rows], [ticket for _, ticket in rows])


def _counted(clock: Open) -> str:
    return "due_soon" if clock.status == "running" and clock.reminded else clock.status
