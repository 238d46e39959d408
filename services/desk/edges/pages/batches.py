"""What pages look up and keep of one act on many things that wait: the frozen list, and what became of each row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from chassis.service import Instant, Pool
from doors.refusals import at_a_form
from schemas.recognised import masked
from services.desk.core.acts import act_of
from services.desk.core.many import Word, became, has_changed, named
from services.desk.edges.pages.lookup import Typed
from services.desk.edges.pages.waiting import Waiting


class Batch(NamedTuple):
    """One act on many: which, on what that waits, what was typed, and whether it is to be done."""

    id: str
    task: str
    act: str
    typed: Typed
    following: str
    begun: bool


class BatchRow(NamedTuple):
    """One row of a frozen list and what became of it; `waits` tells whether it still waits, and its version now."""

    ticket: str
    version: int | None
    word: Word
    reason: str
    changed: bool
    place: str
    text: str
    confidential: bool


async def freeze(pool: Pool, batch: Batch, login: str, rows: Sequence[Waiting], at: Instant) -> None:
    """Keep a list as it is now, and forget this author's lists that are a week old."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "delete from batch where login = $1 and at < $2::timestamptz - interval '7 days'", login, at
        )
        await connection.execute(
            "insert into batch (id, login, task, act, typed, following, at)"
            " values ($1, $2, $3, $4, $5::text::json, $6, $7)",
            *(batch.id, login, batch.task, batch.act, json.dumps(batch.typed, ensure_ascii=False), batch.following, at),
        )
        await connection.executemany(
            "insert into batch_row (batch, place, ticket, version, act) values ($1, $2, $3, $4, $5)",
            [
                (batch.id, place, row.task.ticket, row.task.version, act_of(login, named(batch.id, row.task.ticket)))
                for place, row in enumerate(rows)
            ],
        )


async def find(pool: Pool, login: str, batch: str) -> Batch | None:
    """Find a list of this author; None for somebody else's, and for none at all."""
    row = await pool.fetchrow(
        "select id, task, act, typed, following, begun from batch where id = $1 and login = $2", batch, login
    )
    return None if row is None else Batch(**{**row, "typed": json.loads(row["typed"])})


async def begin(pool: Pool, batch: str) -> None:
    """Note that it is to be done."""
    await pool.execute("update batch set begun = true where id = $1", batch)


async def rows_of(pool: Pool, batch: Batch, login: str) -> Sequence[BatchRow]:
    """List the rows of a frozen list in their order, with what became of each."""
    return [_row(each) for each in await pool.fetch(_ROWS, batch.id, batch.task, login)]


_ROWS: Final = """
select b.ticket, b.version, act.state, coalesce(act.sent, false) as sent, act.code, act.reason,
       coalesce(t.body #>> '{place,text}', c.place, '') as place, coalesce(t.body ->> 'text', c.text, '') as text,
       coalesce((t.body ->> 'confidential')::bool, false) or coalesce(c.confidential, false) or exists (
           select from held_order o where o.ticket = b.ticket and (o.body ->> 'confidential')::bool
       ) as confidential
from batch_row b
left join act on act.id = b.act and act.login = $3
left join task t on t.ticket = b.ticket and t.task = $2 and t.body is not null
left join caller c on c.ticket = b.ticket
where b.batch = $1 order by b.place
"""


def _row(row: Any) -> BatchRow:
    word: Word = became(taken=row["state"] == "accepted", refused_as=row["code"]) if row["sent"] else "left"
    texts = (row["place"], masked(row["text"]), row["confidential"])
    return BatchRow(
        row["ticket"], row["version"], word, at_a_form(row["reason"] or ""), has_changed(row["code"]), *texts
    )
