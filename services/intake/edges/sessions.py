"""The session of a citizen who opened a receipt: short, at this door alone, and only while what opened it opens it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final, NamedTuple

from aiohttp import web

from chassis.problems import HttpProblem
from chassis.service import Pool
from doors.pages import form_of, is_from_elsewhere
from services.intake.edges.taking import CONFIG, CONTEXT, SETTINGS

COOKIE: Final = "liuhen_matter"
IDLE: Final = timedelta(minutes=20)
"""Real time for which nothing is asked."""
LASTS: Final = timedelta(hours=2)
"""Real time after which both are asked for again in any case."""
TOKEN: Final = "token"  # noqa: S105 - the name of a field
_STRANGE: Final = "这张表单不是从本页面提交的，或者页面开得太久。请刷新页面后再提交。"
_BYTES: Final = 32


class Session(NamedTuple):
    """What the browser shows, and the receipt that it opens by what was typed."""

    shown: str
    receipt: str
    factor: str


async def begin(request: web.Request, receipt: str, factor: str) -> Session:
    """Begin a session, which is another one than the browser brought along."""
    shown = secrets.token_urlsafe(_BYTES)
    await request.app[CONTEXT].pool.execute(
        "insert into citizen_session (id, receipt, factor) values ($1, $2, $3)", _id(shown), receipt, factor
    )
    return Session(shown, receipt, factor)


def keep(request: web.Request, response: web.StreamResponse, session: Session) -> None:
    """Let the browser keep a session, where no script reads it."""
    secure, seconds = request.app[SETTINGS].over_tls, int(LASTS.total_seconds())
    response.set_cookie(
        COOKIE, session.shown, httponly=True, samesite="Strict", secure=secure, path="/progress", max_age=seconds
    )


async def current(request: web.Request) -> Session | None:
    """Tell whose session the browser shows, and that it is in use; None for none, and for one that is over."""
    shown = request.cookies.get(COOKIE, "")
    if not shown:
        return None
    row = await request.app[CONTEXT].pool.fetchrow(
        "update citizen_session set seen_at = clock_timestamp()"
        " where id = $1 and seen_at > clock_timestamp() - $2::interval and begun_at > clock_timestamp() - $3::interval"
        " returning receipt, factor",
        *(_id(shown), IDLE, LASTS),
    )
    return None if row is None else Session(shown, *row)


async def end(request: web.Request, response: web.StreamResponse) -> None:
    """End the session, wherever its cookie lies by now."""
    await request.app[CONTEXT].pool.execute(
        "delete from citizen_session where id = $1", _id(request.cookies.get(COOKIE, ""))
    )
    response.del_cookie(COOKIE, path="/progress")


async def sweep(pool: Pool) -> None:
    """Forget sessions that are over."""
    await pool.execute("delete from citizen_session where seen_at < clock_timestamp() - $1::interval", LASTS)


def token_of(request: web.Request, session: Session) -> str:
    """Make the token that every form of this session carries."""
    return request.app[CONFIG].secrets.hashed("citizen form", session.shown)


async def posted(request: web.Request) -> dict[str, str]:
    """Read a form; a HttpProblem for one that a page of another site sent."""
    if is_from_elsewhere(request):
        raise HttpProblem(403, "foreign_form", TOKEN, _STRANGE)
    return await form_of(request)


def require_token(request: web.Request, session: Session, form: dict[str, str]) -> None:
    """Refuse a form that no page of this session sent."""
    if not hmac.compare_digest(form.pop(TOKEN, "").encode(errors="replace"), token_of(request, session).encode()):
        raise HttpProblem(403, "foreign_form", TOKEN, _STRANGE)


def _id(shown: str) -> bytes:
    return hashlib.sha256(shown.encode(errors="replace")).digest()
