"""Sessions that were ended by whose they are: a door knows them no more from the next request on, whoever shows them.

Each door keeps its own, in the table `ended_session` of its service.
"""

from __future__ import annotations

from chassis.logins import Session
from chassis.service import Instant, Pool


async def end(pool: Pool, session: Session, now: Instant) -> None:
    """End a session; what would be over by now in any case is remembered no longer."""
    await pool.execute(
        "insert into ended_session (id, until) values ($1, $2) on conflict do nothing", session.id, session.until
    )
    await pool.execute("delete from ended_session where until <= $1", now)


async def has_ended(pool: Pool, session: Session) -> bool:
    """Tell whether a session was ended."""
    found: bool = await pool.fetchval("select exists (select from ended_session where id = $1)", session.id)
    return found
