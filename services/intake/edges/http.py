"""The HTTP door for the servers of the survey app and the WeChat account: what it answers 202 for is on the broker."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from aiohttp import web

from chassis import http
from chassis.http import Handler, Route, json_answer
from chassis.problems import HttpProblem
from chassis.protection import Limits
from chassis.service import Edge, EdgeContext
from schemas import inbound
from schemas.envelope import Envelope
from schemas.inbound import Action
from schemas.registry import inbound_topic
from schemas.text import readable
from schemas.values import Channel, Party, PartyKind
from services.intake.core.answers import conflicting
from services.intake.core.checks import Against, check
from services.intake.core.reading import Reading, Unreadable, differing, document_of, dumped, read
from services.intake.core.refusals import Refusal
from services.intake.core.state import DoorConfig
from services.intake.edges import lookup
from services.intake.edges.openapi import describe
from services.intake.settings import IntakeSettings

_CONTEXT: Final = web.AppKey("context", EdgeContext)
_CONFIG: Final = web.AppKey("config", DoorConfig)
_SETTINGS: Final = web.AppKey("settings", IntakeSettings)
_LARGEST: Final = 1_000_000
"""A body of that size still fits, with its headers, into what the inbound topics take."""
_OF_CHANNELS: Final = Limits(per_second=200.0, at_once=1_000.0)
"""A channel asks for all its citizens."""
_LONGEST_ID: Final = 200
_NOT_A_REQUEST: Final = frozenset({"duplicate_field", "not_json", "not_utf8", "nul_character", "lone_surrogate"})

_COMMON: Final[Mapping[str, type[Action]]] = {
    "follow-ups": inbound.FollowUp,
    "infos": inbound.ProvideInfo,
    "withdrawals": inbound.Withdraw,
}
ROUTES: Final[Mapping[str, tuple[Channel, type[Action]]]] = {
    "/v1/wechat/reports": (Channel.WECHAT, inbound.Register),
    **{f"/v1/wechat/{name}": (Channel.WECHAT, action) for name, action in _COMMON.items()},
    "/v1/survey/visits": (Channel.SURVEY, inbound.RecordVisit),
    "/v1/survey/device-requests": (Channel.SURVEY, inbound.RequestDevice),
    **{f"/v1/survey/{name}": (Channel.SURVEY, action) for name, action in _COMMON.items()},
}
"""Every way in, whose it is, and what is asked for there."""


def serve(settings: IntakeSettings, config: DoorConfig) -> Edge:
    """Make the edge that answers on the port of the settings."""
    return http.door(lambda context: application(context, settings, config), settings.bind, settings.http_port)


def application(context: EdgeContext, settings: IntakeSettings, config: DoorConfig) -> web.Application:
    """Build the HTTP application."""
    routes = [Route("POST", path, _taking(channel, action)) for path, (channel, action) in ROUTES.items()]
    routes.append(Route("GET", "/v1/receipts/{receipt}", show_receipt))
    routes.append(Route("GET", "/v1/openapi.json", show_description))
    app = http.application("intake", routes, largest=_LARGEST, limits=_OF_CHANNELS)
    app[_CONTEXT], app[_SETTINGS], app[_CONFIG] = context, settings, config
    return app


def channel_of(request: web.Request) -> Channel:
    """Tell by its token which channel speaks; a HttpProblem for nobody we know."""
    settings, given = request.app[_SETTINGS], http.bearer(request).encode(errors="replace")
    for channel in (Channel.SURVEY, Channel.WECHAT):
        if any(hmac.compare_digest(given, known.encode()) for known in settings.tokens(channel)):
            return channel
    raise HttpProblem(401, "no_token", "Authorization", "请带上本渠道的令牌：Authorization: Bearer …")


def _taking(channel: Channel, model: type[Action]) -> Handler:
    async def take(request: web.Request) -> web.StreamResponse:
        if channel_of(request) is not channel:
            raise HttpProblem(403, "not_permitted", "Authorization", "这个令牌不能用于此渠道。")
        body = await _body(request)
        submission, data = _identified(request, body)
        reading, headers = _read(request, channel, model, submission, data)
        context = request.app[_CONTEXT]
        known = await lookup.claim(context.pool, reading, context.clock.now())
        if known is not None and known.digest != reading.digest:
            words = conflicting(reading, known.receipt, known.outline)
            differs = differing(reading.outline, known.outline)
            raise HttpProblem(409, "conflicting_repeat", "id", words, receipt=known.receipt, differs=differs)
        if known is None or not known.sent:
            await _put(request, reading, data if reading.unnamed is None else reading.unnamed, headers)
        here = f"/v1/receipts/{reading.receipt}"
        answer = {"receipt": reading.receipt, "state": "pending", "href": here, "repeated": known is not None}
        return json_answer(answer, web.HTTPAccepted.status_code, {"Location": here})

    return take


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise HttpProblem(413, "too_long", None, f"内容过大，最多 {_LARGEST} 字节。") from None


def _identified(request: web.Request, body: bytes) -> tuple[str, bytes]:
    """Take the client's own id from the header, or out of the body."""
    given = request.headers.get("Idempotency-Key", "")
    document = document_of(body)
    if isinstance(document, dict) and "id" in document:
        inside = document.pop("id")
        if not isinstance(inside, str) or (given and given != inside):
            raise HttpProblem(400, "bad_id", "id", "id 应为文字，并与 Idempotency-Key 一致。")
        given, body = inside, dumped(document)
    if len(given) > _LONGEST_ID or not readable(given):
        words = f"请用 Idempotency-Key 或 id 带上自己的编号，1 至 {_LONGEST_ID} 个看得见的字。"
        raise HttpProblem(400, "bad_id", "id", words)
    return given, body


