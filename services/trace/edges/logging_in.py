"""Logging in with a password, slowed where it is guessed; and who it is that asks."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chassis.clock import stopwatch
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


@dataclass(slots=True)
class Guesses:
    """What slows guessing, by person and by address: somebody else's guesses keep nobody out for more than a minute."""

    persons: Slowing = field(default_factory=lambda: Slowing(free=3, longest=60.0))
    addresses: Slowing = field(default_factory=lambda: Slowing(free=10, longest=900.0))
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    def wait(self, person: str, address: str) -> float:
        """Tell how long this person at this address has to wait."""
        now = stopwatch()
        return max(self.persons.wait(person, now), self.addresses.wait(address, now))

    def note(self, person: str, address: str, *, right: bool) -> None:
        """Note a try as wrong, and take it back once it is right, which clears the person and not the address."""
        if right:
            self.persons.right(person)
            self.addresses.undo(address, stopwatch())
        else:
            self.persons.wrong(person, stopwatch())
            self.addresses.wrong(address, stopwatch())


GUESSES: Final = web.AppKey("guesses", Guesses)
for _outcome in _OUTCOMES:
    LOGINS.labels(_SERVICE, _outcome)  # an alert cannot see the first step of a counter that comes out of nothing


async def log_in(request: web.Request) -> web.StreamResponse:
    """POST /v1/login {person, password}: begin a session; a wrong password and an unknown person are told alike."""
    asked, guesses, address = await _read(request), request.app[GUESSES], request.remote or ""
    if (wait := guesses.wait(asked.person, address)) > 0:
        LOGINS.labels(_SERVICE, "slowed").inc()
        seconds = math.ceil(wait)
        words = f"连续输错，请等 {seconds} 秒后再试。忘记密码的，请管理员执行 liuhen logins password 重设。"
        raise HttpProblem(429, "too_many_attempts", "password", words, retry_after=seconds)
    # Noted before it is checked: whoever asks many times at once has as many wrong answers against them.
    guesses.note(asked.person, address, right=False)
    entrance = request.app[ENTRANCE]
    async with guesses.turns:
        right = await asyncio.to_thread(entrance.keeper.check, asked.person, asked.password)
    if not right or not entrance.known(asked.person).is_there:
        LOGINS.labels(_SERVICE, "wrong").inc()
        words = "姓名编号或者密码不对，或者今天不在名册上。请核对后再试；忘记密码的，请管理员重设。"
        raise HttpProblem(401, "wrong_password", "password", words)
    guesses.note(asked.person, address, right=True)
    LOGINS.labels(_SERVICE, "session").inc()
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
