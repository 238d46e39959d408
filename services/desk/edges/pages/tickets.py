"""Every ticket that there was: found by words, number, telephone number and date, and shown with its course."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from chassis.http import moment, number, shown
from chassis.problems import HttpProblem
from chassis.routes import Route, text
from chassis.routes import moment as of_moments
from chassis.routes import number as of_numbers
from doors.entering import ENTRANCE
from services.desk.core.callers import shown as as_read
from services.desk.core.rights import may_read_tasks
from services.desk.edges import callers
from services.desk.edges.keys import CONTEXT, RULES, WHO, WORDS
from services.desk.edges.pages import finding, waiting
from services.desk.edges.pages.entering import page, redirect
from services.desk.edges.pages.finding import WantedTickets
from services.desk.edges.pages.forms import posted
from services.desk.edges.pages.lookup import MOST_PAGES
from services.desk.edges.pages.queue import reads_of, require_office
from services.desk.edges.pages.returning import addressed, list_of
from services.desk.edges.pages.showing import show

HOME: Final = "/tickets"
_MOST_WORDS: Final = 8
_SUPERVISED: Final = "supervision_ordered"


async def show_tickets(request: web.Request) -> web.StreamResponse:
    """GET /tickets?text=&who=&from=&to=&page=: one page of the tickets that are meant, the newest first."""
    reads_all = may_read_tasks(request[WHO])
    if not reads_all:
        callers.require_duty(request)
    wanted, at = _wanted(request), number(request, "page", usual=1, most=MOST_PAGES)
    if not reads_all:
        # Whoever only takes calls finds what whoever calls asked for, and nothing else.
        wanted = WantedTickets(who=wanted.who)
    looks = reads_of(request).looks
    asked = any(each is not None for each in wanted)
    rows, more = await finding.tickets(request.app[CONTEXT].pool, wanted, at, looks=looks) if asked else ((), False)
    return show(
        request,
        "tickets.html",
        rows=[as_read(each, request.app[RULES]) for each in rows],
        more=more,
        asked=asked,
        reads_all=reads_all,
        at=at,
        link=lambda **other: _link(request, other),
        said={name: request.query.get(name, "") for name in ("text", "who", "from", "to")},
    )


def _wanted(request: web.Request) -> WantedTickets:
    if "who" in request.query:
        callers.require_duty(request)
    zone = ZoneInfo(request.app[ENTRANCE].policy.office.zone)
    said = {name: value for name, value in request.query.items() if value}
    since = moment(request, "from", zone) if "from" in said else None
    until = moment(request, "to", zone) if "to" in said else None
    whole_day = until is not None and len(said["to"]) == len("2026-11-01")
    return WantedTickets(
        said.get("text", "").split()[:_MOST_WORDS] or None,
        said.get("who"),
        since,
        until + timedelta(days=1) if until is not None and whole_day else until,
    )


def _link(request: web.Request, other: Mapping[str, str | int | None]) -> str:
    """The address of the list with something else in it."""
    return addressed(HOME, {**request.query, **other})


async def find_caller(request: web.Request) -> web.StreamResponse:
    """POST /tickets/caller: find whose tickets are those of a number, which stands in no address."""
    form = await posted(request)
    key = await callers.search(request, form.get("phone", ""))
    return redirect(addressed(HOME, {"who": key}))


async def show_ticket(request: web.Request) -> web.StreamResponse:
    """GET /tickets/{ticket}: a ticket, who has it, what it waits for, and its course."""
    return await _one(request, "ticket.html")


async def show_sheet(request: web.Request) -> web.StreamResponse:
    """GET /tickets/{ticket}/sheet: the ticket as a sheet of paper."""
    return await _one(request, "sheet.html")


async def show_supervision(request: web.Request) -> web.StreamResponse:
    """GET /tickets/{ticket}/supervision: the numbered order of supervision as a sheet of paper."""
    return await _one(request, "supervision.html")


async def _one(request: web.Request, template: str) -> web.Response:
    require_office(request)
    pool, ticket = request.app[CONTEXT].pool, request.match_info["ticket"]
    row = await finding.one(pool, ticket)
    if row is None:
        raise HttpProblem(404, "unknown_ticket", "ticket", f"没有工单 {shown(ticket)}，请核对编号，或者按内容查找。")
    looks, course = reads_of(request).looks, await finding.course(pool, ticket)
    read = row if looks or not row["confidential"] else {**row, "text": None, "place": None}
    ordered = [step for step in course if step.happened == _SUPERVISED]
    if template == "supervision.html" and not ordered:
        raise HttpProblem(404, "not_supervised", "ticket", f"工单 {shown(ticket)} 没有督办过，没有督办单。")
    return show(
        request,
        template,
        row=as_read(read, request.app[RULES]),
        withheld=row["confidential"] and not looks,
        orders=await finding.orders(pool, ticket, request.app[WORDS]),
        course=course,
        supervised=ordered,
        tasks=await waiting.of_ticket(pool, ticket),
        following=list_of(request, HOME),
    )


_FILTERS: Final = (text("text"), text("who"), of_moments("from"), of_moments("to"))
_PATH: Final = f"{HOME}/{{ticket}}"
ROUTES: Final = (
    Route("GET", HOME, page(show_tickets), (*_FILTERS, of_numbers("page", usual=1, most=MOST_PAGES))),
    Route("POST", f"{HOME}/caller", page(find_caller, typed=True)),
    Route("GET", _PATH, page(show_ticket)),
    Route("GET", f"{_PATH}/sheet", page(show_sheet)),
    Route("GET", f"{_PATH}/supervision", page(show_supervision)),
)
