"""The door of persons: what it answers 202 for is on the broker, in the name of who is logged in."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeAlias

from aiohttp import web

from chassis import http
from chassis.http import json_answer
from chassis.openapi import Terms, describe
from chassis.problems import HttpProblem
from chassis.routes import Body, Handler, Parameter, Route, choice, number, text
from chassis.service import Edge, EdgeContext
from doors.entering import ANY_LOGIN, ENTRANCE, Entrance, entered
from doors.people import Known
from doors.refusals import Refusal
from rulebook import Policy
from schemas.envelope import Envelope
from schemas.registry import RULES, inbound_topic
from services.desk.core import rules
from services.desk.core.acts import SOURCE, Act, act_of, read
from services.desk.core.rights import ORDERS, TASKS, may_read_tasks
from services.desk.core.rules import RulesChange
from services.desk.edges import callers, lookup, orders
from services.desk.edges.keys import CONTEXT, LARGEST_PAGE, PATIENCE, SECRET, USUAL_PAGE, WHO, WORDS
from services.desk.edges.lookup import Place, Said
from services.desk.edges.told import (
    ActAnswer,
    ActTaken,
    CalendarsAnswer,
    CallerAnswer,
    OneOrderAnswer,
    OrdersAnswer,
    RulesChanged,
    TasksAnswer,
)
from services.desk.settings import DeskSettings
from vocabulary import TASKS as TASK_WORDS
from vocabulary import parameter

ReadChange: TypeAlias = Callable[[Policy, Known, bytes, datetime], RulesChange | Refusal]

TERMS: Final = Terms(
    service="desk",
    largest=1_000_000,  # with its headers it still fits into what the inbound topics take
    known_by="A session that began at the door of the trace, or a token that `liuhen logins token` made.",
)
_JSON: Final = "application/json"
_LONGEST_KEY: Final = 200
_ID: Final = re.compile(rf"[!-~]{{1,{_LONGEST_KEY}}}")
_KEY: Final = Parameter("Idempotency-Key", {"type": "string", "pattern": f"^{_ID.pattern}$"}, required=True)
"""The author's own name of an act: said twice, it is done once."""
_NOT_A_REQUEST: Final = frozenset({"duplicate_field", "not_json"})
"""What could not be read at all is 400; what was read and cannot be taken is 422, or 403."""


def serve(settings: DeskSettings, policy: Policy) -> Edge:
    """Make the edge that answers on the port of the settings."""
    return http.door(lambda context: application(context, settings, policy), settings.bind, settings.http_port)


def application(context: EdgeContext, settings: DeskSettings, policy: Policy) -> web.Application:
    """Build the HTTP application."""
    app = http.application(TERMS, routes(), guard=_let_in)
    app[CONTEXT], app[PATIENCE], app[WORDS] = context, settings.broker_patience, settings.words()
    app[SECRET] = settings.secret.get_secret_value().encode()
    app[ENTRANCE] = Entrance(settings.doorkeeper(), policy, context.clock)
    return app


def routes() -> tuple[Route, ...]:
    """Name every address."""
    page = (choice("task", TASK_WORDS), number("limit", usual=USUAL_PAGE, most=LARGEST_PAGE), text("after"))
    return (
        Route(
            "POST",
            "/v1/acts",
            take_act,
            needs=ANY_LOGIN,
            headers=(_KEY,),
            asks=Body({_JSON: None}),
            answers=ActTaken,
            status=202,
            problems=(409, 422),
        ),
        Route("GET", "/v1/acts/{act}", show_act, needs=ANY_LOGIN, answers=ActAnswer, problems=(404,)),
        Route("GET", "/v1/tasks", list_tasks, page, TASKS, answers=TasksAnswer, problems=(422,)),
        Route("GET", "/v1/orders", orders.list_orders, orders.PAGE, ORDERS, answers=OrdersAnswer, problems=(422,)),
        Route("GET", "/v1/orders/{ticket}", orders.show_order, needs=ORDERS, answers=OneOrderAnswer, problems=(404,)),
        Route(
            "POST",
            "/v1/callers",
            callers.find,
            needs=ANY_LOGIN,
            asks=Body({_JSON: callers.Asked}),
            answers=CallerAnswer,
            problems=(422,),
        ),
        Route("GET", "/v1/calendars", list_calendars, needs=ANY_LOGIN, answers=CalendarsAnswer),
        _rules("/v1/rules/calendar", rules.calendar, "Publish a year's calendar, in the holiday-cn JSON format."),
        _rules("/v1/rules/rederivation", rules.rederivation, "Order open clocks to be derived again."),
    )


def described() -> dict[str, object]:
    """Describe this door in OpenAPI."""
    return describe(TERMS, routes())


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


