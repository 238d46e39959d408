"""Where a citizen enters: by a receipt and the telephone number that was left with it, and out again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from pydantic import ValidationError

from chassis.problems import HttpProblem
from chassis.routes import Route, text
from doors.receipts import PAGE
from schemas.text import plain
from services.intake.edges import progress, sessions
from services.intake.edges.pages import acts, matter
from services.intake.edges.pages.showing import PAGES

_BETWEEN: Final = re.compile(r"[\s-]")
_TICKET: Final = re.compile(r"\d{14}")
_MEANT: Final = str.maketrans("OIL", "011")
_FOUND: Final = 302
_SEE_OTHER: Final = 303


async def go_there(_request: web.Request) -> web.StreamResponse:
    """GET /: the page of progress."""
    return web.Response(status=_FOUND, headers={"Location": PAGE})


async def ask(request: web.Request) -> web.StreamResponse:
    """GET /progress: the form; a receipt in the address, as a printed code has it, stands in it already."""
    return PAGES.answer("ask.html", receipt=request.query.get("receipt", ""), phone="", wrong=None, kept={})


async def enter(request: web.Request) -> web.StreamResponse:
    """POST /progress: begin to look at a matter; the form again, with what was typed, where it does not open.

    What somebody had filled in when their session was over is there again.
    """
    receipt = phone = ""
    kept: Mapping[str, str] = {}
    try:
        form = await sessions.posted(request)
        receipt, phone = form.get("receipt", ""), form.get("phone", "")
        kept = acts.kept_in(form)
        asked = _asked(receipt, phone)
        factor, standing = await progress.opened_by(request, asked.receipt, asked.phone)
    except HttpProblem as problem:
        values = {"receipt": receipt, "phone": phone, "wrong": problem.body, "kept": kept}
        return PAGES.answer("ask.html", problem.status, problem.headers, **values)
    response = web.Response(status=_SEE_OTHER, headers={"Location": matter.PAGE, "Cache-Control": "no-store"})
    session = await sessions.begin(request, asked.receipt, factor)
    if kept:
        response = await matter.shown(request, matter.Looking(session, standing, acts.again(kept)))
    sessions.keep(request, response, session)
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    """POST /progress/leave: end the session of this browser."""
    form, session = await sessions.posted(request), await sessions.current(request)
    if session is not None:
        sessions.require_token(request, session, form)
    response = web.Response(status=_SEE_OTHER, headers={"Location": PAGE, "Cache-Control": "no-store"})
    await sessions.end(request, response)
    return response


def show_problem(_request: web.Request, status: int, problem: Mapping[str, Any]) -> web.Response:
    """Say what is wrong with an address above the form, which is what whoever opened it most likely looks for."""
    return PAGES.answer("ask.html", status, receipt="", phone="", wrong=problem, kept={})


def _asked(receipt: str, phone: str) -> progress.Asked:
    """What was typed, as it was meant: a receipt has no O, I or L, and no blanks between its letters."""
    written = _BETWEEN.sub("", plain(receipt)).upper()
    try:
        return progress.Asked(receipt=written[:1] + written[1:].translate(_MEANT), phone=phone.strip())
    except ValidationError as error:
        if error.errors()[0]["loc"] == ("phone",):
            words = "请填写登记时所留的完整电话号码，固定电话带区号。"
            raise HttpProblem(422, "bad_phone", "phone", words) from None
        about = "这像是工单号，请改填回执号：" if _TICKET.fullmatch(written) else "回执号是"
        words = f"{about}字母 R 加 20 位字母和数字，请照受理短信、微信通知或者走访告知单上的填写。"
        raise HttpProblem(422, "bad_receipt", "receipt", words) from None


ROUTES: Final = (
    Route("GET", "/", go_there),
    Route("GET", PAGE, ask, (text("receipt"),)),
    Route("POST", PAGE, enter),
    Route("POST", f"{PAGE}/leave", leave),
    *matter.ROUTES,
    *acts.ROUTES,
    *PAGES.routes,
)
