"""What the survey office decides of the survey itself: doubts of a visit, and who asks for another device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid4

from aiohttp import web

from chassis.problems import HttpProblem
from chassis.routes import Route, text
from doors.entering import ENTRANCE
from services.desk.core.acts import act_of
from services.desk.core.forms import Field, fields_of
from services.desk.edges import lookup as acts
from services.desk.edges.keys import CONTEXT, WHO, WORDS
from services.desk.edges.pages import lookup
from services.desk.edges.pages.entering import back, page, redirect
from services.desk.edges.pages.filling import Filled, Form, ShownAgain, keep_typed, offered, submit
from services.desk.edges.pages.forms import posted
from services.desk.edges.pages.lookup import Key, Typed
from services.desk.edges.pages.queue import may_do, require_office
from services.desk.edges.pages.returning import addressed
from services.desk.edges.pages.showing import show

_ACTS: Final[Mapping[str, Sequence[str]]] = {
    "doubts": ("settle_doubts",),
    "devices": ("approve_device", "decline_device"),
}
"""What can be decided, and by which acts."""
_ABOUT: Final = ("visit", "visitor", "device")
"""What an address names; of a draft it is the matter."""


async def show_matter(request: web.Request) -> web.StreamResponse:
    """GET /survey/{matter}?visit=&visitor=&device=&done=: the forms of what is to be decided."""
    require_office(request)
    return await _page(request)


async def _page(request: web.Request, status: int = 200, wrong: Form | None = None) -> web.Response:
    named = [do for do in _of(request) if may_do(request, do)]
    drafts = await lookup.drafts(request.app[CONTEXT].pool, request[WHO].login, _about(request), "survey")
    return show(
        request,
        "survey.html",
        status,
        forms=offered(named, lambda do: _fields(request, do), drafts, lambda _: _said(request), wrong),
        query=addressed("", _said(request)),
        base=f"/survey/{request.match_info['matter']}",
        done=request.query.get("done", ""),
        act_key=lambda: str(uuid4()),
    )


def _of(request: web.Request) -> Sequence[str]:
    found = _ACTS.get(request.match_info["matter"])
    if found is None:
        raise HttpProblem(404, "unknown_path", None, "没有这个地址，请从大调研台打开。")
    return found


def _said(request: web.Request) -> Typed:
    return {name: request.query[name] for name in _ABOUT if name in request.query}


def _about(request: web.Request) -> str:
    return " ".join(_said(request).values()) or "survey"


def _fields(request: web.Request, do: str) -> tuple[Field, ...]:
    return fields_of(do, request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now())


def _filled(request: web.Request, form: Mapping[str, str]) -> Filled:
    do = request.match_info["do"]
    if do not in _of(request):
        raise HttpProblem(404, "unknown_path", None, "不能这样办理，请从大调研台打开。")
    return Filled(Key(request[WHO].login, _about(request), "survey", do), _fields(request, do), form, {})


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /survey/{matter}/{do}: decide it as it was typed; what is refused keeps every word of it."""
    require_office(request)
    form = await posted(request)
    filled, clock = _filled(request, form), request.app[CONTEXT].clock
    act = act_of(request[WHO].login, form.get("act_key", ""))

    async def version() -> str:
        outcome = await acts.standing(request.app[CONTEXT].pool, request[WHO], act, request.app[WORDS], clock.now())
        return outcome["state"] if outcome is not None and outcome["state"] != "pending" else ""

    became = await submit(request, filled, version)
    if isinstance(became, ShownAgain):
        return await _page(request, 422, became.form)
    return redirect(addressed(f"/survey/{request.match_info['matter']}", {"done": became.id}))


async def keep_draft(request: web.Request) -> web.StreamResponse:
    """POST /survey/{matter}/{do}/draft: keep what is typed."""
    require_office(request)
    return await keep_typed(request, _filled(request, await posted(request)))


async def drop_draft(request: web.Request) -> web.StreamResponse:
    """POST /survey/{matter}/{do}/forget: forget what was typed, as its author wants."""
    require_office(request)
    filled = _filled(request, await posted(request))
    await lookup.drop(request.app[CONTEXT].pool, filled.key)
    return redirect(addressed(f"/survey/{request.match_info['matter']}", _said(request)))


_PATH: Final = "/survey/{matter}"
_MATTER: Final = tuple(text(name) for name in _ABOUT)
ROUTES: Final = (
    Route("GET", _PATH, page(show_matter), (*_MATTER, text("done"))),
    back(f"{_PATH}/{{do}}", _MATTER),
    Route("POST", f"{_PATH}/{{do}}", page(answer, typed=True), _MATTER),
    Route("POST", f"{_PATH}/{{do}}/draft", page(keep_draft), _MATTER),
    Route("POST", f"{_PATH}/{{do}}/forget", page(drop_draft), _MATTER),
)
