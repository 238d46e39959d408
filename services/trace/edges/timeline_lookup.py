"""What is looked up of the life of one ticket: its entries in the order in which things happened, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from chassis.packing import said
from chassis.service import Pool
from schemas import registry
from schemas.acts import STAFF
from schemas.dispatch import FollowUpAdded
from schemas.message import MODELS
from schemas.notices import NoticeRequested
from services.trace.edges.lookup import Row, array_of, read_back

_RANKS: Final = array_of(registry.TICKETS, registry.DISPATCH, registry.CLOCKS, registry.NOTICES)
"""Of what happened in one moment, what is said on these topics came in this order."""
_PLACED: Final = (
    f"(select *, {said()} as said,"  # noqa: S608 - our own names
    f" row_number() over (order by at, recorded, array_position({_RANKS}, topic), partition,"
    ' "offset") - 1 as place from entry where ticket = $1) e'
)
_CARRY_A_RECEIPT: Final = [name for name, model in MODELS.items() if {"party", "receipt"} <= model.model_fields.keys()]
"""The entries of a ticket, each with its place in the order in which things happened."""


async def timeline(pool: Pool, ticket: str, first: int, limit: int) -> list[Row]:
    """Read some entries of a ticket (or of a receipt that is none's) in the order in which things happened."""
    rows = await pool.fetch(
        f"select * from {_PLACED} where place >= $2 order by place limit $3",  # noqa: S608 - our own names
        ticket,
        first,
        limit,
    )
    return [read_back(row) for row in rows]


async def rested_on(pool: Pool, ticket: str, rows: Sequence[Row]) -> list[Row]:
    """Read the earlier entries of a ticket that some of its entries rest on.

    What caused them, the requests of notices that they tell of, and the acts of staff whose receipts they carry.
    """
    bodies = [json.loads(row["body"]) for row in rows]
    causes = {row["cause"] for row in rows}
    notices = {body["notice"] for body in bodies if "notice" in body}
    receipts = {body["receipt"] for body in bodies if body.get("receipt")}
    types = [*([NoticeRequested.type_name] if notices else []), *(_CARRY_A_RECEIPT if receipts else [])]
    found = await pool.fetch(
        f"select * from {_PLACED} where place < $2 and (id = any($3::text[]) or type = any($4::text[])) order by place",  # noqa: S608 - our own names
        ticket,
        rows[0]["place"] if rows else 0,
        sorted(causes),
        types,
    )

    def rests(row: Row) -> bool:
        body = json.loads(row["body"])
        if row["type"] == NoticeRequested.type_name and body["notice"] in notices:
            return True
        by_staff = (body.get("party") or {}).get("kind") in STAFF
        return row["id"] in causes or (by_staff and body.get("receipt") in receipts)

    return [row for row in map(read_back, found) if rests(row)]


async def life(pool: Pool, ticket: str) -> list[Row]:
    """Read of a ticket what can have moved it, in the order in which things happened: no follow-up does."""
    rows = await pool.fetch(
        f"select at, type, {said()} as said from entry where ticket = $1 and topic = $2 and type <> $3"  # noqa: S608 - our own names
        ' order by at, recorded, partition, "offset"',
        ticket,
        registry.DISPATCH,
        FollowUpAdded.type_name,
    )
    return [read_back(row) for row in rows]
