"""The HTTP door for servers of channels, and for citizens with a receipt: its addresses, and who may use them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from chassis import http
from chassis.http import AS_PAGE, json_answer
from chassis.openapi import Terms, describe
from chassis.problems import HttpProblem
from chassis.protection import Limits
from chassis.routes import Body, Parameter, Route
from chassis.service import Edge, EdgeContext
from doors.attachments import uploading
from doors.attachments.uploading import UPLOADS, Uploader, Uploads
from schemas import inbound
from schemas.envelope import STRUCTURED
from schemas.inbound import Action
from schemas.values import Channel
from services.intake.core.state import DoorConfig
from services.intake.edges import events, lookup, progress, taking
from services.intake.edges.answered import Standing, Taken
from services.intake.edges.pages import progress as citizen
from services.intake.edges.pages import visit
from services.intake.edges.taking import CHANNEL, CONFIG, CONTEXT, KEY, SETTINGS
from services.intake.settings import IntakeSettings

TERMS: Final = Terms(
    service="intake",
    largest=1_000_000,  # with its headers it still fits into what the inbound topics take
    limits=Limits(per_second=200.0, at_once=1_000.0),  # a channel asks for all its citizens
    known_by="The token of a channel: it opens the addresses of that channel alone.",
)
_ANY: Final = "any"
_SUBMITS: Final = frozenset({Channel.SURVEY, Channel.WECHAT})
"""The channels that submit over HTTP; the hotline only uploads."""
_UPLOADS: Final = "uploads"
_JSON: Final = "application/json"
_PROBLEMS: Final = (409, 422)

_COMMON: Final[Mapping[str, type[Action]]] = {
    "follow-ups": inbound.FollowUp,
    "infos": inbound.ProvideInfo,
    "withdrawals": inbound.Withdraw,
}
WAYS: Final[Mapping[str, tuple[Channel, type[Action]]]] = {
    "/v1/wechat/reports": (Channel.WECHAT, inbound.Register),
    **{f"/v1/wechat/{name}": (Channel.WECHAT, action) for name, action in _COMMON.items()},
    "/v1/survey/visits": (Channel.SURVEY, inbound.RecordVisit),
    "/v1/survey/device-requests": (Channel.SURVEY, inbound.RequestDevice),
    **{f"/v1/survey/{name}": (Channel.SURVEY, action) for name, action in _COMMON.items()},
}
"""Every way in that has an address of its own, whose it is, and what is asked for there."""


def serve(settings: IntakeSettings, config: DoorConfig) -> Edge:
    """Make the edge that answers on the port of the settings."""
    return http.door(
        lambda context: application(context, settings, config), settings.bind, settings.http_port, settings.tls()
    )


def application(context: EdgeContext, settings: IntakeSettings, config: DoorConfig) -> web.Application:
    """Build the HTTP application."""
    app = http.application(TERMS, routes(), guard=let_in, pages=(*citizen.ROUTES, *visit.ROUTES))
    app[CONTEXT], app[SETTINGS], app[CONFIG] = context, settings, config
    app[progress.TRIES], app[AS_PAGE] = progress.tries(), citizen.show_problem
    app[UPLOADS] = Uploads(context.pool, context.clock, settings.keeper(), config.policy.limits.attachments)
    return app


def routes() -> tuple[Route, ...]:
    """Name every address."""
    return (
        *(_way(path, channel, action) for path, (channel, action) in WAYS.items()),
        Route(
            "POST",
            "/v1/events",
            events.take,
            needs=_ANY,
            headers=events.ATTRIBUTES,
            asks=Body({_JSON: None, STRUCTURED: events.Structured}),
            answers=Taken,
            status=202,
            problems=_PROBLEMS,
        ),
        Route(
            "POST",
            "/v1/progress",
            progress.show,
            asks=Body({_JSON: progress.Asked}),
            answers=Standing,
            problems=(403,),
        ),
        uploading.route(_UPLOADS, uploader_of),
        Route("GET", "/v1/receipts/{receipt}", show_receipt, needs=_ANY, answers=Standing, problems=(404,)),
    )


def _way(path: str, channel: Channel, action: type[Action]) -> Route:
    return Route(
        "POST",
        path,
        taking.taking(action),
        needs=channel,
        headers=(KEY, Parameter("traceparent", {"type": "string"})),
        asks=Body({_JSON: action}),
        answers=Taken,
        status=202,
        problems=_PROBLEMS,
        summary=(action.__doc__ or "").partition("\n")[0],
    )


def uploader_of(request: web.Request) -> Uploader:
    """Tell whose an attachment is: the channel's whose token was shown."""
    party = str(taking.party_of(request))
    return Uploader(party, party)


def described() -> dict[str, object]:
    """Describe this door in OpenAPI."""
    return describe(TERMS, routes())


async def let_in(request: web.Request, needed: str) -> None:
    """Note which channel speaks; a HttpProblem for nobody that we know, and for another channel than is needed."""
    if not needed:
        return
    channel = _channel_of(request)
    if needed != channel and not (needed == _UPLOADS or (needed == _ANY and channel in _SUBMITS)):
        raise HttpProblem(403, "not_permitted", "Authorization", "这个令牌不能用于此渠道。")
    request[CHANNEL] = channel


def _channel_of(request: web.Request) -> Channel:
    settings, given = request.app[SETTINGS], http.bearer(request).encode(errors="replace")
    for channel in Channel:
        if any(hmac.compare_digest(given, known.encode()) for known in settings.tokens(channel)):
            return channel
    raise HttpProblem(401, "no_token", "Authorization", "请带上本渠道的令牌：Authorization: Bearer …")


async def show_receipt(request: web.Request) -> web.StreamResponse:
    """GET /v1/receipts/{receipt}: what became of a submission, and the news of its tickets."""
    receipt = request.match_info["receipt"]
    standing = await lookup.standing(request.app[CONTEXT].pool, str(taking.party_of(request)), receipt)
    if standing is None:
        raise HttpProblem(404, "unknown_receipt", "receipt", f"本渠道没有回执 {http.shown(receipt)}。")
    return json_answer(standing)
