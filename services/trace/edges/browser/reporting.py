"""The report on a ticket that was dealt with (办结报告): what was asked, what came of it, and its course, on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from chassis import http
from chassis.problems import HttpProblem
from chassis.routes import Route
from schemas import registry
from schemas.dispatch import Handled
from schemas.tickets import Registered
from services.trace.core.rights import Right
from services.trace.edges import asked, entering, lookup, timeline_lookup
from services.trace.edges.asked import ANSWERS, CONTEXT
from services.trace.edges.browser.showing import page, show

_COURSE: Final = frozenset({registry.TICKETS, registry.DISPATCH})
"""Where what people did is told: clocks and notices follow from it."""


@page(Right.TIMELINE)
async def show_report(request: web.Request) -> web.StreamResponse:
    """GET /board/tickets/{ticket}/report: a ticket as a report; of one that nobody has dealt with yet there is none."""
    pool, answers, now = request.app[CONTEXT].pool, request.app[ANSWERS], request.app[CONTEXT].clock.now()
    ticket, looks = request.match_info["ticket"], entering.known(request).looks
    standings = await lookup.standings(pool, [ticket], now)
    if not standings:
        raise HttpProblem(404, "unknown_ticket", "ticket", f"没有工单 {http.shown(ticket)}，请核对编号。")
    rows = await timeline_lookup.timeline(pool, ticket, 0, asked.MOST)
    confidential = standings[0].summary.confidential
    entries = answers.timeline(rows, confidential=confidential, looks=looks)
    handled = _last(entries, Handled.type_name)
    if handled is None:
        raise HttpProblem(404, "not_handled", "ticket", f"工单 {http.shown(ticket)} 还没有办结，没有办结报告。")
    return show(
        request,
        "report.html",
        ticket=answers.standing(standings[0], looks=looks),
        confidential=confidential,
        began=_last(entries, Registered.type_name),
        handled=handled,
        course=[each for each in entries if each["topic"] in _COURSE],
    )


def _last(entries: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    return next((each for each in reversed(entries) if each["type"] == name), None)


ROUTES: Final = (Route("GET", "/board/tickets/{ticket}/report", show_report),)
