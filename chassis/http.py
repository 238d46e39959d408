"""What every HTTP door is: it reads strictly, within limits, says what is wrong in one form, and counts its answers."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import math
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

import structlog
from aiohttp import web
from aiohttp.http_exceptions import ContentEncodingError, HttpProcessingError

from chassis.clock import stopwatch
from chassis.crowding import crowded, too_many
from chassis.failures import transient
from chassis.http_runner import Runner
from chassis.logs import where
from chassis.metrics import HTTP_REQUESTS
from chassis.openapi import PATH, Terms, describe
from chassis.problems import HttpProblem, json_text, of_aiohttp
from chassis.protection import HEADERS, Allowance, Strangers
from chassis.routes import LONGEST, Handler, Route
from chassis.service import Edge, EdgeContext
from schemas.text import fitted, one_line, storable
from vocabulary import parameter

Named = TypeVar("Named", bound=str)

_SHOWN: Final = 40
_YEARS: Final = range(2000, 2100)
"""Moments outside of them overflow where zones and windows are calculated with, and nobody means them."""
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_OTHER: Final = "other"
_ENCODINGS: Final = ("gzip", "deflate")
_AS_IT_IS: Final = "identity"
_SERVER: Final = "Server"
_AUTHORIZATION: Final = "Authorization"
SESSION: Final = "liuhen_session"
"""The cookie by which a browser shows its session: pages read it, addresses of programs never do."""
_UNAVAILABLE: Final = "系统暂时不可用，请稍后重试；提交用同一编号。"
_BUG: Final = "系统内部错误，已记录并告警。请把时间和所问的内容告诉运维；提交可用同一编号重试。"
_log: Final = structlog.get_logger()
_unread: Final = logging.getLogger("liuhen.unread")
"""What aiohttp says of requests that it cannot read goes nowhere: it quotes them, tokens and names included."""
_unread.disabled = True


Guard: TypeAlias = Callable[[web.Request, str], Awaitable[None]]
"""Looks at who asks, and at the right that an address needs ('' for none); raises a HttpProblem for whoever may not."""


@dataclass(frozen=True, slots=True)
class _Door:
    """Whose door it is, who looks at those who ask, and each address as it was declared."""

    service: str
    guard: Guard
    routes: Mapping[tuple[str, str], Route]
    largest: int
    budget: Allowance
    strangers: Strangers


_DOOR: Final = web.AppKey("door", _Door)

ShowProblem: TypeAlias = Callable[[web.Request, int, Mapping[str, Any]], web.Response]
AS_PAGE: Final[web.AppKey[ShowProblem]] = web.AppKey("as_page")
"""How a door with pages says a problem to whoever looks at them; everybody else reads problem details."""
_OF_PROGRAMS: Final = "/v1/"
_SAID_ANYWHERE: Final = ("Allow", "Retry-After")


_LINGERING: Final = 2.0
"""Seconds in which whoever was refused may still send, so that the answer reaches them."""


async def _open(_request: web.Request, _needed: str) -> None:
    """Let everybody in: the addresses of this door look for themselves."""


def door(
    make: Callable[[EdgeContext], web.Application], bind: str, port: int, tls: ssl.SSLContext | None = None
) -> Edge:
    """Make the edge that answers with an application at an address and port (0: any free one)."""

    async def edge(context: EdgeContext) -> None:
        runner = runner_of(make(context))
        await runner.setup()
        try:
            await web.TCPSite(runner, bind, port, ssl_context=tls).start()
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    return edge


def runner_of(app: web.Application) -> web.AppRunner:
    """Make what runs a door: a connection on which no whole head comes in time is closed."""
    known = app[_DOOR]
    patience = known.budget.limits.patience
    return Runner(
        app,
        partial(_unheard, known.service),
        access_log=None,
        logger=_unread,
        keepalive_timeout=patience,
        lingering_time=min(patience, _LINGERING),
    )


def application(
    terms: Terms, routes: Iterable[Route], guard: Guard = _open, pages: Iterable[Route] = ()
) -> web.Application:
    """Build the application of a service's door, which describes itself at `/v1/openapi.json` too.

    `pages` are addresses for people with a browser, of which OpenAPI says nothing.
    """
    app = web.Application(middlewares=[_answer], client_max_size=terms.largest)
    app.on_response_prepare.append(_harden)
    known: dict[tuple[str, str], Route] = {}
    declared = tuple(routes)
    for route in (*declared, *pages, _describing(describe(terms, declared))):
        add = app.router.add_get if route.method == "GET" else app.router.add_post
        resource = add(route.path, route.handler).resource
        canonical = resource.canonical if resource else _OTHER
        known[route.method, canonical] = route
        # An alert cannot see the first step of a counter that comes out of nothing.
        HTTP_REQUESTS.labels(terms.service, canonical, "500")
    app[_DOOR] = _Door(terms.service, guard, known, terms.largest, Allowance(terms.limits), Strangers())
    return app


def _describing(document: Mapping[str, Any]) -> Route:
    async def show(_request: web.Request) -> web.StreamResponse:
        return json_answer(document)

    return Route("GET", PATH, show)


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer with JSON; moments are written in ISO 8601."""
    return web.Response(text=json_text(body), status=status, content_type="application/json", headers=headers)


