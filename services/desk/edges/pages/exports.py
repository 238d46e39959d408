"""What pages look up and keep of a long list that is taken away: which rows were meant, and how far its file is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from chassis.service import Instant, Pool

List = Literal["queue", "orders"]


class Export(NamedTuple):
    """A list that was frozen to be taken away: how many rows it has, and how many of them the file has by now."""

    id: str
    list: List
    columns: Sequence[str]
    following: str
    at: Instant
    done: int
    total: int


async def freeze(pool: Pool, export: Export, login: str, rows: Sequence[tuple[str, str]]) -> None:
    """Keep which rows are meant, and forget this author's lists that are a day old."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "delete from export where login = $1 and at < $2::timestamptz - interval '1 day'", login, export.at
        )
        await connection.execute(
            "insert into export (id, login, list, columns, following, at) values ($1, $2, $3, $4, $5, $6)",
            *(export.id, login, export.list, list(export.columns), export.following, export.at),
        )
        await connection.execute(
            "insert into export_row (export, place, ticket, task)"
            " select $1, place, ticket, task from unnest($2::text[], $3::text[])"
            " with ordinality as r (ticket, task, place)",
            *(export.id, [ticket for ticket, _ in rows], [task for _, task in rows]),
        )


async def find(pool: Pool, login: str, export: str) -> Export | None:
    """Find a list of this author; None for somebody else's, and for none at all."""
    row = await pool.fetchrow(
        "select id, list, columns, following, at, done,"
        " (select count(*) from export_row where export = e.id) as total from export e where id = $1 and login = $2",
        *(export, login),
    )
    return None if row is None else Export(*row)


async def rows(pool: Pool, export: str, after: int, many: int) -> Sequence[tuple[str, str]]:
    """Name the rows that follow a place, by ticket and task."""
    found = await pool.fetch(
        "select ticket, task from export_row where export = $1 and place > $2 order by place limit $3",
        *(export, after, many),
    )
    return [(row["ticket"], row["task"]) for row in found]


async def note(pool: Pool, export: str, done: int) -> None:
    """Note how many rows the file has by now."""
    await pool.execute("update export set done = $2 where id = $1", export, done)
