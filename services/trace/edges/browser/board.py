"""The board of leaders (领导看板): the day, the rates with what is behind them, bands, what is oldest, hot and hard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from aiohttp import web

from chassis import http
from chassis.problems import HttpProblem
from chassis.routes import Route, choice, flag, moment, text
from schemas.values import TicketState
from services.trace.core.bands import Band
from services.trace.core.rights import Right
from services.trace.edges import asked, entering, lookup
from services.trace.edges.asked import ANSWERS, CONTEXT
from services.trace.edges.browser import looking
from services.trace.edges.browser.fresh import FRESH
from services.trace.edges.browser.showing import page, show
from services.trace.edges.lookup import TicketStanding
from services.trace.edges.rates import By

_WINDOW: Final = timedelta(days=30)
_BANDED: Final = "on_time"
"""Of which rate the bands are shown, where no other one is asked for."""
_LISTED: Final = 200


@page(Right.COUNTS)
async def show_board(request: web.Request) -> web.StreamResponse:
    """GET /board?wall=&rate=: the whole board, on one page, as it is now."""
    entering.require(request, Right.RATES)
    rate = request.query.get("rate") or _BANDED
    if rate not in {each.name for each in request.app[ANSWERS].rates()}:
        raise HttpProblem(404, "unknown_value", "rate", f"没有指标 {http.shown(rate)}，请回到看板再选。")
    counted = await request.app[FRESH].of(f"board {rate}", lambda: _count(request, rate))
    looks = entering.known(request).looks
    lists = {name: _said(request, counted[name], looks=looks) for name in ("oldest", "hard")}
    return show(request, "board.html", **{**counted, **lists}, chosen=rate, unusual=[Band.FAR_BELOW, Band.BELOW])


async def _count(request: web.Request, banded: str) -> Mapping[str, Any]:
    pool, answers, now = request.app[CONTEXT].pool, request.app[ANSWERS], request.app[CONTEXT].clock.now()
    midnight = _midnight(now, answers.words.zone)
    window = lookup.Window(now - _WINDOW, now + timedelta(microseconds=1), now)
    rates = [answers.rate(each, None, await lookup.verdicts(pool, each, None, window)) for each in answers.rates()]
    (split,) = (each for each in answers.rates() if each.name == banded)
    bands = answers.rate(split, By.DEPARTMENT, await lookup.verdicts(pool, split, By.DEPARTMENT, window))
    counts = await lookup.counted(pool, now)
    return {
        "today": await looking.today(pool, midnight, now),
        "states": [(code, answers.words.of("state", code), number) for code, number in counts["by_state"].items()],
        "rates": rates,
        "bands": _classes(bands["rows"]),
        "title": bands["title"],
        "oldest": await looking.oldest(pool, now),
        "hard": await looking.hard(pool, now),
        "hot": await looking.hot(pool, midnight, str(answers.words.zone)),
        "counted_at": now,
    }


def _midnight(now: datetime, zone: tzinfo) -> datetime:
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _classes(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The departments of each class, in the order of their names: bands are shown, and nobody is ranked."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted((each for each in rows if each["class"]), key=lambda each: str(each["part"])):
        found.setdefault(row["class_words"], []).append(row)
    return found


def _said(request: web.Request, found: Sequence[TicketStanding], *, looks: bool) -> Sequence[Mapping[str, Any]]:
    return [request.app[ANSWERS].standing(each, looks=looks) for each in found]


@page(Right.NUMBERS)
async def show_behind(request: web.Request) -> web.StreamResponse:
    """GET /board/rates/{rate}?part=&from=&to=: which tickets stand behind a rate, and as what each counts."""
    pool, answers, window = request.app[CONTEXT].pool, request.app[ANSWERS], asked.window(request)
    name = request.match_info["rate"]
    rate = next((each for each in answers.rates() if each.name == name), None)
    if rate is None:
        raise HttpProblem(404, "unknown_value", "rate", f"没有指标 {http.shown(name)}，请回到看板再选。")
    part = request.query.get("part")
    by = None if part is None else By.DEPARTMENT
    opened = lookup.Opened(part, _LISTED + 1, None)
    rows, more = asked.cut(await lookup.behind(pool, rate, by, window, opened), _LISTED)
    standings = {
        each.summary.ticket: each for each in await lookup.standings(pool, [r.ticket for r in rows], window.now)
    }
    looks = entering.known(request).looks
    tickets = [
        (answers.words.verdict(rate, row.verdict), answers.standing(standings[row.ticket], looks=looks))
        for row in rows
        if row.ticket in standings
    ]
    title = answers.words.rate(rate) + (f"：{answers.words.department(part)}" if part else "")
    return show(request, "behind.html", title=title, tickets=tickets, more=more, since=window.since, until=window.until)


@page(Right.LIST)
async def show_tickets(request: web.Request) -> web.StreamResponse:
    """GET /board/tickets?state=&overdue=: the tickets of a state, or the open ones that are late, the newest first.

    The desk of a department lists those that it leads.
    """
    pool, answers, now = request.app[CONTEXT].pool, request.app[ANSWERS], request.app[CONTEXT].clock.now()
    state, late = http.choice(request, "state", TicketState), http.flag(request, "overdue")
    wanted = lookup.TicketFilter(state, entering.department(request), late, open=state is None and late is True)
    found, more = asked.cut(await lookup.listed(pool, wanted, now, _LISTED + 1), _LISTED)
    title = answers.words.of("state", state) if state else "在办逾期的" if late else "全部工单"
    looks = entering.known(request).looks
    tickets = [(answers.words.of("state", each.summary.state), answers.standing(each, looks=looks)) for each in found]
    return show(request, "behind.html", title=title, tickets=tickets, more=more, since=None, until=None)


@page(Right.COUNTS)
async def show_daily(request: web.Request) -> web.StreamResponse:
    """GET /board/daily?day=: the brief of a day (日报) as a sheet of paper, yesterday's where none is named."""
    entering.require(request, Right.RATES)
    pool, answers, now = request.app[CONTEXT].pool, request.app[ANSWERS], request.app[CONTEXT].clock.now()
    zone = answers.words.zone
    asked_for = http.moment(request, "day", zone)
    since = _midnight(asked_for or now - timedelta(days=1), zone)
    until, week = since + timedelta(days=1), timedelta(days=7)
    window = lookup.Window(since, until, now)
    rates = [answers.rate(each, None, await lookup.verdicts(pool, each, None, window)) for each in answers.rates()]
    return show(
        request,
        "daily.html",
        day=await looking.day(pool, since, until),
        before=await looking.day(pool, since - week, until - week),
        categories=await looking.most_of(pool, "category", since, until),
        subdistricts=await looking.most_of(pool, "subdistrict", since, until),
        leads=await looking.most_of(pool, "lead", since, until),
        rates=[each for each in rates if each["rows"][0]["denominator"]],
        since=since,
    )


ROUTES: Final = (
    Route("GET", "/board", show_board, (text("wall"), text("rate"))),
    Route("GET", "/board/rates/{rate}", show_behind, (text("part"), *asked.WINDOW)),
    Route("GET", "/board/daily", show_daily, (moment("day"),)),
    Route("GET", "/board/tickets", show_tickets, (choice("state", TicketState), flag("overdue"))),
)
