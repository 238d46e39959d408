"""Saying an act in the name of who is logged in, and telling them what became of it."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from typing import Final, NamedTuple

from aiohttp import web

from chassis import http
from chassis.http import json_answer
from chassis.problems import HttpProblem
from chassis.routes import Parameter
from doors.entering import ENTRANCE
from doors.own import mark_of
from doors.people import Known
from doors.refusals import Refusal
from schemas.envelope import Envelope
from schemas.registry import inbound_topic
from services.desk.core.acts import SOURCE, OfficeAct, act_of, read
from services.desk.edges import lookup
from services.desk.edges.keys import CONTEXT, PATIENCE, SECRET, WHO, WORDS
from services.desk.edges.lookup import SaidBefore
from services.desk.edges.reading import keys_of

_LONGEST_KEY: Final = 200
_ID: Final = re.compile(rf"[!-~]{{1,{_LONGEST_KEY}}}")
KEY: Final = Parameter("Idempotency-Key", {"type": "string", "pattern": f"^{_ID.pattern}$"}, required=True)
"""The author's own name of an act: said twice, it is done once."""
_NOT_A_REQUEST: Final = frozenset({"duplicate_field", "not_json"})
"""What could not be read at all is 400; what was read and cannot be taken is 422, or 403."""


class TakenAct(NamedTuple):
    """An act that the broker has: its id, and whether it was known already."""

    id: str
    repeated: bool

    @property
    def href(self) -> str:
        """Where it stands what became of it."""
        return f"/v1/acts/{self.id}"


async def take_act(request: web.Request) -> web.StreamResponse:
    """POST /v1/acts: say what somebody does who is logged in; 202 once the broker has it."""
    return pending(await take(request, await request.read()))


def pending(taken: TakenAct) -> web.Response:
    """Answer that an act is on its way."""
    answer = {"act": taken.id, "state": "pending", "href": taken.href, "repeated": taken.repeated}
    return json_answer(answer, web.HTTPAccepted.status_code, {"Location": taken.href})


async def take(request: web.Request, content: bytes) -> TakenAct:
    """Say an act under the key of the request, and return when the broker has it."""
    context, who, key = request.app[CONTEXT], request[WHO], _key(request)
    now = context.clock.now()
    entrance = request.app[ENTRANCE]
    act = read(entrance.policy, who, content, now, keys_of(request))
    if isinstance(act, Refusal):
        raise HttpProblem(status_of(act), *act)
    return await say(request.app, who, key, act, now)


async def say(app: web.Application, who: Known, key: str, act: OfficeAct, at: datetime) -> TakenAct:
    """Say an act under its author's own name for it; a HttpProblem where that name stands for another one."""
    new = SaidBefore(act_of(who.login, key), act.digest, sent=False)
    known = await lookup.claim(app[CONTEXT].pool, who, key, act, new, at)
    if known is not None and known.digest != act.digest:
        words = "这个 Idempotency-Key 已经用过，内容不同。同一件事重发，内容要一样；另一件事，请换一个编号。"
        raise HttpProblem(409, "conflicting_repeat", "Idempotency-Key", words, act=known.id)
    said = known or new
    if not said.sent:
        await _put(app, said.id, act, at)
    return TakenAct(said.id, known is not None)


def _key(request: web.Request) -> str:
    return own_name(request.headers.get(KEY.name, ""), KEY.name, 400)


def own_name(given: str, field: str, status: int) -> str:
    """Read what somebody calls an act of theirs; a HttpProblem of this status for what is no such name."""
    if _ID.fullmatch(given) is None:
        words = f"请用 {field} 带上自己的编号：1 至 {_LONGEST_KEY} 个不含空格的 ASCII 字符；同号重发，只算一次。"
        raise HttpProblem(status, "bad_id", field, words)
    return given


def status_of(refused: Refusal) -> int:
    """Tell by which status something is refused."""
    if refused.code == "not_permitted":
        return web.HTTPForbidden.status_code
    return web.HTTPBadRequest.status_code if refused.code in _NOT_A_REQUEST else 422


async def _put(app: web.Application, id_: str, act: OfficeAct, at: datetime) -> None:
    """Put an act on the topic of who acts and return when the broker has it: said twice under one id is said once."""
    context = app[CONTEXT]
    headers = Envelope(id_, SOURCE, act.action.type_name, at, act.about).headers()
    headers.append(mark_of(app[SECRET], act.party, SOURCE, id_))
    key = (act.about or id_).encode()
    async with asyncio.timeout(app[PATIENCE]):
        await context.publish(inbound_topic(act.party), key, act.action.to_json(), headers)
    await lookup.note_sent(context.pool, id_)


async def show_act(request: web.Request) -> web.StreamResponse:
    """GET /v1/acts/{act}: what became of what one did."""
    act = request.match_info["act"]
    found = await lookup.standing(
        request.app[CONTEXT].pool, request[WHO], act, request.app[WORDS], request.app[CONTEXT].clock.now()
    )
    if found is None:
        raise HttpProblem(404, "unknown_act", "act", f"您没有编号为 {http.shown(act)} 的操作，请核对。")
    return json_answer(found)
