"""Logging in with a password; and who it is that asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.http import json_answer
from chassis.logins import LONGEST_PASSWORD
from chassis.problems import HttpProblem
from chassis.routes import Body, Route
from doors.entering import ANY_LOGIN, ENTRANCE, LOG_OUT
from doors.passwords import PASSWORDS, require_passwords
from services.trace.edges import answered
from services.trace.edges.entering import known


class PasswordShown(BaseModel):
    """Who wants to log in, and with which password."""

    model_config = ConfigDict(extra="forbid", strict=True)

    person: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD)


async def log_in(request: web.Request) -> web.StreamResponse:
    """POST /v1/login {person, password}: begin a session; a wrong password and an unknown person are told alike."""
    asked, entrance = await _read(request), request.app[ENTRANCE]
    require_passwords(elsewhere=entrance.keeper.known_elsewhere)
    passwords, address = request.app[PASSWORDS], request.remote or ""
    await passwords.admit(entrance, asked.person, asked.password, address)
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
        answers=answered.SessionAnswer,
        problems=(401, 403),
    ),
    LOG_OUT,
    Route("GET", "/v1/me", show_me, needs=ANY_LOGIN, answers=answered.MeAnswer),
)
