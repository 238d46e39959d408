"""The door's table of what was uploaded: one function per statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from chassis.service import Connection, Instant
from chassis.store import columns
from services.intake.core.state import KnownAttachment, NamedBy

ATTACHMENTS: Final = (
    "select id, party, sha256, size, media, receipt from attachment where id = any($1::text[]) and removed_at is null"
)


async def load_attachments(connection: Connection, ids: Iterable[str]) -> dict[str, KnownAttachment]:
    """Find which of these attachments can be named; nobody removes them until this transaction ends."""
    rows = await connection.fetch(f"{ATTACHMENTS} order by id for update", sorted(ids))
    return {row["id"]: KnownAttachment(*row) for row in rows}


async def insert_attachments(connection: Connection, known: Sequence[KnownAttachment], at: Instant) -> None:
    """Know uploads again whose rows are lost, by their ids: what they were called is lost, their contents are not."""
    await connection.executemany(
        "insert into attachment (id, party, login, name, media, size, sha256, uploaded_at)"
        " values ($1, $2, '', $1, $3, $4, $5, $6) on conflict (id) do nothing",
        [(each.id, each.party, each.media, each.size, each.sha256, at) for each in known],
    )


async def name_attachments(connection: Connection, named: Sequence[NamedBy]) -> None:
    """Remember by which submissions attachments are named, and for which tickets."""
    await connection.execute(
        "update attachment a set receipt = x.receipt, ticket = x.ticket"
        " from unnest($1::text[], $2::text[], $3::text[]) x(id, receipt, ticket) where a.id = x.id",
        *columns(sorted(named), len(NamedBy._fields)),
    )


async def unname_attachments(connection: Connection, receipts: Iterable[str]) -> None:
    """Let submissions that were refused since name nothing: their author may name it again."""
    await connection.execute(
        "update attachment set receipt = null, ticket = null where receipt = any($1::text[])", sorted(receipts)
    )


async def remove_attachments(connection: Connection, tickets: Sequence[str], at: Instant) -> None:
    """Let go what was uploaded for these tickets; the contents follow."""
    await connection.execute(
        "update attachment set removed_at = $2, name = null where ticket = any($1::text[]) and removed_at is null",
        *(tickets, at),
    )


async def remove_named(connection: Connection, removed: Sequence[tuple[str, str]], at: Instant) -> None:
    """Let go these attachments, each of the ticket or incident that it was uploaded for; the contents follow."""
    await connection.execute(
        "update attachment a set removed_at = $3, name = null from unnest($1::text[], $2::text[]) x(id, ticket)"
        " where a.id = x.id and a.ticket = x.ticket and a.removed_at is null",
        *(*columns(removed, 2), at),
    )
