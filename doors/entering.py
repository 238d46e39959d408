"""Who asks: the login that a request shows, and the person or desk of the policy behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from chassis import http
from chassis.clock import Clock
from chassis.logins import Doorkeeper
from chassis.problems import HttpProblem
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

    def known(self, login: str) -> Known:
        """Find who a login is today."""
        return known_as(self.policy, login, self.clock.now())


ENTRANCE: Final = web.AppKey("entrance", Entrance)


def entered(request: web.Request) -> Known:
    """Tell who asks; a HttpProblem for nobody, and for whom the policy does not know today."""
    entrance = request.app[ENTRANCE]
    caller = entrance.keeper.who(http.bearer(request), entrance.clock.now())
    if caller is None:
        raise HttpProblem(401, "not_logged_in", "Authorization", _LOG_IN)
    found = entrance.known(caller.person)
    if not found.is_there:
        raise HttpProblem(403, "not_permitted", "Authorization", _GONE)
    return found
