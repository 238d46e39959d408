"""Who asks, and what of the trace they may see."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from chassis.problems import HttpProblem
from doors.entering import ANY_LOGIN, ENTRANCE, entered
from doors.people import Known
from rulebook import Policy
from schemas.inbound import LookAtContact
from services.trace.core.rights import Reader, Right, of_department, of_office

_LOOKS: Final = str(LookAtContact.model_fields["do"].default)
_READER: Final = web.RequestKey("reader", Reader)


async def let_in(request: web.Request, needed: str) -> None:
    """Note who asks; a HttpProblem for nobody, and for whoever has no right to what is asked for."""
    if not needed:
        return
    note(request, await entered(request))
    if needed != ANY_LOGIN:
        require(request, Right(needed))


def note(request: web.Request, who: Known) -> None:
    """Note who asks whom a page let in."""
    request[_READER] = _reader(who, request.app[ENTRANCE].policy)


def _reader(known: Known, policy: Policy) -> Reader:
    if known.department is not None:
        return of_department(known.login, known.department)
    return of_office(known.login, known.roles, policy.office.may.get(_LOOKS, ()))


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
    Right.RIGHTS: "您的职责不能查看职责的变动。需要的，请向运维或者督办人查询。",
    Right.HEALTH: "您的职责不能查看系统运行情况。需要的，请让运维查询。",
}
