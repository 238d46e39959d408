"""Who of the office could do what at a moment, as the trace heard it."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from chassis import http
from chassis.http import json_answer
from chassis.problems import HttpProblem
from chassis.routes import Route, moment, text
from doors.entering import ENTRANCE
from rulebook.rights import folded
from schemas.rules import RightsChanged
from services.trace.core.rights import Right
from services.trace.edges import answered, lookup
from services.trace.edges.asked import CONTEXT

_PARAMETERS: Final = (moment("at"), text("person"), text("duty"))


async def show_rights(request: web.Request) -> web.StreamResponse:
    """GET /v1/rights?at=&person=&duty=: the roles that were held then, the acts that they allowed, and who said so."""
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    at = http.moment(request, "at", ZoneInfo(policy.office.zone)) or now
    person, act = request.query.get("person"), request.query.get("duty")
    bodies = await lookup.rights_changes(request.app[CONTEXT].pool, at)
    if not bodies:
        raise HttpProblem(404, "unknown", "at", "那时还没有留下职责的记录。请换一个晚一些的时间。")
    changes = [RightsChanged.model_validate_json(body) for body in bodies]
    rights, day = folded(changes), policy.day(at)
    roles = [each.model_dump(mode="json") for each in rights.held_on(day) if person in (None, each.person.id)]
    duties = [
        {"person": who.model_dump(), **allowance.model_dump()}
        for who, allowance in rights.may_on(day)
        if person in (None, who.id) and act in (None, allowance.act)
    ]
    last = changes[-1]
    said = {"at": at, "policy": last.policy, "by": last.by.model_dump(), "now": now}
    return json_answer({**said, "roles": roles, "duties": duties})


ROUTES: Final = (
    Route("GET", "/v1/rights", show_rights, _PARAMETERS, Right.RIGHTS, answers=answered.RightsAnswer, problems=(404,)),
)
