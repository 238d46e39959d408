"""The door of persons: what it answers 202 for is on the broker, in the name of who is logged in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeAlias

from aiohttp import web

from chassis import http
from chassis.http import json_answer
from chassis.openapi import Terms, describe
from chassis.problems import HttpProblem
from chassis.routes import Body, Handler, Route, choice, number, text
from chassis.service import Edge, EdgeContext
from doors.attachments import uploading
from doors.attachments.uploading import UPLOADS, Uploads
from doors.entering import ANY_LOGIN, ENTRANCE, LOG_OUT, Entrance, entered
from doors.openid import Provider
from doors.people import Known
from doors.refusals import Refusal
from rulebook import Policy
from rulebook.deriving import ClockRules
from schemas import registry
from services.desk.core import rules
from services.desk.core.rights import ORDERS, TASKS, Reads, may_read_tasks
from services.desk.core.rules import RulesChange
from services.desk.edges import acting, attachments, callers, lookup, orders, pages, providing, revealing, saying_rights
from services.desk.edges.answered import (
    ActAnswer,
    ActTaken,
    CalendarsAnswer,
    CallerAnswer,
    OneOrderAnswer,
    OrdersAnswer,
    RulesChanged,
    TasksAnswer,
)
from services.desk.edges.keys import (
    BOARD,
    CITIZENS,
    CONTEXT,
    LANES,
    LARGEST_PAGE,
    PATIENCE,
    REDACTION,
    RULES,
    SECRET,
    USUAL_PAGE,
    WHO,
    WORDS,
)
from services.desk.edges.lookup import QueuePlace
from services.desk.edges.pages.trying import FOLDER
from services.desk.settings import DeskSettings
from vocabulary import TASKS as TASK_WORDS
from vocabulary import parameter
from worktime import load_calendar

ReadChange: TypeAlias = Callable[[Policy, Known, bytes, datetime], RulesChange | Refusal]

TERMS: Final = Terms(
    service="desk",
    largest=1_000_000,  # with its headers it still fits into what the inbound topics take
    known_by="A session that began at the door of the trace, or a token that `liuhen logins token` made.",
)
_JSON: Final = "application/json"


def serve(settings: DeskSettings, policy: Policy) -> Edge:
    """Make the edge that answers on the port of the settings."""
    return http.door(
        lambda context: application(context, settings, policy), settings.bind, settings.http_port, settings.tls()
    )


def application(context: EdgeContext, settings: DeskSettings, policy: Policy) -> web.Application:
    """Build the HTTP application."""
    app = http.application(TERMS, routes(), guard=_let_in, pages=pages.ROUTES)
    app[CONTEXT], app[PATIENCE], app[WORDS] = context, settings.broker_patience, settings.words()
    app[LANES], app[BOARD], app[CITIZENS] = settings.lanes, settings.board, settings.citizen_home
    app[FOLDER] = settings.policy
    app[SECRET], app[REDACTION] = settings.secret.get_secret_value().encode(), settings.redaction_key
    app[RULES] = ClockRules(policy, load_calendar(settings.policy / "calendar"))
    app[UPLOADS] = Uploads(context.pool, context.clock, settings.keeper(), policy.limits.attachments)
    app[ENTRANCE] = Entrance(settings.doorkeeper(), policy, context.clock, context.pool)
    if (openid := settings.openid()) is not None:
        app[providing.PROVIDER] = Provider(openid)
    app[saying_rights.APPLIED_BY] = settings.applied_by
    app.cleanup_ctx.append(saying_rights.saying)
    pages.prepare(app, over_tls=settings.over_tls)
    return app


def routes() -> tuple[Route, ...]:
    """Name every address."""
    page = (choice("task", TASK_WORDS), number("limit", usual=USUAL_PAGE, most=LARGEST_PAGE), text("after"))
    return (
        _act("/v1/acts", acting.take_act, ActTaken, 202),
        Route("GET", "/v1/acts/{act}", acting.show_act, needs=ANY_LOGIN, answers=ActAnswer, problems=(404,)),
        Route("GET", "/v1/tasks", list_tasks, page, TASKS, answers=TasksAnswer, problems=(422,)),
        Route("GET", "/v1/orders", orders.list_orders, orders.PAGE, ORDERS, answers=OrdersAnswer, problems=(422,)),
        Route("GET", "/v1/orders/{ticket}", orders.show_order, needs=ORDERS, answers=OneOrderAnswer, problems=(404,)),
        _act("/v1/contacts/{ticket}/reveal", revealing.reveal, ActAnswer, 200),
        Route(
            "POST",
            "/v1/callers",
            callers.find,
            needs=ANY_LOGIN,
            asks=Body({_JSON: callers.CallingNumber}),
            answers=CallerAnswer,
            problems=(422,),
        ),
        LOG_OUT,
        *providing.ROUTES,
        uploading.route(ANY_LOGIN, attachments.uploader_of),
        attachments.ROUTE,
        Route("GET", "/v1/calendars", list_calendars, needs=ANY_LOGIN, answers=CalendarsAnswer),
        _rules("/v1/rules/calendar", rules.calendar, "Publish a year's calendar, in the holiday-cn JSON format."),
        _rules("/v1/rules/rederivation", rules.rederivation, "Order open clocks to be derived again."),
    )


def described() -> dict[str, object]:
    """Describe this door in OpenAPI."""
    return describe(TERMS, routes())


def _act(path: str, handler: Handler, answers: type, status: int) -> Route:
    """An address at which somebody acts, under a key of their own."""
    return Route(
        "POST",
        path,
        handler,
        needs=ANY_LOGIN,
        headers=(acting.KEY,),
        asks=Body({_JSON: None}),
        answers=answers,
        status=status,
        problems=(409, 422),
    )


def _rules(path: str, reading: ReadChange, summary: str) -> Route:
    return Route(
        "POST",
        path,
        _changing(reading),
        needs=ANY_LOGIN,
        asks=Body({_JSON: None}),
        answers=RulesChanged,
        status=202,
        problems=(422,),
        summary=summary,
    )


async def _let_in(request: web.Request, needed: str) -> None:
    """Note who asks; a HttpProblem for nobody, and for whoever has no right to what is asked for."""
    if not needed:
        return
    request[WHO] = who = await entered(request)
    if needed == TASKS and not may_read_tasks(who):
        raise HttpProblem(403, "not_permitted", "Authorization", "您的职责不能查看中心的待办。需要的，请让派单员查询。")
    if needed == ORDERS and who.department is None:
        words = "这里是承办单位的工作台，中心的人看不到。请用 liuhen ticket 查询，或者以承办单位登录。"
        raise HttpProblem(403, "not_permitted", "Authorization", words)


async def list_tasks(request: web.Request) -> web.StreamResponse:
    """GET /v1/tasks?task=&limit=&after=: what waits for the office, what waits longest first, and how much in all."""
    pool, task = request.app[CONTEXT].pool, http.choice(request, "task", TASK_WORDS)
    limit = http.number(request, "limit", usual=USUAL_PAGE, most=LARGEST_PAGE)
    tasks, following = await lookup.waiting(pool, task, limit, _after(request))
    total = await lookup.how_many_wait(pool, task)
    place = f"{following.since.isoformat()}~{following.ticket}~{following.task}" if following else None
    now = request.app[CONTEXT].clock.now()
    reads = Reads.of(request[WHO].login, request.app[ENTRANCE].policy, now)
    tasks = [reads.document(each) for each in tasks]
    return json_answer({"tasks": tasks, "total": total, "next": place, "now": now})


def _after(request: web.Request) -> QueuePlace | None:
    given = request.query.get("after")
    if given is None:
        return None
    try:
        since, ticket, task = given.split("~")
        return QueuePlace(datetime.fromisoformat(since).astimezone(UTC), ticket, task)
    except (ValueError, OverflowError):
        words = f"{parameter('after')}应为上一页的 next，原样写回（地址中的 + 写作 %2B）。"
        raise HttpProblem(422, "unknown_place", "after", words) from None


def _changing(read_change: ReadChange) -> Handler:
    """Publish a change of the rules to every partition; said again after an error it is another publication."""

    async def change(request: web.Request) -> web.StreamResponse:
        context, policy = request.app[CONTEXT], request.app[ENTRANCE].policy
        now = context.clock.now()
        wanted = read_change(policy, request[WHO], await request.read(), now)
        if isinstance(wanted, Refusal):
            raise HttpProblem(acting.status_of(wanted), *wanted)
        key, value = rules.kind_of(wanted.fact).encode(), wanted.fact.to_json()
        async with asyncio.timeout(request.app[PATIENCE]):
            for partition, envelope in enumerate(rules.copies(wanted, now, policy, request.app[LANES])):
                await context.publish(registry.RULES, key, value, envelope.headers(), partition=partition)
        return json_answer({"version": wanted.version, "fact": wanted.fact.model_dump(mode="json")}, 202)

    return change


async def list_calendars(request: web.Request) -> web.StreamResponse:
    """GET /v1/calendars: the working days that were published to the running system, in their order."""
    return json_answer({"calendars": await lookup.calendars(request.app[CONTEXT].pool)})
