"""What the HTTP door looks up and notes, outside any lane transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from chassis.contacts import WordSeal
from chassis.service import Instant, Pool
from doors.attachments.rows import StoredAttachment
from doors.own import answered_on
from doors.people import Known
from schemas.registry import DESK, department_topic
from schemas.values import PartyKind
from services.desk.core.acts import SOURCE, OfficeAct, is_final


class SaidBefore(NamedTuple):
    """An act as it was said under a key before; `sent` when the broker is known to have it."""

    id: str
    digest: bytes
    sent: bool


class QueuePlace(NamedTuple):
    """One task among those that wait, in the order in which they are listed."""

    since: Instant
    ticket: str
    task: str


class OrderPlace(NamedTuple):
    """One order among those of a department, in the order in which they are listed."""

    due: Instant
    ticket: str


class Meant(NamedTuple):
    """Which orders of a department are meant: those in a state, or where that is None what is open."""

    department: str
    state: str | None
    incident: str | None


_MEANT: Final = (
    "department = $1 and ($2::text is null and standing = 'open' or standing <> 'left' and state = $2)"
    " and ($3::text is null or incident = $3)"
)


async def claim(pool: Pool, who: Known, key: str, act: OfficeAct, new: SaidBefore, at: Instant) -> SaidBefore | None:
    """Take a key for this act before it goes anywhere; what stands under the key where somebody took it before.

    Of two requests at the same moment one finds the row of the other.
    """
    done = await pool.execute(
        "insert into act (id, login, key, digest, party, answered_on, action, about, on_incident, at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
        *(new.id, who.login, key, act.digest, str(act.party), answered_on(act.party, SOURCE)),
        *(act.do, act.about, act.on_incident, at),
    )
    if done == "INSERT 0 1":
        return None
    row = await pool.fetchrow("select id, digest, sent from act where login = $1 and key = $2", who.login, key)
    return SaidBefore(row["id"], row["digest"], row["sent"]) if row is not None else None


async def note_sent(pool: Pool, act: str) -> None:
    """Remember that the broker has an act."""
    await pool.execute("update act set sent = true where id = $1", act)


async def standing(pool: Pool, who: Known, act: str, words: WordSeal, now: datetime) -> dict[str, Any] | None:
    """Tell what became of an act of this person; None for somebody else's, and for none at all."""
    row = await pool.fetchrow("select * from act where id = $1 and login = $2 and sent", act, who.login)
    if row is None:
        return None
    answer = {"act": row["id"], "do": row["action"], "about": row["about"] or None, "at": row["at"]}
    answer |= {"state": row["state"], "receipt": row["receipt"]}
    if row["state"] == "refused":
        return answer | {name: row[name] for name in ("code", "field", "reason", "version")}
    if row["state"] == "accepted":
        left_out, shown = json.loads(row["left_out"]), await _shown(pool, row["answered_on"], row["receipt"], words)
        final = is_final(decided=row["final"], accepted_at=row["accepted_at"] or row["at"], now=now)
        answer |= {"final": final, "tickets": row["tickets"], "incident": row["incident"], "left_out": left_out}
        answer |= {"notice": row["notice"]}
        return answer | ({"shown": shown} if shown is not None else {})
    return answer


async def _shown(pool: Pool, answered_on: str, receipt: str, words: WordSeal) -> Any:
    """What the act made be shown; a department is shown it on the topic of its answers, the office on the desk's."""
    row = await pool.fetchrow(
        "select ticket, body from shown where receipt = $1 and topic = any($2::text[]) and body is not null",
        *(receipt, [answered_on, DESK]),
    )
    return None if row is None else json.loads(words.opened(json.loads(row["body"]), row["ticket"]))


