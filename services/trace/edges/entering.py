"""Who asks: the login that a request shows, the person or desk of the policy behind it, and what they may see."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from chassis import http
from chassis.logins import Doorkeeper
from chassis.problems import HttpProblem
from services.trace.core.rights import Reader, Right, of_department, of_office
from services.trace.edges.asked import ANSWERS, CONTEXT

DOORKEEPER: Final = web.AppKey("doorkeeper", Doorkeeper)
ANY_LOGIN: Final = "any"
"""What an address needs that everybody may ask who is logged in."""
_READER: Final = web.RequestKey("reader", Reader)
_DESK: Final = "department."
_LOG_IN: Final = "请先登录：liuhen login，或者带上令牌：Authorization: Bearer …；会话十二小时后须重新登录。"
_GONE: Final = "这个登录的人今天不在名册上，或者没有职责。请让负责人核对 policy/office.yaml。"


def let_in(request: web.Request, needed: str) -> None:
    """Note who asks; a HttpProblem for nobody, and for whoever has no right to what is asked for."""
    if not needed:
        return
    caller = request.app[DOORKEEPER].who(http.bearer(request), request.app[CONTEXT].clock.now())
    if caller is None:
        raise HttpProblem(401, "not_logged_in", "Authorization", _LOG_IN)
    found = reader(request, caller.person)
    if not found.rights:
        raise HttpProblem(403, "not_permitted", "Authorization", _GONE)
    request[_READER] = found
    if needed != ANY_LOGIN:
        require(request, Right(needed))


def reader(request: web.Request, person: str) -> Reader:
    """Tell what somebody may see today: a person of the office, or the desk of a department."""
    now, policy = request.app[CONTEXT].clock.now(), request.app[ANSWERS].words.policy
    if person.startswith(_DESK):
        found = policy.department(person.removeprefix(_DESK))
        there = found is not None and found.valid_on(policy.day(now))
        return of_department(person, found.code) if found and there else of_office(person, ())
    return of_office(person, policy.roles_of(person, now))


def require(request: web.Request, right: Right) -> None:
    """Refuse whoever has not this right, and say what they can do."""
    if not may(request, right):
        raise HttpProblem(403, "not_permitted", "Authorization", _INSTEAD[right])


def known(request: web.Request) -> Reader:
    """Tell who asks."""
    return request[_READER]


def may(request: web.Request, right: Right) -> bool:
    """Tell whether who asks has this right."""
    return request[_READER].may(right)


def department(request: web.Request) -> str | None:
    """Name the department whose own tickets alone may be seen; None for whoever may see all."""
    return request[_READER].department


_ASK: Final = "需要的，请让派单员查询。"
_INSTEAD: Final = {
    Right.TICKET: f"您的职责不能查看单件工单。{_ASK}",
    Right.TIMELINE: "全部留痕只供中心查看。承办单位请用 liuhen department 单位代码 show 工单号。",
    Right.LIST: f"您的职责不能列出工单。{_ASK}",
    Right.QUEUES: f"您的职责不能查看中心的待办。{_ASK}",
    Right.SURVEY: f"您的职责不能查看大调研台账。{_ASK}",
    Right.RATES: "您的职责不能查看统计。需要的，请向督办人索取。",
    Right.NUMBERS: "您的职责不能查看统计后面的工单号。请不带 ids 再查，或者向督办人索取。",
    Right.COUNTS: "您的职责不能查看总量。需要的，请向督办人索取。",
    Right.HEALTH: "您的职责不能查看系统运行情况。需要的，请让运维查询。",
}
