"""Notify's own tables: one function per statement, all of them set-based."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import asyncpg
from pydantic import TypeAdapter

from chassis.redaction import WordsTable
from chassis.service import Connection, Pool, Transaction
from chassis.store import columns
from rulebook.messages import LEFT_IN_PEACE
from schemas.owner import Owner
from services.notify.core.dates import without_promise
from services.notify.core.elsewhere import NotArrived
from services.notify.core.notice import Notice
from services.notify.core.profile import Profile

WORDS: Final = (
    WordsTable("profile", "ticket", documents=("body",)),
    WordsTable("delivery", "ticket", texts=("subject", "text")),
    WordsTable("attempt", "ticket", texts=("error",)),
)
"""Where it is kept what people said, and what they are told."""
_PROFILE: Final = TypeAdapter(Profile)


OVER: Final = "over"
"""The error of a message that was pointless by the time at which it could have left."""


class Planned(NamedTuple):
    """A notice that is to be delivered, and whose it is."""

    ticket: str
    lane: str
    notice: Notice


class DueDelivery(NamedTuple):
    """A delivery that is ours to attempt, for the time of its lease; `veil` is the JSON of what hides its words."""

    notice: str
    ticket: str
    audience: str
    template: str
    way: str
    address: str
    subject: str
    text: str
    attempt: int
    over: datetime | None
    veil: str | None = None

    def to_address_of(self, other: DueDelivery) -> DueDelivery:
        """The same message to where the other one goes."""
        return self._replace(way=other.way, address=other.address)

    def without_promise(self) -> DueDelivery:
        """The same message without the date that it promises."""
        return self._replace(text=without_promise(self.text))


class Paced(NamedTuple):
    """How many messages a second go one way, and how many at once after a pause."""

    way: str
    per_second: float
    at_once: int


class Ended(NamedTuple):
    """What an attempt came to: `error` where it failed, `next_at` where it will be repeated.

    `sent_as` is the id by which the other side will report of it, where it took it and does so.
    """

    notice: str
    attempt: int
    at: datetime
    outcome: str
    error: str | None
    next_at: datetime | None
    sent_as: str | None = None


async def load_profiles(transaction: Transaction, tickets: Sequence[str]) -> dict[str, Profile]:
    rows = await transaction.connection.fetch(
        "select ticket, body from profile where ticket = any($1::text[])", tickets
    )
    return {ticket: _PROFILE.validate_json(body) for ticket, body in rows}


async def save_profiles(transaction: Transaction, profiles: Mapping[str, Profile]) -> None:
    if profiles:
        await transaction.connection.execute(
            "insert into profile (ticket, body) select * from unnest($1::text[], $2::json[])"
            " on conflict (ticket) do update set body = excluded.body",
            list(profiles),
            [_PROFILE.dump_json(profile, exclude_defaults=True).decode() for profile in profiles.values()],
        )


async def plan(connection: Connection, planned: Sequence[Planned]) -> None:
    """Put notices down for delivery; one that is there already stays as it is."""
    rows = [
        (
            *(n.key, ticket, lane, n.to.audience, n.template, n.to.way.value),
            *(n.to.address, n.subject, n.text),
            *(n.not_before, n.peaceful, n.gathered, n.over),
            n.veil and n.veil.model_dump_json(exclude_none=True),
            n.origin,
        )
        for ticket, lane, n in planned
    ]
    if rows:
        await connection.execute(
            "insert into delivery (notice, ticket, lane, audience, template, way, address, subject, text, next_at,"
            " peaceful, gathered, over_at, veil, origin, status, attempts) select *, 'pending', 0 from"
            " unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],"
            " $9::text[], $10::timestamptz[], $11::bool[], $12::bool[], $13::timestamptz[], $14::json[],"
            " $15::text[]) on conflict do nothing",
            *columns(rows, 15),
        )
        await _take_along(connection, [each.notice.key for each in planned if _leaves_at_once(each.notice)])


def _leaves_at_once(notice: Notice) -> bool:
    """Whether it goes out now although whoever hears it is otherwise left in peace, or hears everything in one."""
    may_wait = notice.to.gathers or Owner(notice.to.audience).kind in LEFT_IN_PEACE
    return may_wait and not notice.peaceful and not notice.gathered


async def _take_along(connection: Connection, notices: Sequence[str]) -> None:
    """Let what was to be told before, of the same ticket to the same person, wait no longer than these."""
    if notices:
        await connection.execute(
            "update delivery e set peaceful = false, gathered = false,"  # noqa: S608 - our own words
            " next_at = least(e.next_at, d.next_at) from delivery d where d.notice = any($1::text[])"
            " and d.status = 'pending' and e.status = 'pending'"
            f" and (e.peaceful or e.gathered) and {_BEFORE}",
            notices,
        )


_BEFORE: Final = (
    "e.ticket = d.ticket and e.place < d.place and e.audience = d.audience"
    " and (d.audience = 'requester' or (e.address = d.address and d.way not in ('sms', 'call')))"
)
"""Which message `e` one person hears before `d`; whoever is on duty is rung up whatever did not reach them before."""
_FREE: Final = "status = 'pending' and (leased_until is null or leased_until < clock_timestamp())"
_ALONG: Final = (
    "along as (select e.notice from delivery d join delivery e on e.ticket = d.ticket and e.place > d.place"
    "   where d.notice in (select notice from due) and d.audience = 'requester' and e.audience = d.audience"
    "   and d.peaceful and e.peaceful and e.attempts = d.attempts and e.next_at <= $1 and not e.gathered"
    "   and e.status = 'pending' and (e.leased_until is null or e.leased_until < clock_timestamp())"
    "   for update of e skip locked),"
    " those as (select notice from due union select notice from along)"
)
"""What else waited for the requester of a ticket that is told something now; what was tried together stays together."""
_BEGIN: Final = (
    " taken as (update delivery d set attempts = d.attempts + 1, leased_until = clock_timestamp() + $2::interval"
    "   from those where d.notice = those.notice returning d.*),"
    " begun as (insert into attempt (notice, attempt, ticket, lane, way, begun_at)"
    "   select notice, attempts, ticket, lane, way, $1 from taken)"
    " select notice, ticket, audience, template, way, address, subject, text, attempts, over_at, veil"
    " from taken order by place"
)
"""Notes that an attempt of each that is due begins; the lease is real time."""


async def _taken(pool: Pool, statement: str, *values: object) -> list[asyncpg.Record]:
    """Ask as it is best asked now: a plan that was kept from when the table was empty compares each row with each."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local plan_cache_mode = force_custom_plan")
        return await connection.fetch(statement, *values)


