"""The desk of the callback agency (回访台): whom to call, due first, and one call with what was asked and answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast, get_args
from uuid import uuid4

from aiohttp import web

from chassis.http import number, shown
from chassis.problems import HttpProblem
from chassis.routes import Route, text
from chassis.routes import choice as of_words
from chassis.routes import number as of_numbers
from doors.entering import ENTRANCE, known_in_browser
from schemas.values import PartyKind
from services.desk.core.forms import Field, fields_of
from services.desk.edges.keys import CONTEXT, WHO, WORDS
from services.desk.edges.pages import calling, lookup
from services.desk.edges.pages.calling import Show, WantedCalls
from services.desk.edges.pages.entering import back, page, redirect
from services.desk.edges.pages.filling import Filled, Form, ShownAgain, keep_typed, offered, submit
from services.desk.edges.pages.forms import chosen, posted
from services.desk.edges.pages.live import Feed, News, listen
from services.desk.edges.pages.lookup import Key
from services.desk.edges.pages.moments import moments_of
from services.desk.edges.pages.returning import addressed, done, list_of
from services.desk.edges.pages.showing import show

HOME: Final = "/callbacks"
ACTS: Final = ("record_callback", "note_unreached", "appoint_callback")
"""What can be said of a call, the usual first."""
SHOWN: Final[Mapping[Show, str]] = {"late": "已逾期", "today": "今天到期", "appointed": "已约定", "tried": "未接通过"}
"""What the list can be narrowed down to."""
_DRAFT: Final = "callback"
"""Of what a draft is, beside the ticket."""


def require_agent(request: web.Request) -> None:
    """Let see whom to call whoever calls for the agency; a HttpProblem for everybody else."""
    if request[WHO].party.kind is not PartyKind.CALLBACK:
        raise HttpProblem(403, "not_permitted", None, "回访台由回访员使用，请以回访员登录；中心的待办在派单台。")


async def show_callbacks(request: web.Request) -> web.StreamResponse:
    """GET /callbacks?show=&text=&page=&done=: one page of whom to call, live."""
    require_agent(request)
    pool, moments, wanted = request.app[CONTEXT].pool, moments_of(request), _wanted(request)
    at = number(request, "page", usual=1, most=lookup.MOST_PAGES)
    # Before the rows: what changes in between is told again, and nothing is missed.
    place = await lookup.horizon(pool)
    rows, total = await calling.calls(pool, wanted, moments, at, request.app[WORDS])
    return show(
        request,
        "callbacks.html",
        rows=rows,
        drafts=await lookup.with_drafts(pool, request[WHO].login),
        counts=await calling.counts(pool, moments),
        shows=SHOWN,
        wanted=wanted,
        link=lambda **other: _link(wanted, other),
        listening=_link(wanted, {"since": place}, f"{HOME}/events"),
        total=total,
        at=at,
        pages=-(-total // lookup.PAGE),
        done=request.query.get("done", ""),
    )


def _wanted(request: web.Request) -> WantedCalls:
    found = chosen(request, "show", SHOWN)
    return WantedCalls(cast("Show | None", found), request.query.get("text", "").strip() or None)


def _link(wanted: WantedCalls, other: Mapping[str, str | int | None], path: str = HOME) -> str:
    """The address of the list with something else in it."""
    return addressed(path, {**wanted._asdict(), **other})


async def show_row(request: web.Request) -> web.StreamResponse:
    """GET /callbacks/rows/{ticket}/callback: one row as it is now."""
    require_agent(request)
    pool, ticket = request.app[CONTEXT].pool, request.match_info["ticket"]
    row = await calling.one(pool, ticket, request.app[WORDS])
    drafts = await lookup.with_drafts(pool, request[WHO].login)
    return show(request, "callback_row.html", row=row, drafts=drafts, ticket=ticket)


async def hear(request: web.Request) -> web.StreamResponse:
    """GET /callbacks/events?show=&text=&since=: the live list."""
    require_agent(request)
    pool, wanted = request.app[CONTEXT].pool, _wanted(request)

    async def may_hear() -> bool:
        who = await known_in_browser(request)
        return who is not None and who.party.kind is PartyKind.CALLBACK

    async def read(since: int, until: int) -> News:
        moments = moments_of(request)
        rows = await calling.changed(pool, wanted, moments, since, until)
        return News(rows, await calling.counts(pool, moments) if rows else {})

    def pick(rows: Mapping[str, int]) -> Mapping[str, bool]:
        return {key: bool(meant) for key, meant in rows.items()}

    return await listen(request, Feed(f"callbacks {wanted}", request[WHO].login, may_hear, read, pick))


async def show_callback(request: web.Request) -> web.StreamResponse:
    """GET /callbacks/{ticket}: whom to call, what was asked and answered, and what can be said of the call."""
    require_agent(request)
    return await _page(request)


async def _page(
    request: web.Request, status: int = 200, wrong: Form | None = None, following: str = ""
) -> web.Response:
    """Show a call that is owed; `wrong` is the form that was refused."""
    pool, ticket = request.app[CONTEXT].pool, request.match_info["ticket"]
    row = await calling.one(pool, ticket, request.app[WORDS])
    if row is None and wrong is None:
        words = f"工单 {shown(ticket)} 现在不需要回访：已经有人记录了答复，或者没有这件。"
        raise HttpProblem(404, "unknown_ticket", "ticket", words)
    return show(
        request,
        "callback.html",
        status,
        ticket=ticket,
        row=row,
        tries=await calling.tries(pool, ticket),
        forms=await _forms(request, wrong),
        following=following or list_of(request, HOME),
        done=request.query.get("done", ""),
        act_key=lambda: str(uuid4()),
    )


async def _forms(request: web.Request, wrong: Form | None) -> Sequence[Form]:
    pool, ticket = request.app[CONTEXT].pool, request.match_info["ticket"]
    drafts = await lookup.drafts(pool, request[WHO].login, ticket, _DRAFT)
    return offered(ACTS, lambda do: _fields(request, do), drafts, lambda _: {}, wrong)


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /callbacks/{ticket}/{do}: say it as it was typed; what is refused keeps every word of it."""
    require_agent(request)
    form, key = await posted(request), _key(request)
    filled = Filled(key, _fields(request, key.act), form, {"ticket": key.ticket})

    async def version() -> str | None:
        return await calling.version(request.app[CONTEXT].pool, key.ticket)

    became = await submit(request, filled, version)
    if isinstance(became, ShownAgain):
        return await _page(request, 422, became.form, form.get("next", ""))
    return redirect(done(form.get("next", ""), HOME, became.id))


