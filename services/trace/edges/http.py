"""Trace's edge: what was noted, asked for over HTTP and answered as JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from aiohttp import web

from chassis.service import Edge, EdgeContext
from services.trace.core.rates import By
from services.trace.edges import lookup
from services.trace.edges.answers import Answers
from services.trace.settings import TraceSettings

_CONTEXT: Final = web.AppKey("context", EdgeContext)
_ANSWERS: Final = web.AppKey("answers", Answers)
_MOST: Final = 1000
_USUAL: Final = timedelta(days=30)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve(settings: TraceSettings, answers: Answers) -> Edge:
    """Make the edge that answers on the port of the settings."""

    async def edge(context: EdgeContext) -> None:
        runner = web.AppRunner(application(context, answers), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.bind, settings.http_port).start()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    return edge


def application(context: EdgeContext, answers: Answers) -> web.Application:
    """Build the HTTP application."""
    app = web.Application(middlewares=[_say_what_is_wrong])
    app[_CONTEXT] = context
    app[_ANSWERS] = answers
    app.add_routes(
        [
            web.get("/v1/tickets", list_tickets),
            web.get("/v1/tickets/{name}", show_ticket),
            web.get("/v1/tickets/{name}/timeline", show_timeline),
            web.get("/v1/tickets/{name}/clocks", show_clocks),
            web.get("/v1/desk", show_desk),
            web.get("/v1/rates", show_rates),
            web.get("/v1/summary", show_summary),
            web.get("/v1/gaps", show_gaps),
        ]
    )
    return app


class _HttpProblem(Exception):  # noqa: N818 - an answer
    """A question that cannot be answered: the status, a machine's word and a person's."""

    def __init__(self, status: int, code: str, words: str, **more: Any) -> None:
        super().__init__(words)
        self.status = status
        self.body = {"error": code, "reason": words, **more}


@web.middleware
async def _say_what_is_wrong(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except _HttpProblem as problem:
        return _json(problem.body, problem.status)


def _json(body: Any, status: int = 200) -> web.Response:
    text = json.dumps(body, ensure_ascii=False, default=_plain)
    return web.Response(text=text, status=status, content_type="application/json")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


async def _ticket(request: web.Request) -> str:
    name = request.match_info["name"]
    found = await lookup.tickets_of(request.app[_CONTEXT].pool, name)
    if not found:
        raise _HttpProblem(404, "unknown", f"没有编号或者回执为{name}的工单", asked=name)
    if len(found) > 1:
        raise _HttpProblem(409, "several", f"回执{name}对应{len(found)}件工单，请用工单号查询", tickets=found)
    return found[0]


async def show_ticket(request: web.Request) -> web.StreamResponse:
    """GET /v1/tickets/{number or receipt}: where it stands and whose the ball was; a receipt may stand for several."""
    pool, answers, now = request.app[_CONTEXT].pool, request.app[_ANSWERS], request.app[_CONTEXT].clock.now()
    name = request.match_info["name"]
    found = await lookup.tickets_of(pool, name)
    if len(found) == 1:
        rows = await lookup.timeline(pool, found[0])
        (standing,) = await lookup.standings(pool, found, now)
        ball = answers.ball(rows, await answers.calendars.now(pool), now)
        return _json({**answers.standing(standing), "ball": ball, "now": now})
    rows = await lookup.timeline(pool, name)
    if not found and not rows:
        raise _HttpProblem(404, "unknown", f"没有编号或者回执为{name}的工单", asked=name)
    tickets = [answers.standing(standing) for standing in await lookup.standings(pool, found, now)]
    return _json({"receipt": name, "tickets": tickets, "timeline": answers.timeline(rows), "now": now})


async def show_timeline(request: web.Request) -> web.StreamResponse:
    """GET /v1/tickets/{number or receipt}/timeline: every fact, in order, with who, when and caused by what."""
    ticket = await _ticket(request)
    rows = await lookup.timeline(request.app[_CONTEXT].pool, ticket)
    return _json({"ticket": ticket, "entries": request.app[_ANSWERS].timeline(rows)})


async def show_clocks(request: web.Request) -> web.StreamResponse:
    """GET /v1/tickets/{number or receipt}/clocks?clock=: every clock, and day by day why it is due when it is."""
    ticket, now = await _ticket(request), request.app[_CONTEXT].clock.now()
    rows = await lookup.clocks(request.app[_CONTEXT].pool, ticket)
    wanted = request.query.get("clock")
    clocks = [request.app[_ANSWERS].clock(row, now) for row in rows if wanted in (None, row.clock, row.clock_id)]
    return _json({"ticket": ticket, "clocks": clocks, "now": now})


async def list_tickets(request: web.Request) -> web.StreamResponse:
    """GET /v1/tickets?state=&department=&overdue=&limit=: tickets, the newest first."""
    query, now = request.query, request.app[_CONTEXT].clock.now()
    overdue = {"true": True, "1": True, "false": False, "0": False}.get(query.get("overdue", "").lower())
    wanted = lookup.TicketFilter(query.get("state"), query.get("department"), overdue, _number(query, "limit", 50))
    found = await lookup.listed(request.app[_CONTEXT].pool, wanted, now)
    return _json({"tickets": [request.app[_ANSWERS].standing(standing) for standing in found], "now": now})


async def show_desk(request: web.Request) -> web.StreamResponse:
    """GET /v1/desk?queue=&limit=: what waits for whom in the office, what is due first at the top of each queue."""
    asked, limit = request.query.get("queue"), _number(request.query, "limit", 50)
    if asked is not None and asked not in lookup.queues():
        raise _HttpProblem(400, "queue", f"没有名为{asked}的队列", queues=lookup.queues())
    answers, queues = request.app[_ANSWERS], []
    for queue in (asked,) if asked else lookup.queues():
        rows = await lookup.waiting(request.app[_CONTEXT].pool, queue, limit)
        items = [answers.waiting(row) for row in rows]
        queues.append({"queue": queue, "words": answers.words.of("queue", queue), "items": items})
    return _json({"queues": queues, "now": request.app[_CONTEXT].clock.now()})


async def show_rates(request: web.Request) -> web.StreamResponse:
    """GET /v1/rates?from=&to=&by=&rate=&part=&ids=: the rates of a window, split, and the tickets behind one."""
    pool, answers, query = request.app[_CONTEXT].pool, request.app[_ANSWERS], request.query
    now, zone = request.app[_CONTEXT].clock.now(), answers.words.zone
    until = _moment(query, "to", zone, now + timedelta(microseconds=1))
    window = lookup.Window(_moment(query, "from", zone, until - _USUAL), until, now)
    by, name = _by(query), query.get("rate")
    rates = [rate for rate in answers.rates() if name in (None, rate.name)]
    if not rates:
        raise _HttpProblem(400, "rate", f"没有名为{name}的指标", rates=[rate.name for rate in answers.rates()])
    found = []
    for rate in rates:
        rated = answers.rate(rate, by, await lookup.verdicts(pool, rate, by, window))
        if query.get("ids", "").lower() in ("true", "1"):
            rated["tickets"] = await lookup.behind(pool, rate, by, window, query.get("part"))
        found.append(rated)
    return _json({"from": window.since, "to": window.until, "by": by, "rates": found, "now": now})


def _by(query: Mapping[str, str]) -> By | None:
    if "by" not in query:
        return None
    try:
        return By(query["by"])
    except ValueError:
        raise _HttpProblem(400, "by", f"不能按{query['by']}分组", by=list(By)) from None


def _moment(query: Mapping[str, str], name: str, zone: tzinfo, usual: datetime) -> datetime:
    if name not in query:
        return usual
    try:
        moment = datetime.fromisoformat(query[name])
    except ValueError:
        words = f"{name}应为日期或者带时区的时间，而不是{query[name]}"
        raise _HttpProblem(400, name, words) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


async def show_summary(request: web.Request) -> web.StreamResponse:
    """GET /v1/summary: tickets by state, channel and holder, and running clocks."""
    now = request.app[_CONTEXT].clock.now()
    counts = await lookup.counted(request.app[_CONTEXT].pool, now)
    return _json({**request.app[_ANSWERS].counted(counts), "now": now})


async def show_gaps(request: web.Request) -> web.StreamResponse:
    """GET /v1/gaps: what was not heard although something later of the same source was."""
    return _json({"gaps": await lookup.gaps(request.app[_CONTEXT].pool)})


def _number(query: Mapping[str, str], name: str, usual: int) -> int:
    text = query.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST):
        raise _HttpProblem(400, name, f"{name}应为1至{_MOST}的整数，而不是{text}")
    return int(text)