async def waiting(
    pool: Pool, task: str | None, limit: int, after: QueuePlace | None
) -> tuple[Sequence[Any], QueuePlace | None]:
    """List what waits, longest first: a page of it, and the place after which the next one begins."""
    rows = await pool.fetch(
        "select since, ticket, task, body from task where body is not null and ($1::text is null or task = $1)"
        " and ($2::timestamptz is null or (since, ticket, task) > ($2, $3::text, $4::text))"
        " order by since, ticket, task limit $5",
        *(task, *(after or (None, None, None)), limit + 1),
    )
    page, more = rows[:limit], len(rows) > limit
    last = QueuePlace(*page[-1][:3]) if more else None
    return [json.loads(row["body"]) for row in page], last


async def how_many_wait(pool: Pool, task: str | None) -> int:
    """Count what waits."""
    found: int = await pool.fetchval(
        "select count(*) from task where body is not null and ($1::text is null or task = $1)", task
    )
    return found


async def orders(
    pool: Pool, meant: Meant, limit: int, after: OrderPlace | None, words: WordSeal
) -> tuple[Sequence[Any], OrderPlace | None]:
    """List orders, what is due first at the top: a page of them, and the place after which the next one begins."""
    rows = await pool.fetch(
        f"select due, ticket, steps, body from held_order where {_MEANT}"  # noqa: S608 - our own condition
        " and ($4::timestamptz is null or (due, ticket) > ($4, $5::text)) order by due, ticket limit $6",
        *(*meant, *(after or (None, None)), limit + 1),
    )
    page, more = rows[:limit], len(rows) > limit
    last = OrderPlace(*page[-1][:2]) if more else None
    return [_order(row, words) for row in page], last


async def how_many_orders(pool: Pool, meant: Meant) -> int:
    """Count the orders that are meant."""
    found: int = await pool.fetchval(f"select count(*) from held_order where {_MEANT}", *meant)  # noqa: S608 - our own
    return found


async def order(pool: Pool, department: str, ticket: str, words: WordSeal) -> dict[str, Any] | None:
    """Tell a department all that it knows of a ticket; None where it never had an order."""
    row = await pool.fetchrow(
        "select held_order.ticket, steps, held_order.body, shown.body as shown from held_order left join shown"
        " on shown.ticket = held_order.ticket and shown.topic = $3 where department = $1 and held_order.ticket = $2",
        *(department, ticket, department_topic(department)),
    )
    if row is None:
        return None
    shown = row["shown"] and json.loads(words.opened(json.loads(row["shown"]), ticket))
    return _order(row, words) | {"shown": shown}


def _order(row: Any, words: WordSeal) -> dict[str, Any]:
    return {
        "order": words.shown(json.loads(row["body"]), row["ticket"]),
        "steps": [_step(*step.split(" ")) for step in row["steps"]],
    }


def _step(version: str, happened: str, at: str | None = None, clock: str | None = None) -> dict[str, Any]:
    return {"version": int(version), "happened": happened, "at": at and datetime.fromisoformat(at), "clock": clock}


class Access(NamedTuple):
    """What an attachment is to who takes part in its ticket: sealed, and whether they looked at the contact."""

    sealed: bool
    looked: bool


async def access(pool: Pool, who: Known, ticket: str, kept: StoredAttachment) -> Access | None:
    """Tell how somebody may fetch an attachment; None for whoever has no part in the ticket, or one that is not its."""
    row = await (
        pool.fetchrow(_OF_DEPARTMENT, who.department, ticket, kept.id, department_topic(who.department))
        if who.department is not None
        else pool.fetchrow(_OF_OFFICE, ticket, kept.id, kept.ticket, who.login, DESK, not _by_us(kept))
    )
    return None if row is None else Access(*row)


def _by_us(kept: StoredAttachment) -> bool:
    return kept.party.partition(":")[0] in (PartyKind.OFFICE, PartyKind.DEPARTMENT)


