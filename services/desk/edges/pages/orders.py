"""The desk of a department (承办台): its orders, due first, and one of them with all that can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, cast, get_args
from uuid import uuid4

from aiohttp import web

from chassis.http import number, shown
from chassis.problems import HttpProblem
from chassis.routes import Route, text
from chassis.routes import choice as of_words
from chassis.routes import number as of_numbers
from doors.entering import ENTRANCE, known_in_browser
from schemas.files import read_yaml
from schemas.public import Order, ShownContact
from schemas.values import Person, Tier
from services.desk.core.forms import Field, fields_of
from services.desk.core.owing import GROUPS, Group, Owed, owed
from services.desk.core.why_due import why_due
from services.desk.edges.keys import CONTEXT, RULES, WHO, WORDS
from services.desk.edges.pages import lookup
from services.desk.edges.pages import owed as looking
from services.desk.edges.pages.entering import back, page, redirect
from services.desk.edges.pages.filling import (
    Filled,
    Form,
    ShownAgain,
    keep_typed,
    offered,
    seen_before,
    seen_of,
    submit,
)
from services.desk.edges.pages.forms import chosen, posted
from services.desk.edges.pages.hand import ask_hand, hand_of, require_department
from services.desk.edges.pages.live import Feed, News, listen, place_of
from services.desk.edges.pages.lookup import Key
from services.desk.edges.pages.moments import moments_of
from services.desk.edges.pages.owed import Time, WantedOrders
from services.desk.edges.pages.returning import addressed
from services.desk.edges.pages.showing import show

_DRAFT: Final = "order"
"""Of what a draft is, beside the ticket: there is one order of each."""


class _Acts(NamedTuple):
    """What a department may do, the usual first; and what it does for an incident, with the act that goes before."""

    acts: Sequence[str]
    of_incident: Mapping[str, str]


@cache
def acts_of_order() -> _Acts:
    """Read which acts a page offers."""
    found = read_yaml(Path(__file__).with_name("order.yaml"))
    return _Acts(tuple(found["acts"]), found["of_incident"])


async def show_orders(request: web.Request) -> web.StreamResponse:
    """GET /orders?show=&time=&section=&tier=&text=&page=&done=: one page of a department's orders, live."""
    wanted, moments = wanted_of(request), moments_of(request)
    pool, at = request.app[CONTEXT].pool, number(request, "page", usual=1, most=lookup.MOST_PAGES)
    # Before the rows: what changes in between is told again, and nothing is missed.
    place = await lookup.horizon(pool)
    rows, total = await looking.orders(pool, wanted, moments, at, request.app[WORDS])
    department = request.app[ENTRANCE].policy.department(wanted.department)
    return show(
        request,
        "orders.html",
        rows=rows,
        owed=owed,
        drafts=await lookup.with_drafts(pool, _author(request)),
        counts=await looking.counts(pool, wanted.department, moments),
        groups=GROUPS,
        sections=department.sections if department else (),
        wanted=wanted,
        link=lambda **other: _link(wanted, other),
        excel=_link(wanted, {}, "/orders/excel"),
        export=_link(wanted, {}, "/orders/export"),
        total=total,
        at=at,
        pages=-(-total // lookup.PAGE),
        place=place,
        done=request.query.get("done", ""),
        hand=hand_of(request),
    )


def wanted_of(request: web.Request) -> WantedOrders:
    """Read which orders an address means."""
    show_, time = chosen(request, "show", Group), chosen(request, "time", get_args(Time))
    said = {name: request.query.get(name, "").strip() or None for name in ("section", "text")}
    return WantedOrders(
        require_department(request),
        Group(show_) if show_ else None,
        cast("Time | None", time),
        said["section"],
        chosen(request, "tier", Tier),
        said["text"],
    )


def _link(wanted: WantedOrders, other: Mapping[str, str | int | None], path: str = "/orders") -> str:
    """The address of the list with something else in it."""
    return addressed(path, {**wanted._asdict(), "department": None, **other})


def _author(request: web.Request) -> str:
    """Whose drafts these are: people who share a login do not read one another's."""
    hand = hand_of(request)
    return f"{request[WHO].login} {hand.id if hand else ''}"


async def show_row(request: web.Request) -> web.StreamResponse:
    """GET /orders/rows/{ticket}/order: one row as it is now."""
    department, ticket = require_department(request), request.match_info["ticket"]
    pool = request.app[CONTEXT].pool
    found = await looking.order(pool, department, ticket, request.app[WORDS])
    row = found[0] if found and found[0].standing != "left" else None
    drafts = await lookup.with_drafts(pool, _author(request))
    return show(request, "order_row.html", row=row, drafts=drafts, owed=owed, ticket=ticket)


async def hear(request: web.Request) -> web.StreamResponse:
    """GET /orders/events?since=: the live list of a department."""
    department, pool = require_department(request), request.app[CONTEXT].pool
    opened = place_of(request.query.get("since", ""))

    async def may_hear() -> bool:
        who = await known_in_browser(request)
        return who is not None and who.department == department

    async def read(since: int, until: int) -> News:
        rows = await looking.changed(pool, department, since, until)
        return News(rows, await looking.counts(pool, department, moments_of(request)) if rows else {})

    def pick(rows: Mapping[str, int]) -> Mapping[str, bool]:
        return {key: begun >= opened for key, begun in rows.items()}

    return await listen(request, Feed(request[WHO].login, _author(request), may_hear, read, pick))


async def show_figures(request: web.Request) -> web.StreamResponse:
    """GET /orders/figures: how much a department has in hand, of what, where inside, and how late it is."""
    department, moments = require_department(request), moments_of(request)
    pool = request.app[CONTEXT].pool
    heaps = await looking.heaps(pool, department, moments.now)
    counts = await looking.counts_of(pool, department, moments, heaps)

    def sums(field: str) -> Mapping[str, tuple[int, int]]:
        return looking.sums(heaps, field)

    return show(request, "figures.html", sums=sums, counts=counts, groups=GROUPS)


async def show_order(request: web.Request) -> web.StreamResponse:
    """GET /orders/{ticket}: an order with all that its department knows of it, and what can be done now."""
    return await _page(request)


async def _page(
    request: web.Request, status: int = 200, wrong: Form | None = None, seen: Order | None = None
) -> web.Response:
    """Show an order; `wrong` is the form that was refused, `seen` what its author had seen where that is no more."""
    row, contact = await _found(request)
    pool = request.app[CONTEXT].pool
    place = await lookup.horizon(pool)
    policy = request.app[ENTRANCE].policy
    return show(
        request,
        "order.html",
        status,
        row=row,
        order=row.order,
        contact=contact,
        owed=owed,
        whys=[(each, why_due(each, row.order.tier, row.steps, request.app[RULES])) for each in row.in_order],
        category=policy.category(row.order.category) if row.order.category else None,
        shown=row.order.to_json().decode(),
        seen=seen,
        why=wrong.wrong.reason if wrong and wrong.wrong else "",
        forms=await _forms(request, row, wrong),
        hand=hand_of(request),
        place=place,
        done=request.query.get("done", ""),
        act_key=lambda: str(uuid4()),
    )


async def _found(request: web.Request) -> tuple[Owed, ShownContact | None]:
    department, ticket = require_department(request), request.match_info["ticket"]
    found = await looking.order(request.app[CONTEXT].pool, department, ticket, request.app[WORDS])
    if found is None:
        raise HttpProblem(404, "unknown_ticket", "ticket", f"贵单位没有工单 {shown(ticket)}，请核对工单号。")
    return found


async def _forms(request: web.Request, row: Owed, wrong: Form | None) -> Sequence[Form]:
    """The forms of what can be done now, with what this person typed last."""
    department = require_department(request)
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    drafts = await lookup.drafts(request.app[CONTEXT].pool, _author(request), row.order.ticket, _DRAFT)
    named = dict.fromkeys([*_may(row.order, department), *([wrong.do] if wrong else ())])
    return offered(named, lambda do: fields_of(do, policy, now, department), drafts, lambda _: {}, wrong)


def _may(order: Order, department: str) -> Sequence[str]:
    """Name what can be done now: what the order says, and what goes for the whole incident that the reader leads."""
    offered, allowed = acts_of_order(), order.may or ()
    leads = order.incident is not None and order.incident_lead == department
    whole = [do for do, needs in offered.of_incident.items() if leads and needs in allowed]
    return [*(do for do in offered.acts if do in allowed), *whole]


async def answer(request: web.Request) -> web.StreamResponse:
    """POST /orders/{ticket}/{do}: do it as it was typed; what is refused keeps every word of it."""
    department, form, key = require_department(request), await posted(request), _key(request)
    hand = hand_of(request)
    if hand is None:
        return await ask_hand(request, f"/orders/{key.ticket}")
    row, _ = await _found(request)
    filled = Filled(key, _fields(request, key), form, _said(key, row.order, hand, form))

    async def version() -> str | None:
        return await looking.version(request.app[CONTEXT].pool, department, key.ticket)

    became = await submit(request, filled, version)
    if isinstance(became, ShownAgain):
        seen = seen_before(form, Order) if became.why.code == "changed_meanwhile" else None
        return await _page(request, 409 if seen else 422, became.form, seen)
    return redirect(f"/orders/{key.ticket}?done={became.id}")


def _said(key: Key, order: Order, hand: Person, form: Mapping[str, str]) -> Mapping[str, object]:
    """What the page itself says of an act: about what it is, who does it, and what they saw."""
    by = {"by": hand.model_dump()}
    if key.act in acts_of_order().of_incident:
        return {**by, "incident": order.incident or ""}
    return {**by, "ticket": key.ticket, **seen_of(form)}


def _key(request: web.Request) -> Key:
    ticket, do = request.match_info["ticket"], request.match_info["do"]
    if do not in (*acts_of_order().acts, *acts_of_order().of_incident):
        raise HttpProblem(404, "unknown_path", None, "工单不能这样办理，请回到承办台。")
    return Key(_author(request), ticket, _DRAFT, do)


def _fields(request: web.Request, key: Key) -> tuple[Field, ...]:
    return fields_of(key.act, request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now(), request[WHO].department)


async def keep_draft(request: web.Request) -> web.StreamResponse:
    """POST /orders/{ticket}/{do}/draft: keep what is typed."""
    require_department(request)
    form, key = await posted(request), _key(request)
    await _found(request)
    return await keep_typed(request, Filled(key, _fields(request, key), form, {}))


async def drop_draft(request: web.Request) -> web.StreamResponse:
    """POST /orders/{ticket}/{do}/forget: forget what was typed, as its author wants."""
    require_department(request)
    await posted(request)
    key = _key(request)
    await lookup.drop(request.app[CONTEXT].pool, key)
    return redirect(f"/orders/{key.ticket}")


FILTERS: Final = (
    of_words("show", Group),
    of_words("time", get_args(Time)),
    of_words("tier", Tier),
    text("section"),
    text("text"),
    of_numbers("page", usual=1, most=lookup.MOST_PAGES),
    text("done"),
)
_PATH: Final = "/orders/{ticket}"
ROUTES: Final = (
    Route("GET", "/orders", page(show_orders), FILTERS),
    Route("GET", "/orders/events", page(hear), (text("since"),)),
    Route("GET", "/orders/figures", page(show_figures)),
    Route("GET", "/orders/rows/{ticket}/order", page(show_row)),
    Route("GET", _PATH, page(show_order), (text("done"),)),
    back(f"{_PATH}/{{do}}"),
    Route("POST", f"{_PATH}/{{do}}", page(answer, typed=True)),
    Route("POST", f"{_PATH}/{{do}}/draft", page(keep_draft)),
    Route("POST", f"{_PATH}/{{do}}/forget", page(drop_draft)),
)
