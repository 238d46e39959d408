"""What the questions over HTTP have in common: whom they are put to, which page, which window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, TypeVar

from aiohttp import web

from chassis import http, routes
from chassis.problems import HttpProblem
from chassis.service import EdgeContext
from services.trace.edges.answers import Answers
from services.trace.edges.lookup import Window
from vocabulary import parameter

T = TypeVar("T")

CONTEXT: Final = web.AppKey("context", EdgeContext)
ANSWERS: Final = web.AppKey("answers", Answers)
MOST: Final = 1000
_ON_A_PAGE: Final = 50
_USUAL: Final = timedelta(days=30)


PAGE: Final = (routes.number("limit", usual=_ON_A_PAGE, most=MOST), routes.text("after"))
WINDOW: Final = (routes.moment("from"), routes.moment("to"))


def page(request: web.Request, usual: int = _ON_A_PAGE) -> tuple[int, str | None]:
    """Read how many at once, and after which place."""
    return http.number(request, "limit", usual=usual, most=MOST), request.query.get("after")


def cut(found: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """The first `limit` of what was found, and whether there is more: one more than these is asked for."""
    return found[:limit], len(found) > limit


def no_place(after: str) -> HttpProblem:
    """Say that a page begins nowhere."""
    words = f"{parameter('after')}应为上一页答复中的 next，而不是 {http.shown(after)}。不写则从头开始。"
    return HttpProblem(422, "unknown_place", "after", words)


def window(request: web.Request) -> Window:
    """Read from when to when; the last thirty days where nothing is said."""
    now, zone = request.app[CONTEXT].clock.now(), request.app[ANSWERS].words.zone
    until = http.moment(request, "to", zone) or now + timedelta(microseconds=1)
    since = http.moment(request, "from", zone) or until - _USUAL
    if since >= until:
        named = f"{parameter('from')}应早于{parameter('to')}"
        words = f"{named}，而不是 {since.isoformat()} 至 {until.isoformat()}。只写截止时间的为此前三十天。"
        raise HttpProblem(422, "empty_window", "from", words)
    return Window(since, until, now)
