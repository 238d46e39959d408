"""What somebody asks for and did before, found by the number that calls: no number stands in an address or a log."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chassis.http import json_answer
from chassis.problems import HttpProblem
from doors.entering import ENTRANCE
from doors.keyed import phone_key
from doors.people import Known
from doors.permitted import not_permitted
from doors.refusals import of_validation
from rulebook import Policy
from rulebook.codes import FIND_CALLER
from schemas.values import PartyKind, Person
from services.desk.core.callers import shown
from services.desk.edges import lookup
from services.desk.edges.keys import CONTEXT, RULES, SECRET, WHO
from vocabulary import DUTIES

_HOUR: Final = timedelta(hours=1)
_MOST: Final = 100
"""Tickets that are shown of one number, the newest first."""
_LOOKS: Final = "look_at_contact"


class CallingNumber(BaseModel):
    """The number that calls, as it is shown or written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    phone: Annotated[str, StringConstraints(min_length=1, max_length=40)]


async def find(request: web.Request) -> web.StreamResponse:
    """POST /v1/callers: the tickets of a telephone number, newest first, for whoever the policy lets search."""
    context = request.app[CONTEXT]
    require_duty(request)
    key = await search(request, _phone(await request.read()))
    found, total = await lookup.tickets_of(context.pool, key, _MOST, confidential=_looks(request))
    now = context.clock.now()
    return json_answer({"tickets": [shown(each, request.app[RULES]) for each in found], "total": total, "now": now})


def _looks(request: web.Request) -> bool:
    """Tell whether whoever asks may look at contacts, so that they are told what was said in confidence."""
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    return not_permitted(policy, _LOOKS, DUTIES[_LOOKS], _person(request[WHO]), now) is None


async def search(request: web.Request, phone: str) -> str:
    """Make the hash by which the tickets of a number are found, and keep that somebody searched for it.

    A HttpProblem for what is no number, for whoever has not the duty, and for whoever searched too often.
    """
    require_duty(request)
    context, login = request.app[CONTEXT], request[WHO].login
    policy: Policy = request.app[ENTRANCE].policy
    most, now = policy.limits.looking.callers_per_hour, context.clock.now()
    key = phone_key(request.app[SECRET], phone)
    if key is None:
        words = "phone 不是一个电话号码，请写手机号，或者带区号的固定电话（分机用 转 连接）。"
        raise HttpProblem(422, "malformed", "phone", words)
    wait = await lookup.wait_to_search(context.pool, login, now, most, _HOUR)
    if wait is not None:
        seconds = math.ceil(wait.total_seconds())
        words = f"您一小时内已查询 {most} 次，请 {math.ceil(seconds / 60)} 分钟后再查；确需更多的，请让负责人调整规则。"
        raise HttpProblem(429, "too_many_requests", "phone", words, retry_after=seconds)
    await lookup.note_search(context.pool, login, now, key, confidential=_looks(request))
    return key


def _person(who: Known) -> Person:
    return Person(id=who.login, name=who.name)


def require_duty(request: web.Request) -> None:
    """Refuse whoever the policy does not let search for a caller."""
    who, now = request[WHO], request.app[CONTEXT].clock.now()
    if who.party.kind is not PartyKind.OFFICE:
        words = "来电查询是中心的事；贵单位的工单见 GET /v1/orders。"
        raise HttpProblem(403, "not_permitted", "Authorization", words)
    refused = not_permitted(request.app[ENTRANCE].policy, FIND_CALLER, DUTIES[FIND_CALLER], _person(who), now)
    if refused is not None:
        raise HttpProblem(403, *refused)


def _phone(body: bytes) -> str:
    try:
        return CallingNumber.model_validate_json(body).phone
    except ValidationError as error:
        refused = of_validation(error)
        raise HttpProblem(400 if refused.code == "not_json" else 422, *refused) from None
