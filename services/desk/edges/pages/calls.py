"""The desk of whoever takes calls (接听台): one form for a call, with what is known of its caller and matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from aiohttp import web

from chassis.http import flag
from chassis.problems import HttpProblem
from chassis.routes import Handler, Route, text
from chassis.routes import flag as flagged
from doors.entering import ENTRANCE
from doors.keyed import phone_key
from services.desk.core.acts import OfficeAct, act_of, takes_no_calls
from services.desk.core.forms import Field, Words, fields_of
from services.desk.edges import callers
from services.desk.edges.keys import CONTEXT, RULES, SECRET, WHO, WORDS
from services.desk.edges.pages import lookup, taking
from services.desk.edges.pages.entering import back, page, redirect
from services.desk.edges.pages.filling import Filled, Form, ShownAgain, keep, keep_typed, of_page, submit
from services.desk.edges.pages.forms import posted
from services.desk.edges.pages.lookup import Key, Typed
from services.desk.edges.pages.queue import reads_of
from services.desk.edges.pages.returning import addressed
from services.desk.edges.pages.showing import show
from services.desk.edges.pages.taking import EndedCall
from vocabulary import FIELDS

HOME: Final = "/calls"
_CONTACT: Final = ("contact.phone", "contact.name", "contact.address")
_MATTER: Final = ("kind", "requester_kind", *_CONTACT, "place.text", "text", "category")
_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "register": (*_MATTER, "tier", "confidential", "accused"),
    "answer_on_line": (*_MATTER, "answer"),
    "press": ("ticket", *_CONTACT, "text", "verified"),
    "add": ("ticket", *_CONTACT, "text", "verified"),
}
"""As what a call can end, and what of the one form is said then."""
_NEEDED: Final = frozenset({"kind", "text", "place.text"})
_ACTS: Final[Mapping[str, str]] = {"press": "follow_up", "add": "follow_up"}
_TICKET: Final = Field(("ticket",), FIELDS["ticket"], Words(long=False), required=False)
_TOO_OFTEN: Final = 429
_CALL: Final = re.compile(r"[0-9A-Za-z-]{1,64}")
_NO_CALL: Final = "没有这个地址，请从接听台打开来电。"
_ENDED: Final = (
    "这通来电已在另一页了结，见上面的结果；这一页写的没有提交，都还在下面。是另外一件事的，改好以后再登记，就另记一件。"
)
_NOT_YOURS: Final = "接听台由接听来电的人使用。"


def require_taker(request: web.Request) -> None:
    """Let whoever may say for the hotline what callers ask for; a HttpProblem for everybody else."""
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    if (refused := takes_no_calls(policy, request[WHO], now)) is not None:
        raise HttpProblem(403, "not_permitted", None, _NOT_YOURS + refused.reason)


async def show_calls(request: web.Request) -> web.StreamResponse:
    """GET /calls?done=: where a call begins that no telephone system announces, and those that came to no end."""
    require_taker(request)
    unfinished = await taking.unfinished(request.app[CONTEXT].pool, request[WHO].login)
    return show(request, "calls.html", unfinished=unfinished, done=request.query.get("done", ""), phone="", wrong="")


async def begin(request: web.Request) -> web.StreamResponse:
    """POST /calls: begin with a call, of which the number may be unknown."""
    require_taker(request)
    phone = (await posted(request)).get("phone", "").strip()
    try:
        return redirect(await began(request, phone, ""))
    except HttpProblem as problem:
        if problem.body["field"] != "phone":
            raise
        wrong, pool = str(problem.body["detail"]), request.app[CONTEXT].pool
        unfinished = await taking.unfinished(pool, request[WHO].login)
        return show(request, "calls.html", problem.status, unfinished=unfinished, done="", phone=phone, wrong=wrong)


async def began(request: web.Request, phone: str, named: str) -> str:
    """Begin with a call, or go on with it where it was announced before; returns the address of its page.

    `named` is what the telephone system calls it; the number stands in no address.
    """
    who, too_often = await _searched(request, phone) if phone else (None, False)
    # A telephone system may begin to count anew: another number is another call.
    number = phone_key(request.app[SECRET], phone) or ""
    call = act_of(request[WHO].login, f"call {named} {number}") if named else str(uuid4())
    context, words = request.app[CONTEXT], request.app[WORDS]
    key = taking.key_of(request[WHO].login, call)
    if phone and await taking.draft(context.pool, key, words) is None:
        await keep(request, _filled(request, key, "", {"contact.phone": phone}))
    return addressed(f"{HOME}/{call}", {"who": who, "unsearched": "true" if too_often else None})


async def _searched(request: web.Request, phone: str) -> tuple[str | None, bool]:
    """Search for who calls, and tell whether that was too often: then the call goes on without earlier tickets."""
    try:
        return await callers.search(request, phone), False
    except HttpProblem as problem:
        if problem.status != _TOO_OFTEN:
            raise
        return None, True


async def pop(request: web.Request) -> web.StreamResponse:
    """GET /desk/pop?ani=&dnis=&call_id=&agent=: what the telephone system opens when somebody calls.

    It ends at a page in whose address the number does not stand: the form of the call, also of one that shows no
    number; or, for whoever takes no calls, the tickets of the number.
    """
    callers.require_duty(request)
    policy, now, phone = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now(), request.query.get("ani", "")
    if takes_no_calls(policy, request[WHO], now) is not None:
        return redirect(addressed("/tickets", {"who": await callers.search(request, phone)}))
    known = phone if phone_key(request.app[SECRET], phone) is not None else ""
    return redirect(await began(request, known, request.query.get("call_id", "")))


async def show_call(request: web.Request) -> web.StreamResponse:
    """GET /calls/{call}?who=: the form of a call, as far as it is filled in, with what is known beside it."""
    require_taker(request)
    return await _page(request)


async def _page(request: web.Request, status: int = 200, wrong: Form | None = None) -> web.Response:
    """Show the form of a call; of one that has ended, an answer and the form of another one of the same caller."""
    context, call = request.app[CONTEXT], request.match_info["call"]
    key, words = taking.key_of(request[WHO].login, call), request.app[WORDS]
    ended = await taking.ended(context.pool, key, words)
    form = wrong or (_another(request, ended) if ended else await _begun(request, key))
    return show(
        request,
        "call.html",
        status,
        call=str(uuid4()) if ended else call,
        ended=ended,
        form=form,
        fields={each.name: each for each in form.fields},
        beside=await _beside(request, form.typed),
        who_calls=request.query.get("who", ""),
        unsearched=flag(request, "unsearched"),
        act_key=str(uuid4()),
    )


async def _begun(request: web.Request, key: Key) -> Form:
    kept = await taking.draft(request.app[CONTEXT].pool, key, request.app[WORDS])
    typed, version = kept or ({}, 0)
    said = {name: words for name, words in typed.items() if words}
    return Form(taking.DRAFT, _fields(request), said, "", kept is not None, version=version)


def _another(request: web.Request, ended: EndedCall) -> Form:
    """The form of another matter of whoever called."""
    said = {name: words for name, words in ended.typed.items() if words and name in _CONTACT}
    return Form(taking.DRAFT, _fields(request), said, "")


async def show_beside(request: web.Request) -> web.StreamResponse:
    """POST /calls/{call}/beside: what is known of a call as far as it is typed, beside its form."""
    require_taker(request)
    form = await posted(request)
    typed = {each.name: form.get(each.name, "") for each in _fields(request)}
    return show(request, "beside.html", beside=await _beside(request, typed), said=typed.get("ticket", ""))


async def _beside(request: web.Request, typed: Typed) -> taking.Beside:
    context, who = request.app[CONTEXT], request.query.get("who") or None
    looks = reads_of(request).looks
    return await taking.beside(context.pool, request.app[RULES], who, typed, context.clock.now(), looks=looks)


def _fields(request: web.Request) -> tuple[Field, ...]:
    """Every field of the one form, marked as a registration needs it: as what it is sent decides what it needs."""
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    found = {"ticket": _TICKET}
    for do in ("follow_up", "answer_on_line", "register"):
        found |= {each.name: replace(each, required=each.name in _NEEDED) for each in fields_of(do, policy, now)}
    return tuple(found[name] for name in dict.fromkeys(name for names in _OF.values() for name in names))


def _filled(request: web.Request, key: Key, way: str, form: Mapping[str, str]) -> Filled:
    """The form as it came back; `way` is as what it was sent, '' for what is only kept."""
    words, said = request.app[WORDS], {"mode": way} if way in _ACTS else {}

    def kept(typed: Typed) -> Mapping[str, object]:
        return taking.sealed(words, key.ticket, typed)

    def opened(typed: Mapping[str, Any]) -> Typed:
        return taking.opened(words, key.ticket, typed)

    async def named(act: OfficeAct) -> str:
        return await taking.name_of_act(request.app[CONTEXT].pool, key.login, key.ticket, act.digest)

    return Filled(key, _fields(request), form, said, _ACTS.get(way, way), _OF.get(way), kept, opened, named)


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /calls/{call}/{do}?who=: say what the caller asks for as it was typed; what is refused keeps every word."""
    require_taker(request)
    form, way, login = await posted(request), request.match_info["do"], request[WHO].login
    if way not in _OF:
        raise HttpProblem(404, "unknown_path", None, "来电不能这样记录，请回到接听台。")
    pool, key = request.app[CONTEXT].pool, taking.key_of(login, request.match_info["call"])
    filled = _filled(request, key, way, form)
    ended = await taking.ended(pool, key, request.app[WORDS])
    if ended is None:
        return await _say(request, filled)
    if ended.typed == filled.typed:
        return redirect(addressed(HOME, {"done": ended.act}))
    return await _page(request, 409, filled.refused(of_page(_ENDED)).form)


