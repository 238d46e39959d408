"""What pages look up and keep: up to where everything can be read, and what somebody typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from chassis.service import Instant, Pool
from schemas.redaction import Overlay, Passage

PAGE: Final = 50
"""Rows of one page of a list."""
MOST_PAGES: Final = 10_000
"""Beyond that nobody turns pages."""


class Key(NamedTuple):
    """Of which form somebody's draft is."""

    login: str
    ticket: str
    task: str
    act: str


OPEN: Final = "draft left join act on act.id = draft.said where (draft.said is null or act.state = 'refused')"
"""Drafts that were not submitted, or in vain."""
Typed: TypeAlias = Mapping[str, str]


async def horizon(pool: Pool) -> int:
    """Name the oldest transaction that may still change something: all before it can be read."""
    found: int = await pool.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return found


async def drafts(pool: Pool, login: str, ticket: str, task: str) -> Mapping[str, Typed]:
    """Find what somebody typed of what waits, by the form."""
    rows = await pool.fetch(
        f"select draft.act, typed from {OPEN} and draft.login = $1 and ticket = $2 and task = $3",  # noqa: S608 - ours
        *(login, ticket, task),
    )
    return {row["act"]: json.loads(row["typed"]) for row in rows}


async def keep(pool: Pool, key: Key, typed: Mapping[str, Any], at: Instant, secret: bytes) -> None:
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
    rows = await pool.fetch(f"select distinct ticket, task from {OPEN} and draft.login = $1", login)  # noqa: S608 - ours
    return frozenset(f"{row['ticket']}-{row['task']}" for row in rows)
