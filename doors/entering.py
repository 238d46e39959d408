"""Who asks: the login that a request shows, and the person or desk of the policy behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web
from typing_extensions import TypedDict

from chassis import http
from chassis.clock import Clock
from chassis.logins import Caller, Doorkeeper
from chassis.problems import HttpProblem
from chassis.routes import Route
from chassis.service import Pool
from doors import sessions
from doors.people import Known, known_as
from rulebook import Policy

ANY_LOGIN: Final = "any"
"""What an address needs that everybody may ask who is logged in."""
_LOG_IN: Final = "请先登录：liuhen login，或者带上令牌：Authorization: Bearer …；会话十二小时后须重新登录。"
_GONE: Final = "这个登录的人今天不在名册上，或者没有职责。请让负责人核对 policy/office.yaml。"


@dataclass(frozen=True, slots=True)
class Entrance:
    """What tells who somebody is: whose login it is, and what the policy says of them at this moment."""

    keeper: Doorkeeper
    policy: Policy
    clock: Clock
    pool: Pool

    async def caller(self, shown: str, *, in_browser: bool) -> Caller | None:
        """Tell whose token or session this is; a session begun in a browser opens pages, and pages open to no other."""
        found = self.keeper.who(shown, self.clock.now())
        if found is None or (found.session is not None and found.session.in_browser) is not in_browser:
            return None
        return None if found.session is not None and await sessions.has_ended(self.pool, found.session) else found

    def known(self, login: str) -> Known:
        """Find who a login is today."""
        return known_as(self.policy, login, self.clock.now())


ENTRANCE: Final = web.AppKey("entrance", Entrance)


async def entered(request: web.Request) -> Known:
    """Tell who asks; a HttpProblem for nobody, and for whom the policy does not know today."""
    entrance = request.app[ENTRANCE]
    caller = await entrance.caller(http.bearer(request), in_browser=False)
    if caller is None:
        raise HttpProblem(401, "not_logged_in", "Authorization", _LOG_IN)
    found = entrance.known(caller.person)
    if not found.is_there:
        raise HttpProblem(403, "not_permitted", "Authorization", _GONE)
    return found


async def known_in_browser(request: web.Request) -> Known | None:
    """Tell whose session the browser shows, if the policy knows them today; a token of a script begins none."""
    entrance = request.app[ENTRANCE]
    caller = await entrance.caller(request.cookies.get(http.SESSION, ""), in_browser=True)
    if caller is None:
        return None
    found = entrance.known(caller.person)
    return found if found.is_there else None


async def log_out(request: web.Request) -> web.StreamResponse:
    """POST /v1/logout: end the session that is shown, at this door; a token goes on until it is revoked."""
    entrance = request.app[ENTRANCE]
    caller = await entrance.caller(http.bearer(request), in_browser=False)
    session = caller.session if caller else None
    if session is not None:
        await sessions.end(entrance.pool, session, entrance.clock.now())
    return http.json_answer({"ended": session is not None})


class LoggedOutAnswer(TypedDict):
    """Whether a session ended at this door; a token does not."""

    ended: bool


LOG_OUT: Final = Route("POST", "/v1/logout", log_out, needs=ANY_LOGIN, answers=LoggedOutAnswer)
