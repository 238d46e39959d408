"""Logging in at an OpenID provider: from a browser by two pages, from a terminal by two addresses."""

from __future__ import annotations

import hmac
from typing import Annotated, Final, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from typing_extensions import TypedDict

from chassis.clock import wall
from chassis.http import json_answer
from chassis.metrics import LOGINS
from chassis.problems import HttpProblem
from chassis.routes import Body, Route, text
from doors.entering import ENTRANCE
from doors.openid import Provider, challenge_of
from services.desk.edges import begun
from services.desk.edges.begun import Begun
from services.desk.edges.keys import CONTEXT

PROVIDER: Final = web.AppKey("provider", Provider)
"""Is there where people log in at a provider."""
BACK: Final = "/login/openid/back"
_LONG: Final = 4_096
_JSON: Final = "application/json"
ANSWERED: Final = (
    *(text(name, longest=_LONG) for name in ("code", "state", "error_description")),
    *(text(name) for name in ("iss", "session_state", "error", "error_uri", "scope", "authuser", "hd", "prompt")),
)
"""What providers send a browser back with; some of it is passed over."""
_Model = TypeVar("_Model", bound=BaseModel)
_Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Loopback = Annotated[str, StringConstraints(pattern=r"^http://127\.0\.0\.1:[0-9]{4,5}/$")]


def provider_of(request: web.Request) -> Provider:
    """Name the provider; a HttpProblem where people log in with passwords."""
    found = request.app.get(PROVIDER)
    if found is None:
        raise HttpProblem(404, "unknown_path", None, "本系统没有接统一身份认证，请用密码登录。")
    return found


async def login_of(request: web.Request, state: str, code: str, going_on: Begun) -> str:
    """Tell whose login the provider's answer is; a HttpProblem for whom the policy does not know today."""
    provider = provider_of(request)
    if not code or not state:
        raise unknown_login()
    login = await provider.redeem(code, going_on.asked, wall())
    if not request.app[ENTRANCE].known(login).is_there:
        LOGINS.labels("desk", "unknown").inc()
        words = (
            f"统一身份认证说您的编号是 {login}，今天的名册上没有这个编号，或者没有职责。"
            "请让负责人核对 policy/office.yaml 里您的编号和起止日期，然后重新登录。"
        )
        raise HttpProblem(403, "not_permitted", "person", words)
    LOGINS.labels("desk", "session").inc()
    return login


def unknown_login() -> HttpProblem:
    """Say that nobody began this login, or that it was used."""
    words = "这次登录不是从这里开始的，或者已经用过、超过了十分钟。请重新登录。"
    return HttpProblem(401, "login_refused", "state", words)


class TerminalAsks(BaseModel):
    """A terminal that waits at an address of its own machine, and what it will show afterwards (PKCE, S256)."""

    model_config = ConfigDict(extra="forbid", strict=True)

    back: _Loopback
    challenge: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class TerminalShows(BaseModel):
    """What the browser brought back to the terminal, and what only that terminal knows."""

    model_config = ConfigDict(extra="forbid", strict=True)

    state: _Short
    code: Annotated[str, StringConstraints(min_length=1, max_length=_LONG)]
    verifier: _Short


class WhereToLogIn(TypedDict):
    """The address at which a browser logs in."""

    url: str


class SessionBegun(TypedDict):
    """A session that began, and until when it goes."""

    session: str
    until: str


async def ask_for_terminal(request: web.Request) -> web.StreamResponse:
    """POST /v1/login/openid {back, challenge}: where a browser logs in for a terminal that waits on its own machine."""
    provider, asked = provider_of(request), _read(TerminalAsks, await request.read())
    context = request.app[CONTEXT]
    began = await begun.begin(context.pool, asked.back, "", asked.challenge, context.clock.now())
    return json_answer({"url": await provider.where(began)})


async def redeem_for_terminal(request: web.Request) -> web.StreamResponse:
    """POST /v1/login/openid/redeem {state, code, verifier}: the session of who logged in, for that terminal alone."""
    provider_of(request)
    shown, context = _read(TerminalShows, await request.read()), request.app[CONTEXT]
    going_on = await begun.take(context.pool, shown.state, context.clock.now())
    if going_on is None or not hmac.compare_digest(going_on.challenge or "", challenge_of(shown.verifier)):
        raise unknown_login()
    login = await login_of(request, shown.state, shown.code, going_on)
    session, until = request.app[ENTRANCE].keeper.begin(login, context.clock.now())
    return json_answer({"session": session, "until": until})


def _read(model: type[_Model], data: bytes) -> _Model:
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else None
        words = f"请用 JSON 写明 {'、'.join(model.model_fields)}，照接口说明的格式。"
        raise HttpProblem(400, "bad_login", field, words) from None


ROUTES: Final = (
    Route(
        "POST",
        "/v1/login/openid",
        ask_for_terminal,
        asks=Body({_JSON: TerminalAsks}),
        answers=WhereToLogIn,
        problems=(401, 404),
    ),
    Route(
        "POST",
        "/v1/login/openid/redeem",
        redeem_for_terminal,
        asks=Body({_JSON: TerminalShows}),
        answers=SessionBegun,
        problems=(401, 403, 404),
    ),
)
