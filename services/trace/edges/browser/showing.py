"""Pages of the trace as they are shown: to whoever is logged in at the desk, and may see what they are about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web

import vocabulary
from chassis.problems import HttpProblem
from chassis.routes import Handler
from doors.entering import known_in_browser
from doors.pages import KEYS_COOKIE, Pages, beside
from doors.people import Known
from services.trace.core.rights import Right
from services.trace.edges import entering
from services.trace.edges.asked import ANSWERS, CONTEXT

DESK: Final = web.AppKey("desk", str)
"""Where browsers reach the desk; '' where nobody said."""
_WHO: Final = web.RequestKey("who_looks", Known)
_SEE_OTHER: Final = 303
_PAGES: Final = Pages(Path(__file__).parent, vocabulary=vocabulary)
ROUTES: Final = _PAGES.routes


def page(right: Right) -> Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Handler]:
    """Let see a page whoever is logged in in their browser and has the right; tell everybody else what they can do."""

    def made(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            who = await known_in_browser(request)
            if who is None:
                return show(request, "nobody.html", web.HTTPUnauthorized.status_code)
            if "" in request.query.values():
                # A form says its empty fields too; an address says what is meant.
                meant = request.url.with_query([(name, said) for name, said in request.query.items() if said])
                return web.Response(status=_SEE_OTHER, headers={"Location": str(meant.relative())})
            request[_WHO] = who
            entering.note(request, who)
            try:
                entering.require(request, right)
                return await handler(request)
            except HttpProblem as problem:
                return show(request, "problem.html", problem.status, problem.headers, problem=problem.body)

        return answer

    return made


def show_problem(request: web.Request, status: int, problem: Mapping[str, Any]) -> web.Response:
    """Say what is wrong with an address to whoever opened it, who need not be logged in."""
    return show(request, "problem.html", status, problem=problem)


def show(
    request: web.Request, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> web.Response:
    """Answer with a page, for who is logged in if somebody is."""
    words, now, desk = request.app[ANSWERS].words, request.app[CONTEXT].clock.now(), request.app[DESK]

    def clock(moment: datetime) -> str:
        return moment.astimezone(words.zone).strftime("%m月%d日 %H:%M")

    def may(right: str) -> bool:
        return who is not None and entering.may(request, Right(right))

    who = request.get(_WHO)
    known: dict[str, Any] = {
        "words": words,
        "policy": words.policy,
        "now": now,
        "clock": clock,
        "here": request.path,
        "who": who,
    }
    known |= {"desk": beside(request, desk) if desk else "", "keys_on": request.cookies.get(KEYS_COOKIE) != "off"}
    known |= {"may": may, "wall": request.query.get("wall") == "yes"}
    return _PAGES.answer(template, status, headers, **known, **values)
