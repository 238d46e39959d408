"""What is looked up of the life of one ticket: its entries in the order in which things happened, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from chassis.service import Pool
from schemas import registry
from schemas.acts import STAFF
from schemas.dispatch import FollowUpAdded
from schemas.notices import NoticeRequested
from services.trace.edges.lookup import Row, array_of

_RANKS: Final = array_of(registry.TICKETS, registry.DISPATCH, registry.CLOCKS, registry.NOTICES)
"""Of what happened in one moment, what is said on these topics came in this order."""
_PLACED: Final = (
    f"(select *, row_number() over (order by at, recorded, array_position({_RANKS}, topic), partition,"  # noqa: S608 - our own names
    ' "offset") - 1 as place from entry where ticket = $1) e'
)
"""The entries of a ticket, each with its place in the order in which things happened."""


async def timeline(pool: Pool, ticket: str, first: int, limit: int) -> list[Row]:
    """Read some entries of a ticket (or of a receipt that is none's) in the order in which things happened."""
    rows = await pool.fetch(
        f"select * from {_PLACED} where place >= $2 order by place limit $3",  # noqa: S608 - our own names
        ticket,
        first,
        limit,
    )
    return [dict(row) for row in rows]


async def rested_on(pool: Pool, ticket: str, rows: Sequence[Row]) -> list[Row]:
    """Read the earlier entries of a ticket that some of its entries rest on.

    What caused them, the requests of notices that they tell of, and the acts of staff whose receipts they carry.
    """
    bodies = [json.loads(row["body"]) for row in rows]
    found = await pool.fetch(
        f"select * from {_PLACED} where place < $2 and (id = any($3::text[])"  # noqa: S608 - our own names
        " or (type = $4 and body ->> 'notice' = any($5::text[]))"
        " or (body -> 'party' ->> 'kind' = any($6::text[]) and body ->> 'receipt' = any($7::text[]))) order by place",
        ticket,
        rows[0]["place"] if rows else 0,
        [row["cause"] for row in rows],
        NoticeRequested.type_name,
        [str(body["notice"]) for body in bodies if "notice" in body],
        sorted(kind.value for kind in STAFF),
        [str(body["receipt"]) for body in bodies if body.get("receipt")],
    )
    return [dict(row) for row in found]


async def life(pool: Pool, ticket: str) -> list[Row]:
    """Read of a ticket what can have moved it, in the order in which things happened: no follow-up does."""
    rows = await pool.fetch(
        "select at, type, body from entry where ticket = $1 and topic = $2 and type <> $3"
        ' order by at, recorded, partition, "offset"',
        ticket,
        registry.DISPATCH,
        FollowUpAdded.type_name,
    )
    return [dict(row) for row in rows]
