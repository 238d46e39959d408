"""The SQL of dispatch: one function for each statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chassis.decider import Change
from chassis.service import Connection
from schemas.dispatch import Adjudicated
from services.dispatch.core.rules import Precedent
from services.dispatch.core.ticket import Ticket

_CITED = 3


async def precedents(connection: Connection) -> dict[tuple[str, str], tuple[Precedent, ...]]:
    """Read the newest rulings by category and sub-district."""
    rows = await connection.fetch(
        "select ticket, category, subdistrict, lead from ("
        " select *, row_number() over (partition by category, subdistrict order by ticket desc) as place"
        " from precedent) newest where place <= $1 order by place",
        _CITED,
    )
    found: dict[tuple[str, str], tuple[Precedent, ...]] = {}
    for row in rows:
        place = (row["category"], row["subdistrict"])
        found[place] = (*found.get(place, ()), Precedent(row["ticket"], row["lead"]))
    return found


async def keep_precedents(connection: Connection, changes: Sequence[Change[Ticket]]) -> None:
    """Keep the rulings among what was decided."""
    rows = list(_rulings(changes))
    if rows:
        await connection.executemany(
            "insert into precedent (ticket, category, subdistrict, lead, reason) values ($1, $2, $3, $4, $5)"
            " on conflict (ticket) do update set lead = excluded.lead, reason = excluded.reason",
            rows,
        )


def _rulings(changes: Iterable[Change[Ticket]]) -> Iterable[tuple[str, str, str, str, str]]:
    for change in changes:
        matter = change.after.matter
        for fact, _ in change.facts:
            if isinstance(fact, Adjudicated) and fact.category and matter.place.subdistrict:
                yield change.key, fact.category, matter.place.subdistrict, fact.lead, fact.reason