def _read(
    request: web.Request, channel: Channel, model: type[Action], submission: str, data: bytes
) -> tuple[Reading, list[tuple[str, bytes]]]:
    """Read the body exactly as the lane will read it, so that what is wrong is said at once."""
    config, now = request.app[_CONFIG], request.app[_CONTEXT].clock.now()
    envelope = Envelope(submission, f"door/{channel}", model.type_name, now, "")
    headers = envelope.headers()
    if trace := request.headers.get("traceparent", ""):
        headers.append(("traceparent", trace.encode(errors="replace")))
    reading = read(Party(kind=PartyKind(channel.value)), headers, data)
    if isinstance(reading, Unreadable):
        raise HttpProblem(400, "bad_id", "id", "编号不可用。")
    latest = now + timedelta(seconds=config.rules.future_tolerance_seconds)
    wrong = reading.action
    if not isinstance(wrong, Refusal):
        wrong_value = check(wrong, None, Against(config.policy, latest))
        if wrong_value is None:
            return reading, headers
        wrong = wrong_value
    raise HttpProblem(400 if wrong.code in _NOT_A_REQUEST else 422, *wrong)


async def _put(request: web.Request, reading: Reading, data: bytes, headers: list[tuple[str, bytes]]) -> None:
    """Put a submission on its topic and return when the broker has it."""
    context, key = request.app[_CONTEXT], _key(request.app[_CONFIG], reading)
    async with asyncio.timeout(request.app[_SETTINGS].broker_patience):
        await context.publish(inbound_topic(reading.party), key.encode(), data, headers)
    await lookup.note_sent(context.pool, reading)


def _key(config: DoorConfig, reading: Reading) -> str:
    """Keep what belongs together in order: one visitor, one requester, one ticket."""
    match reading.action:
        case inbound.RecordVisit(visitor=visitor) | inbound.RequestDevice(visitor=visitor):
            return visitor
        case inbound.Register(requester_kind=kind, contact=contact):
            return config.secrets.requester(kind, contact) or reading.receipt
        case _:
            return reading.ticket or reading.receipt


async def show_receipt(request: web.Request) -> web.StreamResponse:
    """GET /v1/receipts/{receipt}: what became of a submission, and the news of its tickets."""
    party = Party(kind=PartyKind(channel_of(request).value))
    receipt = request.match_info["receipt"]
    standing = await lookup.standing(request.app[_CONTEXT].pool, str(party), receipt)
    if standing is None:
        raise HttpProblem(404, "unknown_receipt", "receipt", f"本渠道没有回执 {http.shown(receipt)}。")
    return json_answer(standing, web.HTTPOk.status_code)


async def show_description(_request: web.Request) -> web.StreamResponse:
    """GET /v1/openapi.json: this interface, described."""
    return json_answer(describe({path: action for path, (_, action) in ROUTES.items()}), web.HTTPOk.status_code)
