"""Whose hand it is at the desk of a department: its people share one login, and each act names one of them."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, unquote

from aiohttp import web
from pydantic import ValidationError

from chassis.problems import HttpProblem
from chassis.routes import Route, text
from doors.refusals import of_validation
from schemas.values import Person
from services.desk.edges.keys import WHO
from services.desk.edges.pages.carrying import Carried, carried_off, carried_on, resume
from services.desk.edges.pages.entering import keep_cookie, local, page, redirect
from services.desk.edges.pages.forms import posted
from services.desk.edges.pages.showing import HAND_COOKIE, show

_BETWEEN: Final = "~"
_A_SHIFT: Final = 12 * 3600
_WHO_ARE_YOU: Final = 401


def require_department(request: web.Request) -> str:
    """Name the department whose desk it is; a HttpProblem for a person of the office."""
    department = request[WHO].department
    if department is None:
        raise HttpProblem(403, "not_permitted", None, "这里是承办单位的工作台，请以承办单位登录；中心的待办在派单台。")
    return department


def hand_of(request: web.Request) -> Person | None:
    """Tell who sits at this browser, as they said; None where nobody has said."""
    number, _, name = request.cookies.get(HAND_COOKIE, "").partition(_BETWEEN)
    try:
        return Person(id=unquote(number), name=unquote(name))
    except ValidationError:
        return None


async def show_hand(request: web.Request) -> web.StreamResponse:
    """GET /hand?next=: the form in which somebody says who they are."""
    require_department(request)
    return _page(request, local(request.query.get("next", "/")), hand_of(request), None)


async def ask_hand(request: web.Request, following: str) -> web.Response:
    """Ask who sits there before anything is done, with what they typed beside it."""
    return _page(request, following, None, await carried_off(request), _WHO_ARE_YOU)


def _page(
    request: web.Request,
    following: str,
    hand: Person | None,
    carried: Carried | None,
    status: int = 200,
    wrong: str = "",
) -> web.Response:
    return show(request, "hand.html", status, following=following, hand=hand, carried=carried, wrong=wrong)


async def take_hand(request: web.Request) -> web.StreamResponse:
    """POST /hand: name in each act from now on who sits at this browser, until the session's end."""
    require_department(request)
    form = await posted(request)
    following, carried = local(form.get("next", "/")), await carried_on(request)
    try:
        person = Person(id=form.get("id", ""), name=form.get("name", ""))
    except ValidationError as error:
        return _page(request, following, None, carried, 422, of_validation(error).reason)
    response = redirect(following) if carried is None else resume(request, carried)
    keep_cookie(request, response, HAND_COOKIE, _BETWEEN.join(map(quote, (person.id, person.name))), _A_SHIFT)
    return response


ROUTES: Final = (
    Route("GET", "/hand", page(show_hand), (text("next"),)),
    Route("POST", "/hand", page(take_hand, typed=True)),
)
