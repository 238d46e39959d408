"""Trace's edge: what was noted, asked for over HTTP and answered as JSON."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from chassis import http
from chassis.http import json_answer
from chassis.logins import Doorkeeper
from chassis.openapi import Terms, describe
from chassis.problems import HttpProblem
from chassis.routes import Route, choice, flag, number, text
from chassis.service import Edge, EdgeContext
from doors.entering import ENTRANCE, Entrance
from doors.passwords import PASSWORDS, Passwords
from rulebook import Policy
from schemas.values import Clock, TicketState
from services.trace.core.rights import Right
from services.trace.edges import (
    answered,
    asked,
    browser,
    entering,
    logging_in,
    lookup,
    reasons,
    rights,
    survey,
    timeline_lookup,
)
from services.trace.edges.answers import Answers
from services.trace.edges.asked import ANSWERS, CONTEXT, PAGE, WINDOW
from services.trace.edges.rates import By, Rate, rates_of
from services.trace.settings import TraceSettings
from vocabulary import QUEUES, parameter

TERMS: Final = Terms(
    service="trace",
    largest=1_000,
    known_by="A session that `POST /v1/login` began, or a token that `liuhen logins token` made.",
)


def serve(settings: TraceSettings, answers: Answers) -> Edge:
    """Make the edge that answers on the port of the settings."""
    keeper = settings.doorkeeper()
    return http.door(
        lambda context: application(context, answers, keeper, settings.desk),
        settings.bind,
        settings.http_port,
        settings.tls(),
    )


def application(context: EdgeContext, answers: Answers, keeper: Doorkeeper, desk: str = "") -> web.Application:
    """Build the HTTP application: it answers whoever is logged in and has a right to what is asked for.

    `desk` is where browsers reach the desk.
    """
    app = http.application(TERMS, routes(answers.words.policy), guard=entering.let_in, pages=browser.ROUTES)
    browser.prepare(app, desk)
    app[CONTEXT], app[ANSWERS] = context, answers
    app[ENTRANCE] = Entrance(keeper, answers.words.policy, context.clock, context.pool)
    app[PASSWORDS] = Passwords.of("trace")
    return app


def described(policy: Policy) -> dict[str, Any]:
    """Describe this door in OpenAPI, with the codes of a policy."""
    return describe(TERMS, routes(policy))


def routes(policy: Policy) -> tuple[Route, ...]:
    """Name every address."""
    departments = choice("department", (department.code for department in policy.departments))
    listed = (choice("state", TicketState), departments, flag("overdue"), *PAGE)
    rates = choice("rate", (rate.name for rate in rates_of(policy.rates)))
    of_rates = (*WINDOW, choice("by", By), rates, text("part"), flag("ids"), *PAGE)
    desk = (choice("queue", lookup.queues()), *PAGE)
    return (
        Route("GET", "/v1/tickets", list_tickets, listed, Right.LIST, answers=answered.TicketsAnswer, problems=(422,)),
        *_OF_ONE_TICKET,
        Route("GET", "/v1/desk", show_desk, desk, Right.COUNTS, answers=answered.DeskAnswer, problems=(422,)),
        Route("GET", "/v1/rates", show_rates, of_rates, Right.RATES, answers=answered.RatesAnswer, problems=(422,)),
        Route("GET", "/v1/summary", show_summary, needs=Right.COUNTS, answers=answered.SummaryAnswer),
        Route("GET", "/v1/gaps", show_gaps, needs=Right.HEALTH, answers=answered.GapsAnswer),
        *survey.routes(policy),
        *rights.ROUTES,
        *logging_in.ROUTES,
    )


def _unknown(name: str) -> HttpProblem:
    shown = http.shown(name)
    return HttpProblem(404, "unknown", "name", f"没有编号或者回执为 {shown} 的工单，请核对后再查。", asked=shown)


async def _found(request: web.Request, name: str) -> list[str]:
    """Find what a name stands for; a department finds its own alone, and of others not even that they are."""
    pool, department = request.app[CONTEXT].pool, entering.department(request)
    found = await (lookup.members_of if lookup.is_incident(name) else lookup.tickets_of)(pool, name)
    return found if department is None else await lookup.of_department(pool, department, found)


async def _ticket(request: web.Request) -> str:
    name = request.match_info["name"]
    found = await _found(request, name)
    if not found:
        raise _unknown(name)
    if len(found) > 1:
        words = f"回执 {name} 对应 {len(found)} 件工单，请用工单号查询。"
        raise HttpProblem(409, "several", "name", words, tickets=found)
    return found[0]


async def show_ticket(request: web.Request) -> web.StreamResponse:
    """GET /v1/tickets/{number or receipt}: where it stands and whose the ball was; a receipt may stand for several.

    An incident's code stands for its members, with the timeline of the incident itself.
    """
    pool, answers, now = request.app[CONTEXT].pool, request.app[ANSWERS], request.app[CONTEXT].clock.now()
    name, looks = request.match_info["name"], entering.known(request).looks
    found = await _found(request, name)
    if len(found) == 1 and not lookup.is_incident(name):
        rows = await timeline_lookup.life(pool, found[0])
        (standing,) = await lookup.standings(pool, found, now)
        ball = answers.ball(rows, await answers.calendars.now(pool), now)
        day = answers.hours.day // timedelta(minutes=1)
        return json_answer(
            {**answers.standing(standing, looks=looks), "ball": ball, "minutes_of_a_day": day, "now": now}
        )
    rows = await timeline_lookup.timeline(pool, name, 0, asked.MOST) if entering.may(request, Right.TIMELINE) else []
    if not found and not rows:
        raise _unknown(name)
    tickets = [answers.standing(standing, looks=looks) for standing in await lookup.standings(pool, found, now)]
    return json_answer({"receipt": name, "tickets": tickets, "timeline": answers.timeline(rows), "now": now})


async def show_timeline(request: web.Request) -> web.StreamResponse:
    """GET /v1/tickets/{number or receipt}/timeline?limit=&after=: what happened, with who, when and caused by what."""
    limit, after = asked.page(request, asked.MOST)
    if after is not None and not _PLACE.fullmatch(after):
        raise asked.no_place(after)
    ticket, pool = await _ticket(request), request.app[CONTEXT].pool
    first, now = int(after or 0), request.app[CONTEXT].clock.now()
    rows, more = asked.cut(await timeline_lookup.timeline(pool, ticket, first, limit + 1), limit)
    confidential = any(each.summary.confidential for each in await lookup.standings(pool, [ticket], now))
    earlier = await timeline_lookup.rested_on(pool, ticket, rows) if first else []
    looks = entering.known(request).looks
    entries = request.app[ANSWERS].timeline(rows, earlier, confidential=confidential, looks=looks)
    following = str(first + len(rows)) if more else None
    return json_answer({"ticket": ticket, "entries": entries, "first": first, "next": following})


async def show_clocks(request: web.Request) -> web.StreamResponse:
    """GET /v1/tickets/{number or receipt}/clocks?clock=: every clock, and day by day why it is due when it is."""
    ticket, now = await _ticket(request), request.app[CONTEXT].clock.now()
    pool, answers = request.app[CONTEXT].pool, request.app[ANSWERS]
    rows, calendar = await lookup.clocks(pool, ticket), await answers.calendars.now(pool)
    derived = await reasons.derived(pool, ticket)
    wanted = http.choice(request, "clock", dict.fromkeys((*Clock, *(row.clock_id for row in rows))))
    chosen = [row for row in rows if wanted in (None, row.clock, row.clock_id)]
    clocks = [answers.clock(row, now, calendar, derived.get(row.clock_id, reasons.Derived())) for row in chosen]
    return json_answer({"ticket": ticket, "clocks": clocks, "calendar": calendar.version, "now": now})


async def list_tickets(request: web.Request) -> web.StreamResponse:
    """GET /v1/tickets?state=&department=&overdue=&limit=&after=: tickets, the newest first, and how many in all.

    The desk of a department lists those that it leads, whatever it asks for.
    """
    pool, answers, now = request.app[CONTEXT].pool, request.app[ANSWERS], request.app[CONTEXT].clock.now()
    departments = [department.code for department in answers.words.policy.departments]
    own = entering.department(request)
    department = own or http.choice(request, "department", departments)
    wanted = lookup.TicketFilter(http.choice(request, "state", TicketState), department, http.flag(request, "overdue"))
    (limit, after), looks = asked.page(request), entering.known(request).looks
    if after is not None and not await lookup.is_ticket(pool, after, own):
        raise asked.no_place(after)
    found, more = asked.cut(await lookup.listed(pool, wanted, now, limit + 1, after), limit)
    tickets = [answers.standing(standing, looks=looks) for standing in found]
    total = await lookup.how_many(pool, wanted, now)
    following = found[-1].summary.ticket if more else None
    return json_answer({"tickets": tickets, "total": total, "next": following, "now": now})


async def show_desk(request: web.Request) -> web.StreamResponse:
    """GET /v1/desk?queue=&limit=&after=: what waits in the office, the most pressing on top, and how much in all.

    Whoever may only count is told how much.
    """
    if not entering.may(request, Right.QUEUES):
        return await _queues_counted(request)
    pool, answers = request.app[CONTEXT].pool, request.app[ANSWERS]
    wanted, (limit, after) = http.choice(request, "queue", lookup.queues()), asked.page(request)
    if after is not None and wanted is None:
        raise HttpProblem(
            422, "missing_parameter", "queue", f"写{parameter('after')}要同时写{parameter('queue')}：每个队列各自分页。"
        )
    queues: list[dict[str, Any]] = []
    for queue in (wanted,) if wanted else lookup.queues():
        try:
            rows, more = asked.cut(await lookup.waiting(pool, queue, limit + 1, after), limit)
        except ValueError:
            raise asked.no_place(after or "") from None
        queues.append(
            {
                "queue": queue,
                "words": QUEUES.said(queue),
                "items": [answers.waiting(row, looks=entering.known(request).looks) for row in rows],
                "total": await lookup.how_many_wait(pool, queue),
                "next": lookup.place_in_queue(rows[-1]) if more else None,
            }
        )
    return json_answer({"queues": queues, "now": request.app[CONTEXT].clock.now()})


async def _queues_counted(request: web.Request) -> web.StreamResponse:
    pool = request.app[CONTEXT].pool
    wanted = http.choice(request, "queue", lookup.queues())
    queues = [
        {"queue": queue, "words": QUEUES.said(queue), "total": await lookup.how_many_wait(pool, queue)}
        for queue in ((wanted,) if wanted else lookup.queues())
    ]
    return json_answer({"queues": queues, "now": request.app[CONTEXT].clock.now()})


async def show_rates(request: web.Request) -> web.StreamResponse:
    """GET /v1/rates?from=&to=&by=&rate=&part=&ids=&limit=&after=: the rates of a window, split, and what is behind."""
    pool, answers, window = request.app[CONTEXT].pool, request.app[ANSWERS], asked.window(request)
    by, name = http.choice(request, "by", By), http.choice(request, "rate", [rate.name for rate in answers.rates()])
    opened = _opened(request, by, name)
    found = []
    for rate in answers.rates():
        if name in (None, rate.name):
            rated = answers.rate(rate, by, await lookup.verdicts(pool, rate, by, window))
            if opened is not None:
                rated |= await _behind(request, rate, by, window, opened)
            found.append(rated)
    return json_answer({"from": window.since, "to": window.until, "by": by, "rates": found, "now": window.now})


def _opened(request: web.Request, by: By | None, rate: str | None) -> lookup.Opened | None:
    """Read which tickets are asked for; None where only figures are."""
    if not http.flag(request, "ids"):
        for name in ("part", "limit", "after"):
            if name in request.query:
                raise HttpProblem(
                    422, "missing_parameter", "ids", f"{parameter(name)}只用于列出工单，要同时写 ids=true。"
                )
        return None
    entering.require(request, Right.NUMBERS)
    if "part" in request.query and by is None:
        raise HttpProblem(
            422, "missing_parameter", "by", f"写{parameter('part')}要同时写{parameter('by')}：是按什么分列的哪一部分。"
        )
    if "after" in request.query and rate is None:
        raise HttpProblem(
            422, "missing_parameter", "rate", f"写{parameter('after')}要同时写{parameter('rate')}：每项指标各自分页。"
        )
    return lookup.Opened(request.query.get("part"), *asked.page(request, asked.MOST))


async def _behind(
    request: web.Request, rate: Rate, by: By | None, window: lookup.Window, opened: lookup.Opened
) -> dict[str, Any]:
    try:
        wanted = opened._replace(limit=opened.limit + 1)
        rows, more = asked.cut(await lookup.behind(request.app[CONTEXT].pool, rate, by, window, wanted), opened.limit)
    except ValueError:
        raise asked.no_place(opened.after or "") from None
    tickets: dict[str, list[str]] = {}
    for row in rows:
        tickets.setdefault(row.verdict, []).append(row.ticket)
    return {"tickets": tickets, "next": rows[-1].place if more else None}


async def show_summary(request: web.Request) -> web.StreamResponse:
    """GET /v1/summary: tickets by state, channel and holder, and running clocks."""
    now = request.app[CONTEXT].clock.now()
    counts = await lookup.counted(request.app[CONTEXT].pool, now)
    return json_answer({**request.app[ANSWERS].counted(counts), "now": now})


async def show_gaps(request: web.Request) -> web.StreamResponse:
    """GET /v1/gaps: what was not heard although something later of the same source was."""
    return json_answer({"gaps": await lookup.gaps(request.app[CONTEXT].pool)})


_PLACE: Final = re.compile(r"[0-9]{1,9}")
_ONE: Final = "/v1/tickets/{name}"
_SEVERAL: Final = (404, 409)
_STANDING: Final = answered.TicketAnswer | answered.ReceiptAnswer
_CLOCK: Final = (choice("clock", Clock),)
_OF_ONE_TICKET: Final = (
    Route("GET", _ONE, show_ticket, needs=Right.TICKET, answers=_STANDING, problems=(404,)),
    Route(
        "GET",
        f"{_ONE}/timeline",
        show_timeline,
        (number("limit", usual=asked.MOST, most=asked.MOST), text("after")),
        needs=Right.TIMELINE,
        answers=answered.TimelineAnswer,
        problems=(*_SEVERAL, 422),
    ),
    Route("GET", f"{_ONE}/clocks", show_clocks, _CLOCK, Right.TICKET, answers=answered.ClocksAnswer, problems=_SEVERAL),
)
