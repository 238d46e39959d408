"""Logging in with a password, slowed where it is guessed; and who it is that asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.guessing import Guesses, begin_at_zero
from chassis.http import json_answer
from chassis.logins import LONGEST_PASSWORD
from chassis.metrics import LOGINS
from chassis.problems import HttpProblem
from chassis.routes import Body, Route
from chassis.slowing import Slowing
from doors.entering import ANY_LOGIN, ENTRANCE
from services.trace.edges import told
from services.trace.edges.entering import known

_SERVICE: Final = "trace"
_OUTCOMES: Final = ("session", "wrong", "slowed")
_AT_ONCE: Final = 2
"""Each check takes 64 MiB and a core for a while."""


class PasswordShown(BaseModel):
    """Who wants to log in, and with which password."""

    model_config = ConfigDict(extra="forbid", strict=True)

    person: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD)


GUESSES: Final = web.AppKey("guesses", Guesses)
TURNS: Final = web.AppKey("turns", asyncio.Semaphore)
begin_at_zero(_SERVICE, _OUTCOMES)


def guesses() -> Guesses:
    """Slow guessing by person and by address: somebody else's guesses keep nobody out for more than a minute."""
    instead = "忘记密码的，请管理员执行 liuhen logins password 重设。"
    persons, addresses = Slowing(free=3, longest=60.0), Slowing(free=10, longest=900.0)
    return Guesses(_SERVICE, "password", instead, persons, addresses, forgives=True)


def turns() -> asyncio.Semaphore:
    """Let few passwords be checked at once."""
    return asyncio.Semaphore(_AT_ONCE)


async def log_in(request: web.Request) -> web.StreamResponse:
    """POST /v1/login {person, password}: begin a session; a wrong password and an unknown person are told alike."""
    asked, guesses, address = await _read(request), request.app[GUESSES], request.remote or ""
    guesses.require_patience(asked.person, address)
    guesses.begin(asked.person, address)
    entrance = request.app[ENTRANCE]
    async with request.app[TURNS]:
        right = await asyncio.to_thread(entrance.keeper.check, asked.person, asked.password)
    if not right or not entrance.known(asked.person).is_there:
        LOGINS.labels(_SERVICE, "wrong").inc()
        words = "姓名编号或者密码不对，或者今天不在名册上。请核对后再试；忘记密码的，请管理员重设。"
        raise HttpProblem(401, "wrong_password", "password", words)
    guesses.right(asked.person, address, "session")
    session, until = entrance.keeper.begin(asked.person, entrance.clock.now())
    return json_answer({"session": session, "until": until, **_said(request, asked.person)})


async def _read(request: web.Request) -> PasswordShown:
    try:
        return PasswordShown.model_validate_json(await request.read())
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else None
        words = f"请用 JSON 写明 person 和 password，各为文字；密码不超过 {LONGEST_PASSWORD} 个字。"
        raise HttpProblem(400, "bad_login", field, words) from None


async def show_me(request: web.Request) -> web.StreamResponse:
    """GET /v1/me: who asks, with the roles of today."""
    return json_answer(_said(request, known(request).person))


def _said(request: web.Request, person: str) -> Mapping[str, Any]:
    who = request.app[ENTRANCE].known(person)
    return {"person": person, "name": who.name, "roles": sorted(who.roles), "department": who.department}


ROUTES: Final = (
    Route(
        "POST",
        "/v1/login",
        log_in,
        asks=Body({"application/json": PasswordShown}),
        answers=told.SessionAnswer,
        problems=(401,),
    ),
    Route("GET", "/v1/me", show_me, needs=ANY_LOGIN, answers=told.MeAnswer),
)
