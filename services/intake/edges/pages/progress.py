"""The page on which a citizen finds their matter by its receipt and the telephone number that was left with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

import vocabulary
from chassis.problems import HttpProblem
from chassis.routes import Route, text
from doors.attachments.words import KNOWN
from doors.pages import Pages, form_of
from schemas.files import read_yaml
from schemas.text import plain
from schemas.values import TicketState
from services.intake.edges import progress
from services.intake.edges.taking import CONFIG

_HERE: Final = Path(__file__).parent
_PAGE: Final = "/progress"
_BETWEEN: Final = re.compile(r"[\s-]")
_TICKET: Final = re.compile(r"\d{14}")
_MEANT: Final = str.maketrans("OIL", "011")


class Meaning(TypedDict):
    """What a state means for the citizen whose ticket it is, and what they can do."""

    means: str
    next: str


MEANINGS: Final = TypeAdapter(dict[TicketState, Meaning]).validate_python(read_yaml(_HERE / "standing.yaml"))
_PAGES: Final = Pages(_HERE, states=vocabulary.STATES, meanings=MEANINGS, **KNOWN)


async def go_there(_request: web.Request) -> web.StreamResponse:
    """GET /: the page of progress."""
    return web.Response(status=302, headers={"Location": _PAGE})


async def ask(request: web.Request) -> web.StreamResponse:
    """GET /progress: the form; a receipt in the address, as a printed code has it, stands in it already."""
    return _PAGES.answer("ask.html", receipt=request.query.get("receipt", ""), phone="", wrong=None)


async def show(request: web.Request) -> web.StreamResponse:
    """POST /progress: what became of the matter; the form again, with what was typed, where it does not open."""
    receipt = phone = ""
    try:
        form = await form_of(request)
        receipt, phone = form.get("receipt", ""), form.get("phone", "")
        asked = _asked(receipt, phone)
        standing = await progress.opened(request, asked.receipt, asked.phone)
    except HttpProblem as problem:
        values = {"receipt": receipt, "phone": phone, "wrong": problem.body}
        return _PAGES.answer("ask.html", problem.status, problem.headers, **values)
    return _PAGES.answer("standing.html", standing=standing, moment=partial(_moment, request))


def show_problem(_request: web.Request, status: int, problem: Mapping[str, Any]) -> web.Response:
    """Say what is wrong with an address above the form, which is what whoever opened it most likely looks for."""
    return _PAGES.answer("ask.html", status, receipt="", phone="", wrong=problem)


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


def _moment(request: web.Request, at: datetime) -> str:
    return at.astimezone(request.app[CONFIG].zone).strftime("%Y年%-m月%-d日 %H:%M")


ROUTES: Final = (
    Route("GET", "/", go_there),
    Route("GET", _PAGE, ask, (text("receipt"),)),
    Route("POST", _PAGE, show),
    *_PAGES.routes,
)
