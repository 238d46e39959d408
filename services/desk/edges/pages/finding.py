"""What pages look up of tickets whatever became of them: those that are meant, one of them, and its course."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from chassis.contacts import WordSeal
from chassis.service import Instant, Pool
from schemas.public import Order
from services.desk.core.owing import OrderStep
from services.desk.edges.lookup import TICKETS
from services.desk.edges.pages.lookup import PAGE

_ESCAPED: Final = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


class WantedTickets(NamedTuple):
    """Which tickets a page asks for; what is None is no matter.

    All of the words have to stand in text or place, or the one word is the number of the ticket, or the city's. `who`
    is the keyed hash of whoever asked.
    """

    words: Sequence[str] | None = None
    who: str | None = None
    since: Instant | None = None
    until: Instant | None = None


_MEANT: Final = (
    "($1::text[] is null or (text || ' ' || coalesce(place, '') like all($1) or text is null and place like all($1))"
    " and ($6 or not confidential) or ticket = $5 or upstream = $5)"
    " and ($2::text is null or requester = $2) and ($3::timestamptz is null or at >= $3)"
    " and ($4::timestamptz is null or at < $4)"
)

_FOUND: Final = f"(select * from caller where {_MEANT} order by at desc, ticket limit $7 offset $8)"  # noqa: S608 - our own


async def tickets(
    pool: Pool, wanted: WantedTickets, page: int, *, looks: bool
) -> tuple[Sequence[Mapping[str, Any]], bool]:
    """List one page of the tickets that are meant, the newest first, and tell whether there are more.

    That somebody reported in confidence is told to nobody who does not look at contacts (`looks`).
    """
    words = wanted.words and [f"%{word.translate(_ESCAPED)}%" for word in wanted.words]
    number = wanted.words[0] if wanted.words and len(wanted.words) == 1 else None
    rows = await pool.fetch(
        TICKETS.format(
            found=_FOUND,
            rest="where $6 or not confidential order by at desc, ticket",
        ),
        *(words, wanted.who, wanted.since, wanted.until, number, looks, PAGE + 1, (page - 1) * PAGE),
    )
    return [dict(row) for row in rows[:PAGE]], len(rows) > PAGE


async def alike(pool: Pool, place: str, words: Sequence[str], since: Instant) -> Sequence[Mapping[str, Any]]:
    """List the newest tickets since a moment that name this place or one of these words, but no confidential ones."""
    patterns = [f"%{word.translate(_ESCAPED)}%" for word in words]
    return [dict(row) for row in await pool.fetch(_ALIKE_TOLD, place, patterns, since)]


_ALIKE: Final = (
    "(select * from caller where not confidential and at > $3 and (text like any($2::text[])"
    " or length($1) > 3 and (strpos(place, $1) > 0 or length(place) > 3 and strpos($1, place) > 0))"
    " order by at desc, ticket limit 200)"
)
_ALIKE_TOLD: Final = TICKETS.format(found=_ALIKE, rest="where not confidential order by at desc, ticket")
"""An order may have become confidential since its ticket began."""


async def one(pool: Pool, ticket: str) -> Mapping[str, Any] | None:
    """Find a ticket as a search shows it; None where no such began."""
    found = "(select * from caller where ticket = $1)"
    row = await pool.fetchrow(TICKETS.format(found=found, rest=""), ticket)
    return None if row is None else dict(row)


async def orders(pool: Pool, ticket: str, words: WordSeal) -> Sequence[Order]:
    """List the newest order of each department that has to do with a ticket, who leads first."""
    rows = await pool.fetch(
        "select body from held_order where ticket = $1 and standing <> 'left' order by body ->> 'role', department",
        ticket,
    )
    return [Order.model_validate(words.shown(json.loads(row["body"]), ticket)) for row in rows]


async def course(pool: Pool, ticket: str) -> Sequence[OrderStep]:
    """Tell what happened to a ticket as far as its departments were told, the newest first."""
    rows = await pool.fetch("select unnest(steps) as step from held_order where ticket = $1", ticket)
    told = (_step(*row["step"].split(" ")) for row in rows)
    steps = {(each.version, each.happened, each.clock): each for each in told}
    return sorted(steps.values(), key=lambda each: (-each.version, each.happened, each.clock or ""))


def _step(version: str, happened: str, at: str = "", clock: str | None = None) -> OrderStep:
    return OrderStep(int(version), happened, datetime.fromisoformat(at) if at else None, clock)