async def _say(request: web.Request, filled: Filled) -> web.Response:
    context, words = request.app[CONTEXT], request.app[WORDS]

    async def version() -> str:
        return "ended" if await taking.ended(context.pool, filled.key, words) else ""

    try:
        became = await submit(request, filled, version)
    except HttpProblem as problem:
        if problem.body["code"] != "conflicting_repeat":
            raise
        # Another page of this call said something else at the same moment.
        return await _page(request, 409, filled.refused(of_page(_ENDED)).form)
    if isinstance(became, ShownAgain):
        return await _page(request, 422, became.form)
    return redirect(addressed(HOME, {"done": became.id}))


async def keep_draft(request: web.Request) -> web.StreamResponse:
    """POST /calls/{call}/draft: keep what is typed."""
    require_taker(request)
    form = await posted(request)
    key = taking.key_of(request[WHO].login, request.match_info["call"])
    return await keep_typed(request, _filled(request, key, "", form))


async def drop_draft(request: web.Request) -> web.StreamResponse:
    """POST /calls/{call}/forget: forget what was typed, as its author wants."""
    require_taker(request)
    await posted(request)
    await lookup.drop(request.app[CONTEXT].pool, taking.key_of(request[WHO].login, request.match_info["call"]))
    return redirect(HOME)