class WantedDeliveries(NamedTuple):
    """How many deliveries to take at most, for how long; whether it is quiet, and which ways have a pace."""

    limit: int
    lease: timedelta
    quiet: bool = False
    paces: Sequence[Paced] = ()


async def take_due(pool: Pool, now: datetime, wanted: WantedDeliveries) -> list[DueDelivery]:
    """Take deliveries that are due and nobody's; in quiet hours none that leaves people in peace.

    What one person is told of a ticket is taken one after the other, in the order in which it was wanted; what a
    requester is told and what waited with it, at once. By a way that has a pace no more is taken than may leave now.
    """
    async with pool.acquire() as connection, connection.transaction():
        may_leave = await _may_leave(connection, now, wanted.paces)
        rows = await _take(connection, now, wanted, may_leave)
        await _note_taken(connection, may_leave, [row["way"] for row in rows])
    return [DueDelivery(*row) for row in rows]


async def _may_leave(connection: Connection, now: datetime, paces: Sequence[Paced]) -> dict[str, float]:
    """Tell how much may leave now by each way that has a pace; nothing where nothing of them is due.

    The time is real: the other side counts by its own clock.
    """
    if not paces:
        return {}
    found = {paced.way: 0.0 for paced in paces}
    rows = await connection.fetch(_MAY_LEAVE, *columns(paces, 3), now)
    if len(rows) < len(paces) and await connection.fetchval(_DUE_BY, list(found), now):
        await connection.execute(_FIRST, *columns(paces, 3))
        rows = await connection.fetch(_MAY_LEAVE, *columns(paces, 3), now)
    return found | {row["way"]: row["may"] for row in rows}


_DUE_BY: Final = (
    "select exists (select from delivery where status = 'pending' and next_at <= $2 and way = any($1::text[]))"
)
_FIRST: Final = (
    "insert into pace (way, left_over, at) select way, at_once, clock_timestamp()"
    " from unnest($1::text[], $2::float8[], $3::int[]) x(way, per_second, at_once) order by way on conflict do nothing"
)
_MAY_LEAVE: Final = (
    "select way, least(at_once, left_over + extract(epoch from clock_timestamp() - at) * per_second)::float8 as may"
    " from pace join unnest($1::text[], $2::float8[], $3::int[]) x(way, per_second, at_once) using (way)"
    " where exists (select from delivery d where d.status = 'pending' and d.next_at <= $4 and d.way = pace.way)"
    " order by way for update of pace"
)


