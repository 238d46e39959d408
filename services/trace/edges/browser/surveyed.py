"""The desk of the survey office (大调研台): the ledger, who was where, what is doubtful, devices, the half hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from chassis.routes import Route, choice, flag, text
from services.trace.core.rights import Right
from services.trace.edges import survey, survey_lookup
from services.trace.edges.asked import CONTEXT, PAGE, WINDOW
from services.trace.edges.browser.showing import page, show

_KEPT: Final = ("from", "to", "unit", "visitor", "doubted", "settled", "limit")
"""What was asked of a page, and is asked of its next one again."""


@page(Right.SURVEY)
async def show_survey(request: web.Request) -> web.StreamResponse:
    """GET /survey?from=&to=: coverage of the units, the half hour as it lies, and what waits for the survey office."""
    covered = await survey.coverage(request)
    half = await survey.half_hour(request, ids=False)
    devices = await survey_lookup.device_requests(request.app[CONTEXT].pool)
    return show(request, "survey.html", covered=covered, half=half, devices=devices, said=kept(request.query))


@page(Right.SURVEY)
async def show_ledger(request: web.Request) -> web.StreamResponse:
    """GET /survey/visits?from=&to=&unit=&visitor=&doubted=&settled=&limit=&after=: the ledger, the newest first."""
    found = await survey.ledger(request)
    return show(request, "ledger.html", **found, units=survey.units_of(request), said=kept(request.query))


@page(Right.SURVEY)
async def show_ways(request: web.Request) -> web.StreamResponse:
    """GET /survey/half-hour?from=&to=: every ticket's way from the door to the department, the longest first."""
    found = await survey.half_hour(request, ids=True)
    ways = sorted(found["tickets"], key=lambda way: -way["minutes"])
    return show(request, "ways.html", half=found, ways=ways, said=kept(request.query))


def kept(asked: Mapping[str, str]) -> dict[str, str]:
    """What was asked of a page but the place in it; '' for what was not."""
    return {name: asked.get(name, "") for name in _KEPT}


ROUTES: Final = (
    Route("GET", "/survey", show_survey, (*WINDOW, choice("by", ("unit", "compound")))),
    Route(
        "GET",
        "/survey/visits",
        show_ledger,
        (*WINDOW, text("unit"), text("visitor"), flag("doubted"), flag("settled"), *PAGE),
    ),
    Route("GET", "/survey/half-hour", show_ways, WINDOW),
)
