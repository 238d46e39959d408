"""What a replay came to, read from what trace noted and from the door's dead letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from tools.client.addresses import Addresses
from tools.replay.records import Record
from tools.replay.running import Progress

_REFUSED: Final = (
    "select body->>'action' || ' ' || (body->>'code') as what, count(*) from entry where type = $1 group by 1"
)
_CLOCKS: Final = (
    "select ticket, clock, bool_or(coalesce(late, false) or breached) as late, bool_or(status = 'met') as met"
    " from clock where clock = any($1::text[]) group by 1, 2"
)
_DEPARTMENTS: Final = (
    "select s.lead, count(*) as dispatched, count(*) filter (where s.handled_at is not null) as handled,"
    " count(*) filter (where s.closed_at is not null) as closed,"
    " count(*) filter (where c.late or c.breached) as late"
    " from summary s left join clock c on c.ticket = s.ticket and c.clock_id = 'handling'"
    " where s.lead is not null group by 1 order by 2 desc, 1"
)
_REGIONS: Final = (
    "select coalesce(sum(extensions), 0) as extensions, count(*) filter (where reworks > 0) as reworks,"
    " coalesce(sum(follow_ups), 0) as follow_ups, count(*) filter (where incident is not null) as members,"
    " count(distinct incident) as incidents, coalesce(sum(returns), 0) as returns from summary"
)
_ORDERED: Final = (
    "select count(*) filter (where body->'by'->'person' is not null) as by_person,"
    " count(*) filter (where body->'by'->'person' is null) as by_rule"
    " from entry where type = 'liuhen.dispatch.supervision-ordered.v1'"
)
_SUGGESTED: Final = (
    "select count(*) filter (where (body->>'taken')::bool) as taken, count(*) as suggested"
    " from entry where type = 'liuhen.dispatch.category-suggested.v1'"
)


async def outcome(system: Addresses, progress: Progress) -> dict[str, Any]:
    """Gather every figure of a finished replay."""
    records, book = progress.job.records, progress.book
    connection = await asyncpg.connect(system.postgres_dsn("trace"))
    try:
        clocks = await connection.fetch(_CLOCKS, ["citizen", "handling"])
        states = await connection.fetch("select state, count(*) from summary group by 1 order by 2 desc")
        facts = await connection.fetchval("select count(*) from entry")
        told = {
            "states": {row[0]: row[1] for row in states},
            "departments": [dict(row) for row in await connection.fetch(_DEPARTMENTS)],
            "refused_at_the_door": await _counts(connection, "liuhen.tickets.submission-refused.v1"),
            "refused_by_state": await _counts(connection, "liuhen.dispatch.action-refused.v1"),
            "regions": {
                **dict(await connection.fetchrow(_REGIONS) or {}),
                "supervised": dict(await connection.fetchrow(_ORDERED) or {}),
                "categories": dict(await connection.fetchrow(_SUGGESTED) or {}),
            },
        }
    finally:
        await connection.close()
    return {
        "rows": len(records),
        "answers": dict(book.counts.most_common()),
        "unanswered": sorted({record.id for record in records} - set(book.answered)),
        **told,
        "dead_letters": await _dead_letters(system),
        "file": _file(records),
        "against_the_file": _compared(progress, clocks),
        "pace": _pace(progress, facts),
    }


async def _counts(connection: asyncpg.Connection[asyncpg.Record], kind: str) -> dict[str, int]:
    return {row["what"]: row["count"] for row in await connection.fetch(_REFUSED, kind)}


async def _dead_letters(system: Addresses) -> dict[str, int]:
    connection = await asyncpg.connect(system.postgres_dsn("intake"))
    try:
        rows = await connection.fetch("select reason, count(*) from dead_letter group by 1")
    finally:
        await connection.close()
    return {row["reason"]: row["count"] for row in rows}


def _file(records: Sequence[Record]) -> dict[str, int]:
    """What the file itself says."""
    return {
        "replied": sum(record.handled_at is not None for record in records),
        "replied_late": sum(_late(record) is True for record in records),
        "extended": sum(record.extended_to is not None for record in records),
        "redo": sum(record.redo for record in records),
        "supervised": sum(record.supervised for record in records),
    }


def _late(record: Record) -> bool | None:
    if record.handled_at is None or record.due is None:
        return None
    return record.handled_at > record.due


def _compared(progress: Progress, clocks: Sequence[asyncpg.Record]) -> dict[str, dict[str, int]]:
    """Count for each clock how its verdict stands beside the file's own, over the rows that became tickets."""
    found = {(row["ticket"], row["clock"]): row["late"] for row in clocks}
    told: dict[str, dict[str, int]] = {}
    for clock in ("citizen", "handling"):
        counts: Counter[str] = Counter()
        for ticket, record in progress.book.tickets.items():
            by_file, ours = _late(record), found.get((ticket, clock))
            if by_file is None or ours is None:
                continue
            file, system = ("late" if late else "on_time" for late in (by_file, ours))
            counts[f"file_{file}_ours_{system}"] += 1
        told[clock] = dict(counts)
    return told


def _pace(progress: Progress, facts: int) -> dict[str, float]:
    rows = len(progress.job.records)
    return {
        "speed": progress.job.clock.speed,
        "feeding_seconds": round(progress.feeding, 1),
        "rows_in_per_second": round(rows / progress.feeding, 1),
        "answered_after_seconds": round(progress.answering, 1),
        "answers_per_second": round(len(progress.book.answered) / progress.answering, 1),
        "over_after_seconds": round(progress.whole, 1),
        "facts_noted": facts,
        "most_behind_minutes": round(progress.behind.total_seconds() / 60, 1),
    }
