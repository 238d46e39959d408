"""The house as it stands today (管理): who is there with which roles, who stands in, the roster, which departments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from chassis.problems import HttpProblem
from chassis.routes import Route
from doors.entering import ENTRANCE
from rulebook.codes import ONLY_LOOK
from rulebook.duty import gaps
from rulebook.previewing import SaidMessage, said_by
from services.desk.core.rights import may_read_tasks
from services.desk.edges import lookup
from services.desk.edges.keys import CONTEXT, WHO
from services.desk.edges.pages.entering import page
from services.desk.edges.pages.showing import show
from services.desk.edges.pages.trying import MAY_TRY
from vocabulary import ACTIONS, DUTIES

_GAPS: Final = 3


def require_house(request: web.Request) -> None:
    """Let see the house whoever acts in it, leads it or keeps it running; a HttpProblem for everybody else."""
    who = request[WHO]
    if not may_read_tasks(who) and ONLY_LOOK.isdisjoint(who.roles):
        raise HttpProblem(403, "not_permitted", None, "管理页由中心的人查看。需要的，请让派单员查询。")


async def show_house(request: web.Request) -> web.StreamResponse:
    """GET /office: persons, roles, delegations, the roster, departments with their dates, published calendars."""
    require_house(request)
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    day, here = policy.day(now), now.astimezone(ZoneInfo(policy.office.zone)).replace(tzinfo=None)
    return show(
        request,
        "office.html",
        day=day,
        roles_of={each.id: sorted(policy.roles_of(each.id, now)) for each in policy.office.people},
        names={each.id: each.name for each in policy.office.people},
        duty=policy.on_duty(now),
        shifts=[each for each in policy.duty.shifts if each.ends > here],
        open_times=gaps(policy.duty, here)[:_GAPS],
        may=_may(request),
        tries=not MAY_TRY.isdisjoint(request[WHO].roles),
        calendars=await lookup.calendars(request.app[CONTEXT].pool),
    )


async def show_messages(request: web.Request) -> web.StreamResponse:
    """GET /office/messages: every message to everybody, as it reads with the values of an example."""
    require_house(request)
    by_audience: dict[str, list[SaidMessage]] = {}
    for each in said_by(request.app[ENTRANCE].policy):
        by_audience.setdefault(each.audience, []).append(each)
    tries = not MAY_TRY.isdisjoint(request[WHO].roles)
    return show(request, "messages.html", by_audience=by_audience, tries=tries)


def _may(request: web.Request) -> Mapping[str, Sequence[str]]:
    """Who may do what today, act by act, in the words of acts."""
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    words = {do: ACTIONS[do] if do in ACTIONS else DUTIES[do] for do in policy.office.may}
    return {words[do]: [each.name for each in policy.who_may(do, now)] for do in policy.office.may}


ROUTES: Final = (
    Route("GET", "/office", page(show_house)),
    Route("GET", "/office/messages", page(show_messages)),
)