@web.middleware
async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Read strictly, say what is wrong in one form, and count; a bug is said as one and never hidden."""
    resource = request.match_info.route.resource
    route = resource.canonical if resource else _OTHER
    try:
        _spend(request)
        known = request.app[_DOOR].routes.get((_method(request), route))
        if known is not None:
            await _guard(request, known)
        _check(request, known)
        _check_media(request, known)
        if known is None or not known.streamed:
            await _whole(request)
            await _check_crowd(request, known)
        response = await handler(request)
    except Exception as error:  # noqa: BLE001 - whatever it is, who asked is answered and the answer is counted
        response = _to_reader(request, _answered(route, error))
    _note(request, response.status)
    HTTP_REQUESTS.labels(request.app[_DOOR].service, route, str(response.status)).inc()
    return response


def _to_reader(request: web.Request, problem: web.Response) -> web.Response:
    """Say a problem as a page to a browser that asked for one."""
    looks = _method(request) == "GET" and "text/html" in request.headers.get("Accept", "")
    if AS_PAGE not in request.app or not looks or request.path.startswith(_OF_PROGRAMS):
        return problem
    page = request.app[AS_PAGE](request, problem.status, json.loads(problem.text or "{}"))
    page.headers.update({name: problem.headers[name] for name in _SAID_ANYWHERE if name in problem.headers})
    return page


def _answered(route: str, error: Exception) -> web.Response:
    match error:
        case HttpProblem():
            return error.answer()
        case web.HTTPException():
            return of_aiohttp(error)
        case ContentEncodingError():
            return _answered(route, _unknown_encoding())
        case HttpProcessingError():
            words = "请求不合 HTTP 的规范，请核对方法、地址和请求头后重试。"
            return _answered(route, HttpProblem(400, "unreadable_request", None, words))
        case _:
            return _failed(route, error)


def _unknown_encoding() -> HttpProblem:
    words = f"不支持这种 Content-Encoding，请不压缩，或者用 {'、'.join(_ENCODINGS)}。"
    return HttpProblem(415, "unknown_encoding", "Content-Encoding", words)


def _unheard(service: str, error: Exception) -> web.Response:
    """Answer a request that no handler heard of, and count it."""
    response = _answered(_OTHER, error)
    response.headers.update(HEADERS)
    HTTP_REQUESTS.labels(service, _OTHER, str(response.status)).inc()
    return response


def _method(request: web.Request) -> str:
    return "GET" if request.method == "HEAD" else request.method


async def _harden(_request: web.Request, response: web.StreamResponse) -> None:
    """Forbid browsers what answers for programs need not; a page says by itself what it needs."""
    for name, value in HEADERS.items():
        if name not in response.headers or name == _SERVER:
            response.headers[name] = value


def _spend(request: web.Request) -> None:
    """Refuse whoever asks too often with one token, and an address that showed too many wrong ones, all together."""
    known, now, who = request.app[_DOOR], stopwatch(), _who(request)
    wait, limits = known.budget.take(who, now), known.budget.limits
    if wait <= 0 and _AUTHORIZATION in request.headers:
        wait, limits = known.strangers.wait(str(request.remote), who, now), known.strangers.limits
    if wait > 0:
        seconds = math.ceil(wait)
        most = f"每秒 {limits.per_second:g} 次"
        words = f"请求太密，请 {seconds} 秒后再试；平均不超过{most}，一次不超过 {limits.at_once:g} 次。"
        raise HttpProblem(429, "too_many_requests", None, words, retry_after=seconds)


def _who(request: web.Request) -> str:
    token = request.headers.get(_AUTHORIZATION) or request.cookies.get(SESSION, "")
    shows = f"token {hashlib.sha256(token.encode(errors='replace')).hexdigest()}" if token else "nobody"
    return f"{request.remote} {shows}"


async def _guard(request: web.Request, route: Route) -> None:
    known = request.app[_DOOR]
    await known.guard(request, route.needs)
    # Where nothing is needed everybody is let in, also with a token that is none.
    if route.needs and _AUTHORIZATION in request.headers:
        known.strangers.let_in(_who(request))


def _note(request: web.Request, status: int) -> None:
    if status == web.HTTPUnauthorized.status_code and _AUTHORIZATION in request.headers:
        request.app[_DOOR].strangers.refused(str(request.remote), _who(request), stopwatch())


async def _whole(request: web.Request) -> None:
    """Wait for the whole body, which handlers then read at once; whoever sends it too slowly or garbled is told so."""
    if request.headers.get("Content-Encoding", _AS_IT_IS).lower() not in (*_ENCODINGS, _AS_IT_IS):
        raise _unknown_encoding()
    patience = request.app[_DOOR].budget.limits.patience
    try:
        async with asyncio.timeout(patience):
            await request.read()
    except TimeoutError:
        words = f"内容在 {patience:g} 秒内没有收全，请检查网络后用同一编号重发。"
        raise HttpProblem(408, "too_slow", None, words) from None
    except web.HTTPRequestEntityTooLarge:
        words = f"内容过大，最多 {request.app[_DOOR].largest} 字节，请拆开或者精简后重发。"
        raise HttpProblem(413, "too_long", None, words) from None
    except web.RequestPayloadError:
        words = "内容读不出来：与 Content-Encoding 或者长度不符。请核对后用同一编号重发。"
        raise HttpProblem(400, "unreadable_body", None, words) from None


async def _check_crowd(request: web.Request, route: Route | None) -> None:
    """Refuse JSON of more values than an address takes, before any handler reads it."""
    if route is None or route.asks is None or not route.asks.takes_json:
        return
    most = route.asks.most_values
    if (crowd := crowded(await request.read(), most)) is not None:
        raise HttpProblem(422, "wrong_count", crowd or None, too_many(crowd, most))


def _failed(route: str, error: Exception) -> web.Response:
    if transient(error):
        return HttpProblem(web.HTTPServiceUnavailable.status_code, "unavailable", None, _UNAVAILABLE).answer()
    _log.error("request failed", route=route, error=where(error))
    return HttpProblem(web.HTTPInternalServerError.status_code, "internal", None, _BUG).answer()


def _check_media(request: web.Request, route: Route | None) -> None:
    """Refuse a body of a media type that is not asked for; whoever names none means the one that is."""
    if route is None or route.asks is None or "Content-Type" not in request.headers:
        return
    if request.content_type not in route.asks.media:
        words = f"这个地址只收 {' 或者 '.join(route.asks.media)}，请写明 Content-Type。"
        raise HttpProblem(415, "unknown_media_type", "Content-Type", words)


def _check(request: web.Request, route: Route | None) -> None:
    """Refuse what no handler could mean: unknown or repeated parameters, text that cannot be looked for."""
    for name, value in request.match_info.items():
        _check_text(name, value)
    if route is None:
        return
    known = {each.name: int(each.schema.get("maxLength", LONGEST)) for each in route.parameters}
    for name in request.query:
        if name not in known:
            expected = f"可用的参数：{'、'.join(sorted(known))}" if known else "这个地址不带参数"
            raise HttpProblem(400, "unknown_parameter", shown(name), f"不认识参数 {shown(name)}。{expected}。")
        given = request.query.getall(name)
        if len(given) > 1:
            raise HttpProblem(
                400, "repeated_parameter", name, f"参数{parameter(name)}写了 {len(given)} 次，请只写一次。"
            )
        _check_text(name, given[0], known[name])


def _check_text(name: str, value: str, longest: int = LONGEST) -> None:
    if not storable(value) or len(value) > longest:
        words = f"{parameter(name)}应为不超过 {longest} 个字、不含空字符的文字，而不是 {shown(value)}。请核对后重试。"
        raise HttpProblem(400, "bad_text", name, words)


def bearer(request: web.Request) -> str:
    """Read the token that whoever asks shows; '' for none."""
    scheme, _, token = request.headers.get(_AUTHORIZATION, "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def shown(value: str) -> str:
    """What somebody wrote, short and on one line, as an answer may quote it."""
    return fitted(one_line(value), _SHOWN)


def choice(request: web.Request, name: str, known: Iterable[Named]) -> Named | None:
    """Read a parameter that is one of these; None where it is not given."""
    value = request.query.get(name)
    if value is None:
        return None
    values = {str(each): each for each in known}
    if value not in values:
        words = f"{parameter(name)}没有 {shown(value)} 这个值。请用：{'、'.join(values)}。"
        raise HttpProblem(400, "unknown_value", name, words, expected=list(values))
    return values[value]


def flag(request: web.Request, name: str) -> bool | None:
    """Read a parameter that is true or false; None where it is not given."""
    value = request.query.get(name)
    if value is None:
        return None
    if value.lower() not in _FLAGS:
        raise HttpProblem(400, "bad_flag", name, f"{parameter(name)}应为 true 或者 false，而不是 {shown(value)}。")
    return _FLAGS[value.lower()]


def number(request: web.Request, name: str, *, usual: int, most: int) -> int:
    """Read a whole number from 1 to `most`."""
    value = request.query.get(name, str(usual))
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(most)) and 1 <= int(value) <= most):
        raise HttpProblem(400, "bad_number", name, f"{parameter(name)}应为 1 至 {most} 的整数，而不是 {shown(value)}。")
    return int(value)


def moment(request: web.Request, name: str, zone: tzinfo) -> datetime | None:
    """Read a date or a moment, of this zone where it names none; None where it is not given."""
    value = request.query.get(name)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        words = (
            f"{parameter(name)}应为日期或者时间，如 2026-11-01 或 2026-11-01T09:00:00+08:00（地址中的 + 写作 %2B），"
            f"而不是 {shown(value)}。"
        )
        raise HttpProblem(400, "bad_moment", name, words) from None
    if found.year not in _YEARS:
        words = f"{parameter(name)}应在 {_YEARS.start} 年至 {_YEARS.stop - 1} 年之间，而不是 {found.year} 年。"
        raise HttpProblem(400, "out_of_range", name, words)
    return found if found.tzinfo else found.replace(tzinfo=zone)