def _of_call(handler: Handler, *, typed: bool = False) -> Handler:
    """The page of a call: what no call is named has no form, whose buttons would lead wherever the name does."""

    async def named(request: web.Request) -> web.StreamResponse:
        if _CALL.fullmatch(request.match_info["call"]) is None:
            raise HttpProblem(404, "unknown_path", None, _NO_CALL)
        return await handler(request)

    return page(named, typed=typed)


_PATH: Final = f"{HOME}/{{call}}"
_WHO: Final = (text("who"),)
_ANNOUNCED: Final = (text("ani", required=True), text("dnis"), text("call_id"), text("agent"))
ROUTES: Final = (
    Route("GET", "/desk/pop", page(pop, HOME), _ANNOUNCED),
    Route("GET", HOME, page(show_calls), (text("done"),)),
    Route("POST", HOME, page(begin, typed=True)),
    Route("GET", _PATH, _of_call(show_call), (*_WHO, flagged("unsearched"))),
    Route("POST", f"{_PATH}/beside", _of_call(show_beside), _WHO),
    Route("POST", f"{_PATH}/draft", _of_call(keep_draft)),
    Route("POST", f"{_PATH}/forget", _of_call(drop_draft)),
    back(f"{_PATH}/{{do}}", _WHO),
    Route("POST", f"{_PATH}/{{do}}", _of_call(answer, typed=True), _WHO),
)