_OF_DEPARTMENT: Final = """
select coalesce((a ->> 'sealed')::bool, false), exists (
    select from shown s where s.topic = $4 and s.ticket = o.ticket and s.body is not null
)
from held_order o, json_array_elements(o.body -> 'attachments') a
where o.department = $1 and o.ticket = $2 and o.standing <> 'left' and a ->> 'id' = $3
"""
_OF_OFFICE: Final = """
select $6 and (exists (select from caller where ticket in ($1, left($1, 14), $3) and confidential) or exists (
    select from task where ticket in ($1, $3) and (body ->> 'confidential')::bool
) or exists (select from held_order where ticket in ($1, $3) and (body ->> 'confidential')::bool)), exists (
    select from shown s join act using (receipt)
    where s.topic = $5 and s.ticket in ($1, $3) and s.body is not null and act.login = $4
)
where left($1, 14) = left($3, 14) or exists (
    select from task t, json_array_elements(t.body -> 'attachments') a where t.ticket = $1 and a ->> 'id' = $2
) or exists (
    select from held_order o, json_array_elements(o.body -> 'attachments') a where o.ticket = $1 and a ->> 'id' = $2
)
"""


async def wait_to_search(pool: Pool, login: str, now: Instant, most: int, span: timedelta) -> timedelta | None:
    """Tell how long somebody has to wait who searched so often within a span; None where it was not that often."""
    first = await pool.fetchval(
        "select at from search where login = $1 and at > $2 order by at desc offset $3 limit 1",
        *(login, now - span, most - 1),
    )
    return None if first is None else first + span - now


async def note_search(pool: Pool, login: str, now: Instant, key: str, *, confidential: bool) -> None:
    """Keep who searched, when, and how much was found."""
    await pool.execute(
        "insert into search (login, at, requester, found)"
        " values ($1, $2, $3, (select count(*) from caller where requester = $3 and ($4 or not confidential)))",
        *(login, now, key, confidential),
    )


async def tickets_of(pool: Pool, key: str, most: int, *, confidential: bool) -> tuple[Sequence[Mapping[str, Any]], int]:
    """Find the newest tickets of a requester, and count them all: where each stands its newest order tells.

    Without `confidential` nothing tells that somebody reported in confidence.
    """
    found, rest = (
        "(select * from caller where requester = $1)",
        "where $3 or not confidential order by at desc, ticket limit $2",
    )
    rows = [dict(row) for row in await pool.fetch(TICKETS.format(found=found, rest=rest), key, most, confidential)]
    total = rows[0]["total"] if rows else 0
    return [{name: value for name, value in row.items() if name != "total"} for row in rows], total


TICKETS: Final = """
select told.*, count(*) over () as total from (
select c.ticket, c.at, c.kind, coalesce(o.category, c.category) as category, c.place, c.text,
       c.confidential or coalesce(o.confidential, false) or coalesce(t.confidential, false) as confidential,
       coalesce(o.state, case when c.answered then 'answered' end) as state, o.lead, o.tier, o.incident,
       coalesce(t.waits, '{{}}') as waits, c.upstream, c.upstream_due
from {found} c
left join lateral (
    select state, body ->> 'lead' as lead, body ->> 'category' as category, incident,
           body ->> 'tier' as tier, (body ->> 'confidential')::bool as confidential
    from held_order where ticket = c.ticket
    order by standing = 'left', split_part(steps[1], ' ', 1)::int desc, body ->> 'role' limit 1
) o on true
left join lateral (
    select array_agg(task order by since, task) as waits, bool_or((body ->> 'confidential')::bool) as confidential
    from task where ticket = c.ticket and body is not null
) t on true
) told {rest}
"""
"""Tickets as a search shows them, `found` in the table of how they began; where each stands its newest order tells."""


async def calendars(pool: Pool) -> Sequence[Any]:
    """List the published calendars, in the order in which they were published."""
    rows = await pool.fetch("select version, at, body from calendar order by at, version")
    return [{"version": row["version"], "at": row["at"], **json.loads(row["body"])} for row in rows]