async def _note_taken(connection: Connection, may_leave: Mapping[str, float], ways: Sequence[str]) -> None:
    """Write down what is left after so many were taken."""
    left = sorted((way, max(may - ways.count(way), 0.0)) for way, may in may_leave.items() if way in ways)
    if left:
        await connection.execute(
            "update pace set left_over = x.left_over, at = clock_timestamp()"
            " from unnest($1::text[], $2::float8[]) x(way, left_over) where pace.way = x.way",
            *columns(left, 2),
        )


async def _take(
    connection: Connection, now: datetime, wanted: WantedDeliveries, may_leave: Mapping[str, float]
) -> list[asyncpg.Record]:
    closed = [way for way, may in may_leave.items() if may < 1]
    limit = min((wanted.limit, *(int(may) for may in may_leave.values() if may >= 1)))
    await connection.execute("set local plan_cache_mode = force_custom_plan")
    return await connection.fetch(
        f"with due as (select notice from delivery d where {_FREE} and next_at <= $1 and not gathered"  # noqa: S608 - our own words
        "   and way <> all($5::text[]) and not (peaceful and $4) and not exists (select from delivery e"
        f"   where {_BEFORE} and e.status = 'pending' and not e.gathered)"
        f"  order by next_at, place limit $3 for update skip locked), {_ALONG}, {_BEGIN}",
        now,
        wanted.lease,
        limit,
        wanted.quiet,
        closed,
    )


async def take_gathered(pool: Pool, now: datetime, lease: timedelta) -> list[DueDelivery]:
    """Take all that is gathered for an address as soon as some of it is due."""
    rows = await _taken(
        pool,
        f"with due as (select notice from delivery where {_FREE} and gathered and address in (select address"  # noqa: S608 - our own words
        f"   from delivery where {_FREE} and gathered and next_at <= $1)"
        f"  order by place for update skip locked), those as (select notice from due), {_BEGIN}",
        now,
        lease,
    )
    return [DueDelivery(*row) for row in rows]


async def end(pool: Pool, ended: Sequence[Ended]) -> None:
    """Write what attempts came to; of a delivery that was finished meanwhile, only the attempt is written."""
    await pool.execute(
        "with x as (select * from unnest($1::text[], $2::int[], $3::timestamptz[], $4::text[], $5::text[],"
        "   $6::timestamptz[], $7::text[]) x(notice, attempt, at, outcome, error, next_at, sent_as)),"
        " noted as (update attempt a set ended_at = x.at, outcome = x.outcome, error = x.error, next_at = x.next_at"
        "   from x where a.notice = x.notice and a.attempt = x.attempt)"
        " update delivery d set status = case x.outcome when 'failed' then 'pending' else x.outcome end,"
        "   next_at = coalesce(x.next_at, d.next_at), leased_until = null,"
        "   address = case x.outcome when 'failed' then d.address end,"
        "   veil = case when x.outcome not in ('delivered', 'dropped') then d.veil end,"
        "   sent_as = x.sent_as, accepted_at = case when x.sent_as is not null then x.at end"
        "   from x where d.notice = x.notice and d.status = 'pending' and d.attempts = x.attempt",
        *columns(ended, 7),
    )


