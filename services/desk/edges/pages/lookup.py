"""What pages look up and keep: what waits in the order of the queue, what changed since, and what somebody typed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from chassis.service import Instant, Pool
from schemas.public import DeskTask
from schemas.redaction import Overlay, Passage
from services.desk.core.pressing import Weight
from services.desk.core.rights import Reads

PAGE: Final = 50
"""Rows of one page of the queue."""


class Waiting(NamedTuple):
    """One row of the queue, and how pressing it is."""

    told: DeskTask
    weight: Weight

    @property
    def ahead(self) -> bool:
        """Whether it stands above what waits as usual."""
        return self.weight < Weight.USUAL

    @property
    def key(self) -> str:
        """What the row is called on the page."""
        return f"{self.told.ticket}-{self.told.task}"

    def read_by(self, reads: Reads) -> Waiting:
        """The row as somebody reads it."""
        return self._replace(told=reads.told(self.told))


class Key(NamedTuple):
    """Of which form somebody's draft is."""

    login: str
    ticket: str
    task: str
    act: str


_OPEN: Final = "draft left join act on act.id = draft.said where (draft.said is null or act.state = 'refused')"
"""Drafts that were not submitted, or in vain."""
Typed: TypeAlias = Mapping[str, str]


async def waiting(pool: Pool, task: str | None, page: int) -> Sequence[Waiting]:
    """List one page of what waits: the most pressing first, of these what waits longest."""
    rows = await pool.fetch(
        "select body, weight from task where body is not null and ($1::text is null or task = $1)"
        " order by weight, since, ticket, task limit $2 offset $3",
        *(task, PAGE, (page - 1) * PAGE),
    )
    return [_waiting(row["body"], row["weight"]) for row in rows]


def _waiting(body: str, weight: int) -> Waiting:
    return Waiting(DeskTask.model_validate_json(body), Weight(weight))


async def counts(pool: Pool) -> Mapping[str, int]:
    """Count what waits, by task."""
    rows = await pool.fetch("select task, count(*) as number from task where body is not null group by task")
    return {row["task"]: row["number"] for row in rows}


async def one(pool: Pool, ticket: str, task: str) -> Waiting | None:
    """Find what waits of a ticket; None where it waits no more."""
    found = "select body, weight from task where ticket = $1 and task = $2 and body is not null"
    row = await pool.fetchrow(found, ticket, task)
    return _waiting(row["body"], row["weight"]) if row is not None else None


async def of_ticket(pool: Pool, ticket: str) -> Sequence[str]:
    """Name everything that waits of a ticket."""
    rows = await pool.fetch("select task from task where ticket = $1 and body is not null order by since, task", ticket)
    return [row["task"] for row in rows]


async def horizon(pool: Pool) -> int:
    """Name the oldest transaction that may still change something: all before it can be read."""
    found: int = await pool.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return found


async def changed(pool: Pool, since: int, until: int) -> Sequence[tuple[str, str, bool]]:
    """Name what changed from one transaction up to another: ticket, task, and whether it still waits."""
    rows = await pool.fetch(
        "select ticket, task, body is not null as waits from task"
        " where changed >= $1::bigint::text::xid8 and changed < $2::bigint::text::xid8 order by changed, ticket, task",
        *(since, until),
    )
    return [(row["ticket"], row["task"], row["waits"]) for row in rows]


async def drafts(pool: Pool, login: str, ticket: str, task: str) -> Mapping[str, Typed]:
    """Find what somebody typed of what waits, by the form."""
    rows = await pool.fetch(
        f"select draft.act, typed from {_OPEN} and draft.login = $1 and ticket = $2 and task = $3",  # noqa: S608 - ours
        *(login, ticket, task),
    )
    return {row["act"]: json.loads(row["typed"]) for row in rows}


async def keep(pool: Pool, key: Key, typed: Typed, at: Instant, secret: bytes) -> None:
    """Keep what somebody typed, in place of what they had typed before.

    What was redacted of the ticket is covered: a page that was open keeps its words. `secret` is the key of the hashes.
    """
    body = json.dumps(typed, ensure_ascii=False)
    async with pool.acquire() as connection, connection.transaction():
        redacted = await connection.fetch(_KEEP, *key, body, at)
        covered = Overlay((Passage(*row) for row in redacted), secret).body(body)
        if covered != body:
            await connection.execute(f"update draft set typed = $5::text::json where {_THIS}", *key, covered)  # noqa: S608 - ours


_THIS: Final = "login = $1 and ticket = $2 and task = $3 and act = $4"
_KEEP: Final = """
with kept as (
    insert into draft (login, ticket, task, act, typed, at) values ($1, $2, $3, $4, $5::text::json, $6)
    on conflict (login, ticket, task, act) do update set typed = excluded.typed, at = excluded.at, said = null
    returning ticket
)
select seal, length from redaction join kept using (ticket) order by place
"""


async def submit(pool: Pool, key: Key, said: str, at: Instant) -> None:
    """Note by which act a draft was submitted, and forget those of this author that were a day ago, and stand."""
    await pool.execute(f"update draft set said = $5 where {_THIS}", *key, said)  # noqa: S608 - ours
    await pool.execute(
        "delete from draft using act where draft.login = $1 and draft.said = act.id and act.state = 'accepted'"
        " and draft.at < $2::timestamptz - interval '1 day'",
        *(key.login, at),
    )


async def drop(pool: Pool, key: Key) -> None:
    """Forget what somebody typed into a form."""
    await pool.execute(f"delete from draft where {_THIS}", *key)  # noqa: S608 - ours


async def with_drafts(pool: Pool, login: str) -> frozenset[str]:
    """Name what waits into whose forms somebody typed something: ticket and task, as a row is called."""
    rows = await pool.fetch(f"select distinct ticket, task from {_OPEN} and draft.login = $1", login)  # noqa: S608 - ours
    return frozenset(f"{row['ticket']}-{row['task']}" for row in rows)
