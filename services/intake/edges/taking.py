"""How the HTTP door takes a submission: what it answers 202 for is on the broker, once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from aiohttp import web

from chassis.http import json_answer
from chassis.problems import HttpProblem
from chassis.routes import Handler, Parameter
from chassis.service import EdgeContext
from doors.own import mark_of
from doors.refusals import Refusal
from schemas import inbound
from schemas.envelope import Envelope
from schemas.inbound import Action
from schemas.registry import inbound_topic
from schemas.values import Channel, Party, PartyKind
from services.intake.core.answers import conflicting
from services.intake.core.attachments import named_in, unusable
from services.intake.core.checks import Against, check
from services.intake.core.reading import Reading, Unreadable, differing, read
from services.intake.core.state import DoorConfig
from services.intake.edges import lookup
from services.intake.edges.answered import Taken
from services.intake.settings import IntakeSettings

CONTEXT: Final = web.AppKey("context", EdgeContext)
CONFIG: Final = web.AppKey("config", DoorConfig)
SETTINGS: Final = web.AppKey("settings", IntakeSettings)
CHANNEL: Final = web.RequestKey("channel", Channel)
LONGEST_ID: Final = 200
_ID: Final = re.compile(rf"[!-~]{{1,{LONGEST_ID}}}")
KEY: Final = Parameter("Idempotency-Key", {"type": "string", "pattern": f"^{_ID.pattern}$"}, required=True)
"""The client's own id of a submission: sent twice, it is done once."""

Headers = Sequence[tuple[str, bytes]]

_NOT_A_REQUEST: Final = frozenset({"bad_envelope", "duplicate_field", "not_json", "not_utf8", "null_value"})
"""What could not be read at all is 400; what was read and cannot be taken is 422."""


def party_of(request: web.Request) -> Party:
    """Tell who speaks: the channel whose token was shown."""
    return Party(kind=PartyKind(request[CHANNEL].value))


def taking(model: type[Action]) -> Handler:
    """Make what takes one kind of action as plain JSON, with its id in a header."""

    async def take(request: web.Request) -> web.StreamResponse:
        now = request.app[CONTEXT].clock.now()
        envelope = Envelope(_id(request), f"door/{request[CHANNEL]}", model.type_name, now, "")
        headers = envelope.headers()
        if trace := request.headers.get("traceparent", ""):
            headers.append(("traceparent", trace.encode(errors="replace")))
        key = request.app[CONFIG].secrets.key
        headers.append(mark_of(key, party_of(request), envelope.source, envelope.id))
        return await take_in(request, headers, await request.read())

    return take


def _id(request: web.Request) -> str:
    given = request.headers.get(KEY.name, "")
    if _ID.fullmatch(given) is None:
        words = f"请用 {KEY.name} 带上自己的编号：1 至 {LONGEST_ID} 个不含空格的 ASCII 字符。"
        raise HttpProblem(400, "bad_id", KEY.name, words)
    return given


async def take_in(request: web.Request, headers: Headers, data: bytes) -> web.StreamResponse:
    """Take what a channel submits, and answer where its receipt is shown."""
    taken = await take_from(request, party_of(request), headers, data)
    return json_answer(taken, web.HTTPAccepted.status_code, {"Location": taken["href"]})


async def take_from(request: web.Request, party: Party, headers: Headers, data: bytes) -> Taken:
    """Take a submission as it would stand on the topic: once its id is claimed for it, it goes to the broker."""
    reading = _read(request, party, headers, data)
    await _require_attachments(request, reading)
    context = request.app[CONTEXT]
    known = await lookup.claim(context.pool, reading, context.clock.now())
    if known is not None and known.digest != reading.digest:
        words, differs = conflicting(reading, known.receipt, known.outline), differing(reading.outline, known.outline)
        raise HttpProblem(409, "conflicting_repeat", "id", words, receipt=known.receipt, differs=differs)
    if known is None or not known.sent:
        await _put(request, reading, data if reading.unnamed is None else reading.unnamed, headers)
    here = f"/v1/receipts/{reading.receipt}"
    standing = known and await lookup.standing(context.pool, str(reading.party), reading.receipt)
    state = standing["state"] if standing else "pending"
    return Taken(receipt=reading.receipt, state=state, href=here, repeated=known is not None)


def _read(request: web.Request, party: Party, headers: Headers, data: bytes) -> Reading:
    """Read a submission exactly as the lane will read it, so that what is wrong is said at once."""
    config, now = request.app[CONFIG], request.app[CONTEXT].clock.now()
    reading = read(party, headers, data, config.secrets.key)
    if isinstance(reading, Unreadable):
        raise HttpProblem(400, "bad_envelope", None, "没有可用的来源和编号，无法收下。请核对 source 和 id。")
    found: Refusal | None
    if isinstance(reading.action, Refusal):
        found = reading.action
    else:
        latest = now + timedelta(seconds=config.rules.future_tolerance_seconds)
        found = check(reading.action, reading.at, Against(config.policy, latest))
    if found is not None:
        raise HttpProblem(400 if found.code in _NOT_A_REQUEST else 422, *found)
    return reading


async def _require_attachments(request: web.Request, reading: Reading) -> None:
    """Say at once which attachment cannot be named; the lane looks again."""
    action = reading.action
    named = [] if isinstance(action, Refusal) else [one.id for _, one in named_in(action)]
    if not named or isinstance(action, Refusal):
        return
    known = await lookup.attachments(request.app[CONTEXT].pool, named)
    found = unusable(known, reading, action, request.app[CONFIG].policy.limits.attachments.per_message)
    if found is not None:
        raise HttpProblem(422, *found)


async def _put(request: web.Request, reading: Reading, data: bytes, headers: Headers) -> None:
    """Put a submission on its topic and return when the broker has it."""
    context, key = request.app[CONTEXT], _key(request.app[CONFIG], reading)
    async with asyncio.timeout(request.app[SETTINGS].broker_patience):
        await context.publish(inbound_topic(reading.party), key.encode(), data, list(headers))
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
