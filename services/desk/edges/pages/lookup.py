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


class Draft(NamedTuple):
    """What somebody typed into a form, and how often it was written."""

    typed: Mapping[str, Any]
    version: int


class OpenForm(NamedTuple):
    """The form on an open page that writes a draft, and the version of the draft that it has seen; 0 for none."""

    name: str
    seen: int


ALONE: Final = OpenForm("", 0)
"""What writes where no page has the form open."""


class Kept(NamedTuple):
    """The draft as it stands now; `other` is what another open form wrote, in whose place nothing was kept."""

    version: int
    other: Mapping[str, Any] | None = None


async def horizon(pool: Pool) -> int:
    """Name the oldest transaction that may still change something: all before it can be read."""
    found: int = await pool.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    return found


async def ended_sessions(pool: Pool) -> int:
    """Tell a number that is another one once a session has ended at a door of this service."""
    found: int = await pool.fetchval("select coalesce(sum(hashtext(id)), 0) from ended_session")
    return found


async def drafts(pool: Pool, login: str, ticket: str, task: str) -> Mapping[str, Draft]:
    """Find what somebody typed of what waits, by the form."""
    rows = await pool.fetch(
        f"select draft.act, typed, draft.version from {OPEN} and draft.login = $1 and ticket = $2 and task = $3",  # noqa: S608 - ours
        *(login, ticket, task),
    )
    return {row["act"]: Draft(json.loads(row["typed"]), row["version"]) for row in rows}


async def keep(
    pool: Pool, key: Key, typed: Mapping[str, Any], at: Instant, secret: bytes, form: OpenForm = ALONE
) -> Kept:
    """Keep what somebody typed, in place of what they had typed before, as far as this form has seen that.

    What was redacted of the ticket is covered: a page that was open keeps its words. `secret` is the key of the hashes.
    """
    body = json.dumps(typed, ensure_ascii=False)
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(_KEEP, *key, body, at, *form)
        if not rows:
            row = await connection.fetchrow(f"select typed, version from draft where {_THIS}", *key)  # noqa: S608 - ours
            # Forgotten in this very moment it is in nobody's way.
            return Kept(0) if row is None else Kept(row["version"], json.loads(row["typed"]))
        redacted = [(row["seal"], row["length"]) for row in rows if row["seal"] is not None]
        covered = Overlay((Passage(*each) for each in redacted), secret).body(body)
        if covered != body:
            await connection.execute(f"update draft set typed = $5::text::json where {_THIS}", *key, covered)  # noqa: S608 - ours
        return Kept(rows[0]["version"])


_THIS: Final = "login = $1 and ticket = $2 and task = $3 and act = $4"
# What was submitted and stands is no draft any more: whoever types on begins another one.
_KEEP: Final = """
with kept as (
    insert into draft (login, ticket, task, act, typed, at, written_by)
    values ($1, $2, $3, $4, $5::text::json, $6, $7)
    on conflict (login, ticket, task, act) do update
    set typed = excluded.typed, at = excluded.at, said = null, written_by = excluded.written_by,
        version = draft.version + 1
    where draft.written_by = $7 or draft.version = $8 or draft.typed::text = excluded.typed::text
        or draft.said is not null and not exists (select from act where act.id = draft.said and act.state = 'refused')
    returning ticket, version
)
select version, seal, length from kept left join redaction using (ticket) order by place
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


async def has_draft(pool: Pool, login: str, ticket: str, task: str) -> bool:
    """Tell whether somebody typed something into a form of this."""
    found: bool = await pool.fetchval(
        f"select exists (select from {OPEN} and draft.login = $1 and ticket = $2 and task = $3)",  # noqa: S608 - ours
        *(login, ticket, task),
    )
    return found


async def with_drafts(pool: Pool, login: str) -> frozenset[str]:
    """Name what waits into whose forms somebody typed something: ticket and task, as a row is called."""
    rows = await pool.fetch(f"select distinct ticket, task from {OPEN} and draft.login = $1", login)  # noqa: S608 - ours
    return frozenset(f"{row['ticket']}-{row['task']}" for row in rows)
