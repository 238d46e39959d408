"""The table of attachments, which intake keeps: what was uploaded, by whom, and what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from chassis.service import Instant, Pool
from schemas.attachments import Media

KEPT_IN: Final = "intake.attachment"
"""The table of attachments: every door at which one uploads may write and read it."""


class Uploaded(NamedTuple):
    """An attachment as it was uploaded; `party` and `login` say whose it is."""

    id: str
    party: str
    login: str
    name: str
    media: Media
    size: int
    sha256: str
    at: Instant


class StoredAttachment(NamedTuple):
    """An attachment as it is kept; without a name its content is to go, or has gone."""

    id: str
    party: str
    login: str
    name: str | None
    media: Media
    size: int
    sha256: str
    ticket: str | None


async def add(pool: Pool, new: Uploaded) -> None:
    """Enter what was uploaded."""
    await pool.execute(
        f"insert into {KEPT_IN} (id, party, login, name, media, size, sha256, uploaded_at)"  # noqa: S608 - our own name
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        *new,
    )


async def how_many_wait(pool: Pool, login: str) -> int:
    """Count what somebody uploaded and no message names yet."""
    found: int = await pool.fetchval(
        f"select count(*) from {KEPT_IN} where login = $1 and receipt is null and removed_at is null",  # noqa: S608 - our own
        login,
    )
    return found


async def find(pool: Pool, ids: Sequence[str]) -> Sequence[StoredAttachment]:
    """Find attachments by their ids."""
    rows = await pool.fetch(
        "select id, party, login, name, media, size, sha256, ticket"  # noqa: S608 - our own name
        f" from {KEPT_IN} where id = any($1::text[])",
        ids,
    )
    return [StoredAttachment(*row) for row in rows]