def _key(request: web.Request) -> Key:
    ticket, do = request.match_info["ticket"], request.match_info["do"]
    if do not in ACTS:
        raise HttpProblem(404, "unknown_path", None, "回访不能这样记录，请回到回访台。")
    return Key(request[WHO].login, ticket, _DRAFT, do)


def _fields(request: web.Request, do: str) -> tuple[Field, ...]:
    return fields_of(do, request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now())


async def keep_draft(request: web.Request) -> web.StreamResponse:
    """POST /callbacks/{ticket}/{do}/draft: keep what is typed."""
    require_agent(request)
    form, key = await posted(request), _key(request)
    return await keep_typed(request, Filled(key, _fields(request, key.act), form, {}))


async def drop_draft(request: web.Request) -> web.StreamResponse:
    """POST /callbacks/{ticket}/{do}/forget: forget what was typed, as its author wants."""
    require_agent(request)
    await posted(request)
    key = _key(request)
    await lookup.drop(request.app[CONTEXT].pool, key)
    return redirect(f"{HOME}/{key.ticket}")


_FILTERS: Final = (of_words("show", get_args(Show)), text("text"))
_PAGE: Final = (of_numbers("page", usual=1, most=lookup.MOST_PAGES), text("done"))
_PATH: Final = f"{HOME}/{{ticket}}"
ROUTES: Final = (
    Route("GET", HOME, page(show_callbacks), (*_FILTERS, *_PAGE)),
    Route("GET", f"{HOME}/events", page(hear), (*_FILTERS, text("since"))),
    Route("GET", f"{HOME}/rows/{{ticket}}/callback", page(show_row)),
    Route("GET", _PATH, page(show_callback), (text("done"),)),
    back(f"{_PATH}/{{do}}"),
    Route("POST", f"{_PATH}/{{do}}", page(answer, typed=True)),
    Route("POST", f"{_PATH}/{{do}}/draft", page(keep_draft)),
    Route("POST", f"{_PATH}/{{do}}/forget", page(drop_draft)),
)
