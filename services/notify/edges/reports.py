"""The door at which gateways of short messages report what arrived: authenticated, repeatable, in any order."""

from __future__ import annotations

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from typing import Annotated, Final, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, FailFast, StringConstraints, TypeAdapter, ValidationError

from chassis import http
from chassis.http import json_answer
from chassis.openapi import Terms, describe
from chassis.problems import HttpProblem
from chassis.protection import Limits
from chassis.routes import Body, Route
from chassis.service import Edge, EdgeContext
from doors.refusals import of_validation
from services.notify.core.reported import reported
from services.notify.edges.settling import put_down
from services.notify.settings import NotifySettings

TERMS: Final = Terms(
    service="notify",
    largest=1_000_000,
    limits=Limits(per_second=50.0, at_once=500.0),
    known_by="The token of the gateway of short messages; as a password of HTTP Basic it is taken too.",
)
_GATEWAY: Final = "gateway"
_LONGEST: Final = 200
_MOST_VALUES: Final = 20_000
"""Gateways report of some thousand messages at once."""
CONTEXT: Final = web.AppKey("context", EdgeContext)
SETTINGS: Final = web.AppKey("settings", NotifySettings)


class Report(BaseModel):
    """What became of one message: `out_id` is the `notice` under which it was handed over, `err_code` why not.

    A gateway says more, number and words included: it is passed over, and kept nowhere.
    """

    model_config = ConfigDict(strict=True)

    out_id: Annotated[str, StringConstraints(max_length=_LONGEST, pattern=r"^[^\u0000]*$")] = ""
    success: bool
    err_code: Annotated[str, StringConstraints(max_length=_LONGEST)] = ""


class Taken(BaseModel):
    """The form in which gateways want to hear that their reports were taken."""

    code: Literal[0] = 0
    msg: Literal["接收成功"] = "接收成功"


REPORTS: Final = TypeAdapter(Annotated[list[Report], FailFast()])
"""Of many that are wrong the first is told: each one more would cost, and say nothing new."""


def serve(settings: NotifySettings) -> Edge:
    """Make the edge that answers on the port of the settings."""
    return http.door(lambda context: application(context, settings), settings.bind, settings.http_port, settings.tls())


def application(context: EdgeContext, settings: NotifySettings) -> web.Application:
    """Build the HTTP application."""
    app = http.application(TERMS, routes(), guard=let_in)
    app[CONTEXT], app[SETTINGS] = context, settings
    return app


def routes() -> tuple[Route, ...]:
    """Name every address."""
    asks = Body({"application/json": list[Report]}, closed=False, most_values=_MOST_VALUES)
    return (Route("POST", "/v1/reports", take, needs=_GATEWAY, asks=asks, answers=Taken, problems=(422,)),)


def described() -> dict[str, object]:
    """Describe this door in OpenAPI."""
    return describe(TERMS, routes())


async def let_in(request: web.Request, needed: str) -> None:
    """Refuse whoever shows no token of the gateway."""
    given = (http.bearer(request) or _password(request)).encode(errors="replace")
    if needed and not any(hmac.compare_digest(given, known.encode()) for known in request.app[SETTINGS].tokens()):
        raise HttpProblem(401, "no_token", "Authorization", "请带上短信网关的令牌：Authorization: Bearer …")


def _password(request: web.Request) -> str:
    """Gateways that know an address alone write the token into it, as its password."""
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(said, validate=True).decode(errors="replace").partition(":")[2]
    except (NotBase64, ValueError):
        return ""


async def take(request: web.Request) -> web.StreamResponse:
    """POST /v1/reports: what became of messages; one that came before, or is of nobody here, changes nothing."""
    context = request.app[CONTEXT]
    if not request.app[SETTINGS].reporting:
        # Nobody would ever look at them, and nobody take them away.
        words = "没有哪种通知方式设为等对方回报。请运维在 LIUHEN_REPORTING 里写明后，再推送。"
        raise HttpProblem(403, "not_permitted", None, words)
    try:
        said = REPORTS.validate_json(await request.read())
    except ValidationError as error:
        refused = of_validation(error)
        raise HttpProblem(400 if refused.code == "not_json" else 422, *refused) from None
    found = {reported(each.out_id, each.err_code, arrived=each.success) for each in said if each.out_id}
    await put_down(context.pool, sorted(found), context.clock.now())
    return json_answer(Taken().model_dump())
