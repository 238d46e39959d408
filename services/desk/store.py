"""Writing what was heard: one function per statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from pydantic_core import to_json

from chassis.redaction import WordsTable
from chassis.service import Connection, Heard
from chassis.store import columns
from schemas.redaction import Passage
from services.desk.core.callbacks import CallbackRow, CallbackTry
from services.desk.core.callers import CallerChange, CallerRow
from services.desk.core.orders import FIRST_STEPS, NEWEST_STEPS, OrderRow, after
from services.desk.reactions import Accepted, KnownAct, LeftOut, Refused, ShownRow, TaskRow

WORDS: Final = (
    WordsTable("task", "ticket", documents=("body",)),
    WordsTable("draft", "ticket", documents=("typed",)),
    WordsTable("held_order", "ticket", documents=("body",)),
    WordsTable("caller", "ticket", texts=("place", "text")),
    WordsTable("callback", "ticket", documents=("body",)),
    WordsTable("callback_try", "ticket", texts=("note",)),
)
"""Where it is kept what people said."""
_BETWEEN: Final = "\n"


class _Newest(NamedTuple):
    """Keeps the newest message of each thing in a table: an older one that is repeated changes nothing."""

    statement: str

    async def save(
        self, connection: Connection, rows: Sequence[TaskRow | ShownRow | OrderRow | CallbackRow]
    ) -> Collection[str]:
        """Keep rows of which no two are about the same thing; tells of which tickets something was redacted before.

        All of them are sent as one text: a driver that looks at each value of ten arrays takes longer than the rest.
        """
        late = await connection.fetch(self.statement, to_json([row._asdict() for row in rows]).decode())
        return [ticket for (ticket,) in late]


def _newest(
    table: str,
    row: type[TaskRow | ShownRow | OrderRow | CallbackRow],
    things: Sequence[str],
    read_as: Mapping[str, str],
    kept_as: Mapping[str, str],
) -> _Newest:
    """`things` are the columns that tell rows apart.

    `read_as` says what a column is made of, `kept_as` what it becomes where there is a row already; that may be a
    column which no row says.
    """
    names = ", ".join(row._fields)
    sent = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in row._fields)
    changed = {**{name: f"excluded.{name}" for name in row._fields if name not in things}, **kept_as}
    changes = (f"{name} = {value}" for name, value in changed.items())
    read = ", ".join(read_as.get(name, name) for name in row._fields)
    statement = (
        f"with kept as (insert into {table} ({names}) select {read}"  # noqa: S608 - our own names
        f" from json_to_recordset($1::text::json) v({sent})"
        f" on conflict ({', '.join(things)}) do update set {', '.join(changes)}"
        f" where {table}.source <> excluded.source or {table}.sequence < excluded.sequence returning ticket)"
        " select distinct ticket from kept join redaction using (ticket)"
    )
    return _Newest(statement)


_TYPES: Final = {
    "round": "int",
    "sequence": "bigint",
    "since": "timestamptz",
    "due": "timestamptz",
    "late": "timestamptz",
    "weight": "smallint",
}
"""Of columns that are sent as anything else than text."""
_BODY: Final = {"body": "body::json"}
_TASKS: Final = _newest("task", TaskRow, ("ticket", "task"), _BODY, {})
_SHOWN: Final = _newest("shown", ShownRow, ("topic", "ticket"), _BODY, {})
_STEPS: Final = "(excluded.steps || held_order.steps)"
_MANY: Final = "cardinality(excluded.steps) + cardinality(held_order.steps)"
_ORDERS: Final = _newest(
    "held_order",
    OrderRow,
    ("department", "ticket"),
    {**_BODY, "steps": r"string_to_array(steps, E'\n')"},
    {
        "steps": f"{_STEPS}[:{NEWEST_STEPS}] || {_STEPS}[greatest({NEWEST_STEPS}, {_MANY} - {FIRST_STEPS}) + 1:]",
        "changed": "excluded.changed",
        "begun": "case when held_order.standing = 'left' then excluded.begun else held_order.begun end",
    },
)


_SAME_ROUND: Final = "callback.body is not null and callback.round = excluded.round"
_TOLD_AGAIN: Final = f"{_SAME_ROUND} and callback.happened = 'requested' and excluded.happened = 'requested'"
_CALLBACKS: Final = _newest(
    "callback",
    CallbackRow,
    ("ticket",),
    _BODY,
    {
        "changed": "excluded.changed",
        "since": f"case when {_SAME_ROUND} then callback.since else excluded.since end",
        # What is told again within a round, with what was corrected, is due when it was before.
        "due": f"case when {_TOLD_AGAIN} then callback.due else excluded.due end",
        "late": f"case when {_TOLD_AGAIN} then callback.late else excluded.late end",
    },
)


async def load_acts(connection: Connection, acts: Sequence[str]) -> Mapping[str, KnownAct]:
    """Find acts that were said here."""
    if not acts:
        return {}
    rows = await connection.fetch("select id, answered_on, on_incident from act where id = any($1::text[])", acts)
    return {row["id"]: KnownAct(row["answered_on"], row["on_incident"]) for row in rows}


async def accept(connection: Connection, accepted: Sequence[Accepted]) -> None:
    """Note that the door took acts; what was refused since then stays so, however often its receipt is heard."""
    rows = [(*each[:3], _BETWEEN.join(each.tickets), each.incident, each.notice, each.at) for each in accepted]
    await connection.execute(
        "update act set state = 'accepted', receipt = v.receipt, final = v.final, incident = v.incident,"
        " notice = v.notice, tickets = string_to_array(v.tickets, E'\\n'),"
        " accepted_at = coalesce(act.accepted_at, v.at)"
        " from unnest($1::text[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])"
        " v(id, receipt, final, tickets, incident, notice, at) where act.id = v.id and act.state <> 'refused'",
        *columns(rows, 7),
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


async def save_tasks(connection: Connection, rows: Sequence[TaskRow]) -> Collection[str]:
    """Keep the newest message of each task; tells for which tickets that was late."""
    newest = {(row.ticket, row.task): row for row in rows}
    return await _TASKS.save(connection, [newest[key] for key in sorted(newest)])


async def save_shown(connection: Connection, rows: Sequence[ShownRow]) -> Collection[str]:
    """Keep what was shown last of each ticket; tells for which tickets that was late."""
    newest = {(row.topic, row.ticket): row for row in rows}
    return await _SHOWN.save(connection, [newest[key] for key in sorted(newest)])


async def save_orders(connection: Connection, rows: Sequence[OrderRow]) -> Collection[str]:
    """Keep the newest order of each department and ticket, and what happened before it; tells which were late."""
    newest: dict[tuple[str, str], OrderRow] = {}
    for row in rows:
        key = (row.department, row.ticket)
        newest[key] = after(newest[key], row) if key in newest else row
    return await _ORDERS.save(connection, [newest[key] for key in sorted(newest)])


async def save_callbacks(connection: Connection, rows: Sequence[CallbackRow]) -> Collection[str]:
    """Keep the newest request of each ticket; tells for which tickets that was late."""
    newest = {row.ticket: row for row in rows}
    return await _CALLBACKS.save(connection, [newest[key] for key in sorted(newest)])


async def save_tries(connection: Connection, rows: Sequence[CallbackTry]) -> None:
    """Keep attempts, and tell open pages of them."""
    await connection.execute(
        "with tried as (insert into callback_try"
        " select * from unnest($1::text[], $2::timestamptz[], $3::int[], $4::text[], $5::text[])"
        " on conflict do nothing returning ticket)"
        " update callback set changed = pg_current_xact_id() from tried where callback.ticket = tried.ticket",
        *columns(rows, len(CallbackTry._fields)),
    )


async def save_callers(connection: Connection, rows: Sequence[CallerRow]) -> None:
    """Keep how tickets began; what is known already is as it was corrected since."""
    await connection.execute(
        "insert into caller (ticket, requester, at, kind, category, place, text, confidential, answered, upstream,"
        " upstream_due)"
        " select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[],"
        " $6::text[], $7::text[], $8::bool[], $9::bool[], $10::text[], $11::timestamptz[])"
        " on conflict (ticket) do update set upstream = excluded.upstream, upstream_due = excluded.upstream_due"
        " where caller.upstream is distinct from excluded.upstream"
        " or caller.upstream_due is distinct from excluded.upstream_due",
        *columns(rows, len(CallerRow._fields)),
    )


async def forget(connection: Connection, tickets: Sequence[str]) -> None:
    """Know no more who called about these tickets, or whom to call."""
    await connection.execute(
        "update callback set body = jsonb_set(body::jsonb, '{contact}', '{}')::json"
        " where ticket = any($1::text[]) and body is not null",
        tickets,
    )
    await connection.execute("update caller set requester = null where ticket = any($1::text[])", tickets)


async def change_caller(connection: Connection, change: CallerChange) -> None:
    """Correct what is known of a ticket's caller."""
    await connection.execute(
        "update caller set requester = coalesce($2, requester), category = coalesce($3, category),"
        " place = coalesce($4, place), text = coalesce($5, text), confidential = coalesce($6, confidential)"
        " where ticket = $1",
        *change,
    )


