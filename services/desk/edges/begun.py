"""Logins that were begun and wait for what a provider says: looked up once, and then gone."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe
from typing import Final, NamedTuple

from chassis.service import Instant, Pool
from doors.openid import LoginBegun

LASTS: Final = timedelta(minutes=10)
"""For so long somebody may type at the provider."""


class Begun(NamedTuple):
    """A login that was begun: what the provider was asked, where to go on, and what the terminal has to answer."""

    asked: LoginBegun
    following: str
    challenge: str | None


async def begin(pool: Pool, back: str, following: str, challenge: str | None, now: Instant) -> LoginBegun:
    """Begin a login; those that nobody went on with are forgotten."""
    asked = LoginBegun(token_urlsafe(32), token_urlsafe(32), token_urlsafe(48), back)
    await pool.execute("delete from begun_login where until <= $1", now)
    await pool.execute(
        "insert into begun_login (state, nonce, verifier, back, following, challenge, until)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        *(*asked, following, challenge, now + LASTS),
    )
    return asked


async def take(pool: Pool, state: str, now: Instant) -> Begun | None:
    """Go on with a login; None for one that nobody began, that somebody went on with before, or that took too long."""
    row = await pool.fetchrow("delete from begun_login where state = $1 returning *", state)
    if row is None or row["until"] <= now:
        return None
    asked = LoginBegun(row["state"], row["nonce"], row["verifier"], row["back"])
    return Begun(asked, row["following"], row["challenge"])
