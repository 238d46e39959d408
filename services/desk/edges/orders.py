"""What a department's people see at the door: the orders of their department, as its topic has them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from chassis import http
from chassis.http import json_answer
from chassis.problems import HttpProblem
from chassis.routes import choice, number, text
from schemas.values import TicketState
from services.desk.edges import lookup
from services.desk.edges.keys import CONTEXT, LARGEST_PAGE, USUAL_PAGE, WHO, WORDS
from services.desk.edges.lookup import Meant, OrderPlace

PAGE: Final = (
    choice("state", TicketState),
    text("incident"),
    number("limit", usual=USUAL_PAGE, most=LARGEST_PAGE),
    text("after"),
)


async def list_orders(request: web.Request) -> web.StreamResponse:
    """GET /v1/orders?state=&incident=&limit=&after=: what is open, or in one state; due first comes first."""
    context, state = request.app[CONTEXT], http.choice(request, "state", TicketState)
    meant = Meant(request[WHO].department or "", state, request.query.get("incident"))
    limit = http.number(request, "limit", usual=USUAL_PAGE, most=LARGEST_PAGE)
    found, following = await lookup.orders(context.pool, meant, limit, _after(request), request.app[WORDS])
    total = await lookup.how_many_orders(context.pool, meant)
    place = f"{following.due.isoformat()}~{following.ticket}" if following else None
    return json_answer({"orders": found, "total": total, "next": place, "now": context.clock.now()})


def _after(request: web.Request) -> OrderPlace | None:
    given = request.query.get("after")
    if given is None:
        return None
    try:
        due, ticket = given.split("~")
        return OrderPlace(datetime.fromisoformat(due).astimezone(UTC), ticket)
    except (ValueError, OverflowError):
        words = "after 应为上一页的 next，原样写回（地址中的 + 写作 %2B）。"
        raise HttpProblem(422, "unknown_place", "after", words) from None


async def show_order(request: web.Request) -> web.StreamResponse:
    """GET /v1/orders/{ticket}: all that the department knows of a ticket, what it was shown of the contact included."""
    ticket, context = request.match_info["ticket"], request.app[CONTEXT]
    found = await lookup.order(context.pool, request[WHO].department or "", ticket, request.app[WORDS])
    if found is None:
        words = f"贵单位没有工单 {http.shown(ticket)}，请核对工单号。"
        raise HttpProblem(404, "unknown_ticket", "ticket", words)
    return json_answer(found)
