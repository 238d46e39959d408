"""What pages look up and note of who is at a ticket: who has it open, and whose it is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from chassis.service import Instant, Pool


class Seat(NamedTuple):
    """Who has a ticket open, by their logins, and whose it is to do, if anybody's."""

    present: Sequence[str] = ()
    claimed: str | None = None

    def besides(self, login: str) -> Seat:
        """The same as somebody sees it who has the ticket open as well."""
        return self._replace(present=[each for each in self.present if each != login])


# Whoever let three heartbeats of a page pass has gone.
async def beat(pool: Pool, ticket: str, login: str) -> None:
    """Note that somebody has a ticket open of which the office has a task, and forget whoever has gone."""
    await pool.execute(
        "insert into presence (ticket, login) select $1, $2 where exists (select from task where ticket = $1)"
        " on conflict (ticket, login) do update set seen = now()",
        *(ticket, login),
    )
    await pool.execute("delete from presence where seen < now() - interval '30 seconds'")


async def seats(pool: Pool, tickets: Sequence[str] | None = None, besides: str = "") -> Mapping[str, Seat]:
    """Tell of tickets, or of all where none are named, who has them open besides somebody, and whose they are."""
    rows = await pool.fetch(_SEATS, tickets, besides)
    return {row["ticket"]: Seat(row["present"], row["claimed"]) for row in rows}


_SEATS: Final = """
select ticket, coalesce(array_agg(presence.login order by presence.login) filter (
    where presence.login <> $2 and seen > now() - interval '30 seconds'), '{}') as present, max(claim.login) as claimed
from presence full join claim using (ticket)
where ($1::text[] is null or ticket = any($1)) and exists (
    select from task where task.ticket = coalesce(presence.ticket, claim.ticket) and body is not null
)
group by ticket order by ticket
"""


async def claim(pool: Pool, ticket: str, login: str, given_by: str | None, at: Instant) -> None:
    """Note whose a ticket is to do; of what the office has no task for, nothing."""
    await pool.execute(
        "insert into claim (ticket, login, given_by, at)"
        " select $1, $2, $3, $4 where exists (select from task where ticket = $1)"
        " on conflict (ticket) do update set login = excluded.login, given_by = excluded.given_by, at = excluded.at",
        *(ticket, login, given_by, at),
    )
    await _tell(pool, ticket)


async def let_go(pool: Pool, ticket: str) -> None:
    """Note that a ticket is nobody's to do."""
    await pool.execute("delete from claim where ticket = $1", ticket)
    await _tell(pool, ticket)


async def _tell(pool: Pool, ticket: str) -> None:
    """Let open lists show the row anew: an update notes its transaction."""
    await pool.execute("update task set weight = weight where ticket = $1 and body is not null", ticket)
