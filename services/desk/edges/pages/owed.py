"""What pages look up of a department's orders: those that are meant, one of them, what changed, and counts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from chassis.contacts import WordSeal
from chassis.service import Instant, Pool
from schemas.public import Order, ShownContact
from services.desk.core.orders import Standing
from services.desk.core.owing import Group, OrderStep, Owed, group_of
from services.desk.edges import lookup
from services.desk.edges.pages.lookup import PAGE
from services.desk.edges.pages.moments import Moments

Time = Literal["late", "today"]


class WantedOrders(NamedTuple):
    """Which orders of a department a page asks for; what is None is no matter."""

    department: str
    show: Group | None = None
    time: Time | None = None
    section: str | None = None
    tier: str | None = None
    text: str | None = None


class Heap(NamedTuple):
    """Some orders of one sort, and how many of them are late."""

    state: str
    standing: str
    section: str | None
    category: str | None
    number: int
    late: int


_LATE: Final = (
    "(standing = 'open' and due < {now} and exists (select from json_array_elements(body -> 'due') d"
    " where coalesce(d #>> '{{due,at}}', d #>> '{{due,latest}}')::timestamptz < {now}))"
)
_WANTED: Final = (
    "department = $1 and standing <> 'left'"
    " and case $2 when 'over' then standing = 'over' when 'to_accept' then standing = 'open' and state = 'dispatched'"
    " when 'at_work' then standing = 'open' and state in ('in_progress', 'rework')"
    " when 'waiting' then standing = 'open' and state not in ('dispatched', 'in_progress', 'rework')"
    " else standing = 'open' end"
    f" and case $3 when 'late' then {_LATE.format(now='$7')}"
    " when 'today' then standing = 'open' and due >= $7 and due < $8 else $7 <= $8 end"
    " and ($4::text is null or body ->> 'section' = $4) and ($5::text is null or body ->> 'tier' = $5)"
    " and ($6::text is null or ticket = $6 or strpos(body ->> 'text', $6) > 0"
    " or strpos(body #>> '{place,text}', $6) > 0 or strpos(body ->> 'category_name', $6) > 0)"
)


async def orders(
    pool: Pool, wanted: WantedOrders, moments: Moments, page: int, words: WordSeal, size: int = PAGE
) -> tuple[Sequence[Owed], int]:
    """List one page of the orders that are meant, due first, and count them all."""
    rows = await pool.fetch(
        "select ticket, standing, steps, body, count(*) over () as total from held_order"  # noqa: S608 - our own
        f" where {_WANTED} order by due, ticket limit $9 offset $10",
        *(*wanted, *moments, size, (page - 1) * size),
    )
    return [_owed(row, words) for row in rows], rows[0]["total"] if rows else 0


async def keys(pool: Pool, wanted: WantedOrders, moments: Moments, most: int) -> Sequence[tuple[str, str]]:
    """Name the tickets of what is meant in the order of the list, each with no task, and no more than so many."""
    rows = await pool.fetch(
        f"select ticket from held_order where {_WANTED} order by due, ticket limit $9",  # noqa: S608 - our own
        *(*wanted, *moments, most),
    )
    return [(row["ticket"], "") for row in rows]


async def these(pool: Pool, department: str, tickets: Sequence[str], words: WordSeal) -> Mapping[str, Owed]:
    """Find the orders of a department that are named, as they stand now; none that left it."""
    rows = await pool.fetch(
        "select ticket, standing, steps, body from held_order"
        " where department = $1 and ticket = any($2::text[]) and standing <> 'left'",
        *(department, tickets),
    )
    return {row["ticket"]: _owed(row, words) for row in rows}


async def order(pool: Pool, department: str, ticket: str, words: WordSeal) -> tuple[Owed, ShownContact | None] | None:
    """Find an order of a department, and what it was shown of a sealed contact; None where it never had the ticket."""
    whole_order = await lookup.order(pool, department, ticket, words)
    if whole_order is None:
        return None
    standing: Standing = await pool.fetchval(
        "select standing from held_order where department = $1 and ticket = $2", department, ticket
    )
    steps = [OrderStep(**step) for step in whole_order["steps"]]
    shown = whole_order["shown"] and ShownContact.model_validate(whole_order["shown"])
    return Owed(Order.model_validate(whole_order["order"]), standing, steps), shown


def _owed(row: Any, words: WordSeal) -> Owed:
    order = Order.model_validate(words.shown(json.loads(row["body"]), row["ticket"]))
    return Owed(order, row["standing"], [])


async def version(pool: Pool, department: str, ticket: str) -> str | None:
    """Tell the version of an order as a page says it; None where the department has nothing to do with it any more."""
    found: str | None = await pool.fetchval(
        "select body ->> 'version' from held_order where department = $1 and ticket = $2 and standing <> 'left'",
        *(department, ticket),
    )
    return found


async def changed(pool: Pool, department: str, since: int, until: int) -> Mapping[str, int]:
    """Name the orders that changed between two transactions, as rows are called, and in which one each began.

    One that is open no more began in none.
    """
    rows = await pool.fetch(
        "select ticket, case standing when 'open' then begun::text::bigint else -1 end as begun from held_order"
        " where department = $1 and changed >= $2::bigint::text::xid8 and changed < $3::bigint::text::xid8"
        " order by changed, ticket",
        *(department, since, until),
    )
    return {f"{row['ticket']}-order": row["begun"] for row in rows}


async def heaps(pool: Pool, department: str, now: Instant) -> Sequence[Heap]:
    """Count a department's orders by what they are."""
    rows = await pool.fetch(
        "select state, standing, body ->> 'section' as section, body ->> 'category' as category, count(*) as number,"  # noqa: S608 - ours
        f" count(*) filter (where {_LATE.format(now='$2')}) as late"
        " from held_order where department = $1 and standing <> 'left' group by 1, 2, 3, 4",
        *(department, now),
    )
    return [Heap(*row) for row in rows]


def sums(heaps: Sequence[Heap], field: str) -> Mapping[str, tuple[int, int]]:
    """Add up what is open by a field of the heaps: how many, and how many late; what has most comes first."""
    found: dict[str, tuple[int, int]] = {}
    for each in (heap for heap in heaps if heap.standing == "open"):
        name = getattr(each, field) or ""
        number, late = found.get(name, (0, 0))
        found[name] = (number + each.number, late + each.late)
    return dict(sorted(found.items(), key=lambda item: (-item[1][0], item[0])))


async def counts(pool: Pool, department: str, moments: Moments) -> Mapping[str, int]:
    """Count what is open, by heap, and what is late or has to be done today."""
    return await counts_of(pool, department, moments, await heaps(pool, department, moments.now))


async def counts_of(pool: Pool, department: str, moments: Moments, its_heaps: Sequence[Heap]) -> Mapping[str, int]:
    """The same, of heaps that were counted already."""
    found = dict.fromkeys(("", *Group, "late", "today"), 0)
    for each in its_heaps:
        is_open = each.standing == "open"
        found[group_of(each.state, "open" if is_open else "over")] += each.number
        found[""] += each.number if is_open else 0
        found["late"] += each.late
    found["today"] = await pool.fetchval(
        "select count(*) from held_order where department = $1 and standing = 'open' and due >= $2 and due < $3",
        *(department, *moments),
    )
    return found
