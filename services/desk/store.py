"""Writing what was heard: one function per statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from chassis.redaction import Kept
from chassis.service import Connection, Heard
from chassis.store import columns
from services.desk.reactions import Accepted, KnownAct, LeftOut, Refused, ShownRow, TaskRow

WORDS: Final = (Kept("task", "ticket", documents=("body",)),)
"""Where it is kept what people said."""
_BETWEEN: Final = "\n"


async def load_acts(connection: Connection, acts: Sequence[str]) -> Mapping[str, KnownAct]:
    """Find acts that were said here."""
    if not acts:
        return {}
    rows = await connection.fetch("select id, answered_on, on_incident from act where id = any($1::text[])", acts)
    return {row["id"]: KnownAct(row["answered_on"], row["on_incident"]) for row in rows}


async def accept(connection: Connection, accepted: Sequence[Accepted]) -> None:
    """Note that the door took acts; what was refused since then stays so, however often its receipt is heard."""
    rows = [(*each[:3], _BETWEEN.join(each.tickets), each.incident) for each in accepted]
    await connection.execute(
        "update act set state = 'accepted', receipt = v.receipt, final = v.final, incident = v.incident,"
        " tickets = string_to_array(v.tickets, E'\\n')"
        " from unnest($1::text[], $2::text[], $3::bool[], $4::text[], $5::text[])"
        " v(id, receipt, final, tickets, incident) where act.id = v.id and act.state <> 'refused'",
        *columns(rows, 5),
    )


async def refuse(connection: Connection, refused: Sequence[Refused]) -> None:
    """Note that acts were refused."""
    await connection.execute(
        "update act set state = 'refused', code = v.code, field = v.field, reason = v.reason, version = v.version"
        " from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[]) v(id, code, field, reason, version)"
        " where act.id = v.id",
        *columns(refused, 5),
    )


async def leave_out(connection: Connection, left_out: LeftOut) -> None:
    """Note that an act on an incident was refused for a member."""
    await connection.execute(
        "update act set left_out = left_out::jsonb || jsonb_build_object($2::text, $3::text) where id = $1", *left_out
    )


async def save_tasks(connection: Connection, rows: Sequence[TaskRow]) -> None:
    """Keep the newest message of each task; an older one that is repeated changes nothing."""
    newest = {(row.ticket, row.task): row for row in rows}
    await connection.execute(
        "insert into task (ticket, task, source, sequence, since, body) select ticket, task, source, sequence, since,"
        " body::json from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::text[])"
        " v(ticket, task, source, sequence, since, body) on conflict (ticket, task) do update set"
        " source = excluded.source, sequence = excluded.sequence, since = excluded.since, body = excluded.body"
        " where task.source <> excluded.source or task.sequence < excluded.sequence",
        *columns([newest[key] for key in sorted(newest)], 6),
    )


async def save_shown(connection: Connection, rows: Sequence[ShownRow]) -> None:
    """Keep what was shown last of each ticket."""
    newest = {(row.topic, row.ticket): row for row in rows}
    await connection.execute(
        "insert into shown (topic, ticket, source, sequence, receipt, body) select topic, ticket, source, sequence,"
        " receipt, body::json from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])"
        " v(topic, ticket, source, sequence, receipt, body) on conflict (topic, ticket) do update set"
        " source = excluded.source, sequence = excluded.sequence, receipt = excluded.receipt, body = excluded.body"
        " where shown.source <> excluded.source or shown.sequence < excluded.sequence",
        *columns([newest[key] for key in sorted(newest)], 6),
    )


async def show_no_more(connection: Connection, tickets: Sequence[str]) -> None:
    """Forget what was shown of tickets: whoever needs it looks again, and reads what stands there now."""
    await connection.execute("update shown set body = null where ticket = any($1::text[])", tickets)


async def save_calendars(connection: Connection, published: Sequence[Heard]) -> None:
    """Keep a published calendar once, however many partitions it stands in."""
    for each in published:
        await connection.execute(
            "insert into calendar (version, at, body) values ($1, $2, $3::text::json) on conflict do nothing",
            *(each.envelope.correlation, each.envelope.time, each.message.model_dump_json(exclude_none=True)),
        )