async def settle(connection: Connection, ended: Sequence[Ended]) -> None:
    """Let deliveries stand as facts tell of them, where they are kept: what was told is not told again.

    Under which id the other side took a message no fact says: what was accepted since is reported to nobody.
    """
    if ended:
        await connection.execute(
            "with x as (select * from unnest($1::text[], $2::int[], $3::timestamptz[], $4::text[], $5::text[],"
            "   $6::timestamptz[]) with ordinality x(notice, attempt, at, outcome, error, next_at, place)),"
            " tried as (select distinct on (notice, attempt) * from x"
            "   where outcome not in ('undelivered', 'unconfirmed') order by notice, attempt, place desc),"
            " noted as (insert into attempt (notice, attempt, ticket, lane, way, begun_at, ended_at, outcome, error,"
            "   next_at, told) select x.notice, x.attempt, d.ticket, d.lane, d.way, x.at, x.at, x.outcome, x.error,"
            "   x.next_at, true from tried x join delivery d using (notice) on conflict (notice, attempt) do update"
            "   set ended_at = excluded.ended_at, outcome = excluded.outcome, error = excluded.error,"
            "   next_at = excluded.next_at, told = true),"
            " last as (select distinct on (notice) *, outcome in ('accepted', 'undelivered', 'unconfirmed') as taken"
            "   from x order by notice, place desc)"
            " update delivery d set status = case last.outcome when 'failed' then 'pending' else last.outcome end,"
            "   attempts = greatest(d.attempts, last.attempt), next_at = coalesce(last.next_at, d.next_at),"
            "   leased_until = null, address = case last.outcome when 'failed' then d.address end,"
            "   veil = case when last.outcome not in ('delivered', 'dropped') then d.veil end,"
            "   sent_as = case when last.taken then coalesce(d.sent_as, 'lost/' || d.notice) else d.sent_as end,"
            "   accepted_at = case when last.taken then coalesce(d.accepted_at, last.at) else d.accepted_at end"
            " from last where d.notice = last.notice"
            " and d.status in ('pending', 'accepted', 'undelivered', 'unconfirmed')",
            *columns([each[:6] for each in ended], 6),
        )


async def unreported_lanes(connection: Connection, lanes: Sequence[str]) -> list[str]:
    """Tell in which lanes attempts have ended, or were settled, of which no fact was made yet."""
    rows = await connection.fetch(
        "select lane from unnest($1::text[]) lane where exists"
        " (select from attempt a where a.lane = lane.lane and a.outcome is not null and not a.told)"
        " or exists (select from settlement s where s.lane = lane.lane and not s.told)",
        lanes,
    )
    return [row["lane"] for row in rows]


async def unreported(connection: Connection, lanes: Sequence[str], most: int) -> list[asyncpg.Record]:
    """Read the attempts that ended, and what was settled, of which no fact was made yet, in the order in time."""
    return await connection.fetch(
        "select notice, attempt, ticket, lane, way, ended_at, outcome, error, next_at, false as settled from attempt"
        " where lane = any($1::text[]) and outcome is not null and not told"
        " union all select notice, attempts, ticket, lane, way, ended_at, outcome, error, null, true from settlement"
        " where lane = any($1::text[]) and not told"
        " order by ended_at, settled, notice, attempt limit $2",
        lanes,
        most,
    )


async def not_arrived(connection: Connection, notices: Sequence[str]) -> list[NotArrived]:
    """Read messages that did not arrive, with what else their persons were told."""
    rows = await connection.fetch(
        "select notice, ticket, audience, template, way, subject, text, peaceful, over_at, veil,"
        " coalesce(origin, notice), array(select e.way from delivery e where e.ticket = d.ticket"
        "   and coalesce(e.origin, e.notice) = coalesce(d.origin, d.notice)),"
        " array(select e.template from delivery e where e.ticket = d.ticket and e.audience = d.audience"
        "   and e.place > d.place) from delivery d where notice = any($1::text[])",
        notices,
    )
    return [NotArrived(*row) for row in rows]


async def mark_reported(connection: Connection, rows: Sequence[asyncpg.Record]) -> None:
    """Note that facts were made of these."""
    if attempts := [(row["notice"], row["attempt"]) for row in rows if not row["settled"]]:
        await connection.execute(
            "update attempt a set told = true from unnest($1::text[], $2::int[]) x(notice, attempt)"
            " where a.notice = x.notice and a.attempt = x.attempt",
            *columns(attempts, 2),
        )
    if settled := [(row["notice"], row["outcome"]) for row in rows if row["settled"]]:
        await connection.execute(
            "update settlement s set told = true from unnest($1::text[], $2::text[]) x(notice, outcome)"
            " where s.notice = x.notice and s.outcome = x.outcome",
            *columns(settled, 2),
        )


async def waiting(pool: Pool, now: datetime, *, quiet: bool) -> Mapping[str, int]:
    """Count deliveries that are due or being attempted, by way; what waits for the end of quiet hours is not due."""
    rows = await pool.fetch(
        "select way, count(*) as n from delivery where status = 'pending' and next_at <= $1 and not (peaceful and $2)"
        " group by way",
        now,
        quiet,
    )
    return {row["way"]: row["n"] for row in rows}
