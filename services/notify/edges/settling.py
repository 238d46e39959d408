"""What became of messages that the other side took: found by its reports, or by its silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from chassis.service import Pool
from chassis.store import columns
from services.notify.core.reported import Reported

_MOST: Final = 2_000
_NEW: Final = timedelta(minutes=10)
_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
_SETTLED: Final = (
    " settled as (insert into settlement (notice, outcome, ticket, lane, way, attempts, ended_at, error)"
    "   select notice, outcome, ticket, lane, way, attempts, ended_at, error from moved on conflict do nothing"
    "   returning way, outcome)"
    " select way, outcome from settled"
)
_BY_REPORTS: Final = (
    "with said as (select r.message, r.outcome, r.error, r.at from report r where not r.used and r.at > $2"  # noqa: S608 - our own words
    "   and exists (select from delivery d where d.sent_as = r.message)"
    "   order by r.at limit $1 for update skip locked),"
    " used as (update report r set used = true from said"
    "   where r.message = said.message and r.outcome = said.outcome),"
    " found as (select distinct on (d.notice) d.notice, said.outcome, said.error, greatest(said.at, d.accepted_at) at"
    "   from said join delivery d on d.sent_as = said.message order by d.notice, said.outcome = 'delivered' desc),"
    " moved as (update delivery d set status = f.outcome, veil = case when f.outcome <> 'delivered' then d.veil end"
    "   from found f where d.notice = f.notice and (d.status in ('accepted', 'unconfirmed')"
    "     or (d.status = 'undelivered' and f.outcome = 'delivered'))"
    "   returning d.notice, f.outcome, d.ticket, d.lane, d.way, d.attempts, f.at as ended_at, f.error),"
    f"{_SETTLED}"
)
_BY_SILENCE: Final = (
    "with over as (select d.notice from delivery d"  # noqa: S608 - our own words
    "   join unnest($1::text[], $2::timestamptz[]) x(way, since) using (way)"
    "   where d.status = 'accepted' and d.accepted_at <= x.since limit $3 for update of d skip locked),"
    " moved as (update delivery d set status = 'unconfirmed' from over where d.notice = over.notice"
    "   returning d.notice, d.status as outcome, d.ticket, d.lane, d.way, d.attempts, $4::timestamptz as ended_at,"
    "   null::text as error),"
    f"{_SETTLED}"
)
_TOO_OLD: Final = "delete from report where at < $1"
"""What no message was found for in all that time is of nobody here."""


async def put_down(pool: Pool, reports: Sequence[Reported], at: datetime) -> None:
    """Keep what the other side reports; what was reported before stays as it was."""
    if reports:
        await pool.execute(
            "insert into report (message, outcome, error, at) select message, outcome, error, $4"
            " from unnest($1::text[], $2::text[], $3::text[]) x(message, outcome, error) on conflict do nothing",
            *columns(reports, 3),
            at,
        )


async def settle(
    pool: Pool, patience: Mapping[str, timedelta], now: datetime, *, all_reports: bool
) -> Counter[tuple[str, str]]:
    """Find what became of messages that ways took which report; tell how many came to what, by way and outcome.

    Reports of which no message is known are looked at in each round while they are new, then where `all_reports`
    are: whoever reports of what is not ours makes no round longer.
    """
    rows = list(await pool.fetch(_BY_REPORTS, _MOST, _BEGINNING if all_reports else now - _NEW))
    since = [(way, now - longest) for way, longest in sorted(patience.items())]
    rows += await pool.fetch(_BY_SILENCE, *columns(since, 2), _MOST, now)
    return Counter((row["way"], row["outcome"]) for row in rows)


async def forget(pool: Pool, patience: Mapping[str, timedelta], now: datetime) -> None:
    """Keep no report longer than twice the time in which it can tell anything."""
    await pool.execute(_TOO_OLD, now - 2 * max(patience.values()))


async def unreported(pool: Pool) -> Mapping[str, int]:
    """Count the messages that the other side took and has not reported of, by way."""
    rows = await pool.fetch("select way, count(*) as n from delivery where status = 'accepted' group by way")
    return {row["way"]: row["n"] for row in rows}