async def show_no_more(connection: Connection, tickets: Sequence[str]) -> None:
    """Forget what was shown of tickets: whoever needs it looks again, and reads what stands there now."""
    await connection.execute("update shown set body = null where ticket = any($1::text[])", tickets)


async def show_instead(connection: Connection, row: ShownRow) -> None:
    """Show something else of a ticket's contact under the message that showed it."""
    await connection.execute(
        "update shown set body = $3::text::json where topic = $1 and ticket = $2", row.topic, row.ticket, row.body
    )


async def insert_redactions(connection: Connection, redacted: Sequence[tuple[str, Passage]]) -> None:
    """Remember what is redacted.

    Whoever writes words at the same moment is waited for, or waits: covering sees what they wrote, or they see this.
    """
    await connection.execute(f"lock table {', '.join(kept.table for kept in WORDS)}, shown in share row exclusive mode")
    await connection.executemany(
        "insert into redaction (ticket, seal, length) values ($1, $2, $3) on conflict do nothing",
        [(ticket, *passage) for ticket, passage in redacted],
    )


async def redactions(connection: Connection, tickets: Collection[str]) -> Sequence[tuple[str, Passage]]:
    """Find what was redacted of tickets, in that order."""
    rows = await connection.fetch(
        "select ticket, seal, length from redaction where ticket = any($1::text[]) order by place", tickets
    )
    return [(row["ticket"], Passage(row["seal"], row["length"])) for row in rows]


async def save_calendars(connection: Connection, published: Sequence[Heard]) -> None:
    """Keep a published calendar once, however many partitions it stands in."""
    for each in published:
        await connection.execute(
            "insert into calendar (version, at, body) values ($1, $2, $3::text::json) on conflict do nothing",
            *(each.envelope.correlation, each.envelope.time, each.message.model_dump_json(exclude_none=True)),
        )