def _let_in(request: web.Request, needed: str) -> None:
    """Note who asks; a HttpProblem for nobody, and for whoever has no right to what is asked for."""
    if not needed:
        return
    request[WHO] = who = entered(request)
    if needed == TASKS and not may_read_tasks(who):
        raise HttpProblem(403, "not_permitted", "Authorization", "您的职责不能查看中心的待办。需要的，请让派单员查询。")
    if needed == ORDERS and who.department is None:
        words = "这里是承办单位的工作台，中心的人看不到。请用 liuhen ticket 查询，或者以承办单位登录。"
        raise HttpProblem(403, "not_permitted", "Authorization", words)


async def take_act(request: web.Request) -> web.StreamResponse:
    """POST /v1/acts: say what somebody does who is logged in; 202 once the broker has it."""
    context, who, key = request.app[CONTEXT], request[WHO], _key(request)
    now = context.clock.now()
    entrance = request.app[ENTRANCE]
    act = read(entrance.policy, who, await request.read(), now, entrance.keeper.key)
    if isinstance(act, Refusal):
        raise HttpProblem(_status(act), *act)
    new = Said(act_of(who.login, key), act.digest, sent=False)
    known = await lookup.claim(context.pool, who, key, act, new, now)
    if known is not None and known.digest != act.digest:
        words = "这个 Idempotency-Key 已经用过，内容不同。同一件事重发，内容要一样；另一件事，请换一个编号。"
        raise HttpProblem(409, "conflicting_repeat", "Idempotency-Key", words, act=known.id)
    said = known or new
    if not said.sent:
        await _put(request, said.id, act, now)
    here = f"/v1/acts/{said.id}"
    answer = {"act": said.id, "state": "pending", "href": here, "repeated": known is not None}
    return json_answer(answer, web.HTTPAccepted.status_code, {"Location": here})


def _key(request: web.Request) -> str:
    key = request.headers.get(_KEY.name, "")
    if _ID.fullmatch(key) is None:
        words = f"请用 {_KEY.name} 带上自己的编号：1 至 {_LONGEST_KEY} 个不含空格的 ASCII 字符；同号重发，只算一次。"
        raise HttpProblem(400, "bad_id", _KEY.name, words)
    return key


def _status(refused: Refusal) -> int:
    if refused.code == "not_permitted":
        return web.HTTPForbidden.status_code
    return web.HTTPBadRequest.status_code if refused.code in _NOT_A_REQUEST else 422


async def _put(request: web.Request, id_: str, act: Act, now: datetime) -> None:
    """Put an act on the topic of who acts and return when the broker has it: said twice under one id is said once."""
    context = request.app[CONTEXT]
    headers = Envelope(id_, SOURCE, act.action.type_name, now, act.about).headers()
    key = (act.about or id_).encode()
    async with asyncio.timeout(request.app[PATIENCE]):
        await context.publish(inbound_topic(act.party), key, act.action.to_json(), headers)
    await lookup.note_sent(context.pool, id_)


async def show_act(request: web.Request) -> web.StreamResponse:
    """GET /v1/acts/{act}: what became of what one did."""
    act = request.match_info["act"]
    found = await lookup.standing(request.app[CONTEXT].pool, request[WHO], act, request.app[WORDS])
    if found is None:
        raise HttpProblem(404, "unknown_act", "act", f"您没有编号为 {http.shown(act)} 的操作，请核对。")
    return json_answer(found)


async def list_tasks(request: web.Request) -> web.StreamResponse:
    """GET /v1/tasks?task=&limit=&after=: what waits for the office, what waits longest first, and how much in all."""
    pool, task = request.app[CONTEXT].pool, http.choice(request, "task", TASK_WORDS)
    limit = http.number(request, "limit", usual=USUAL_PAGE, most=LARGEST_PAGE)
    tasks, following = await lookup.waiting(pool, task, limit, _after(request))
    total = await lookup.how_many_wait(pool, task)
    place = f"{following.since.isoformat()}~{following.ticket}~{following.task}" if following else None
    return json_answer({"tasks": tasks, "total": total, "next": place, "now": request.app[CONTEXT].clock.now()})


def _after(request: web.Request) -> Place | None:
    given = request.query.get("after")
    if given is None:
        return None
    try:
        since, ticket, task = given.split("~")
        return Place(datetime.fromisoformat(since).astimezone(UTC), ticket, task)
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
            raise HttpProblem(_status(wanted), *wanted)
        key, value = rules.kind_of(wanted.fact).encode(), wanted.fact.to_json()
        async with asyncio.timeout(request.app[PATIENCE]):
            for partition, envelope in enumerate(rules.copies(wanted, now, policy)):
                await context.publish(RULES, key, value, envelope.headers(), partition=partition)
        return json_answer({"version": wanted.version, "fact": wanted.fact.model_dump(mode="json")}, 202)

    return change


async def list_calendars(request: web.Request) -> web.StreamResponse:
    """GET /v1/calendars: the working days that were published to the running system, in their order."""
    return json_answer({"calendars": await lookup.calendars(request.app[CONTEXT].pool)})
