"""The visitor's page (走访), for a phone: it works without a network, and speaks for the survey channel by its token.

The page has nothing of anybody in it. What is typed stays on the phone until the door has answered what became of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from aiohttp import web

import vocabulary
from chassis.problems import HttpProblem
from chassis.routes import Route, text
from doors.pages import HEADERS
from doors.receipts import code_of, page_of
from schemas.inbound import RecordVisit
from services.intake.edges.pages.showing import PAGES
from services.intake.edges.taking import CONFIG

_HERE: Final = Path(__file__).parent
_RECEIPT: Final = re.compile(r"R[0-9A-Z]{20}")
_WORKER: Final = (_HERE / "static" / "visit-worker.js").read_bytes()
_MOST: Final = next(
    each.max_length for each in RecordVisit.model_fields["problems"].metadata if hasattr(each, "max_length")
)
_AT_HAND: Final = {"Permissions-Policy": "camera=(), geolocation=(self), microphone=()"}
"""Where a visitor stands is asked of their phone, and told with the visit."""


async def show(request: web.Request) -> web.StreamResponse:
    """GET /visit: the page, the same for everybody."""
    units = request.app[CONFIG].policy.units
    return PAGES.answer("visit.html", headers=_AT_HAND, units=units, most=_MOST, vocabulary=vocabulary)


async def show_worker(_request: web.Request) -> web.StreamResponse:
    """GET /visit/worker.js: what shows the page where there is no network; browsers look for a newer one."""
    headers = {**HEADERS, "Cache-Control": "no-cache", "Service-Worker-Allowed": "/visit"}
    return web.Response(body=_WORKER, content_type="text/javascript", charset="utf-8", headers=headers)


async def show_card(request: web.Request) -> web.StreamResponse:
    """GET /visit/card?receipt=: what a household keeps (温馨提示卡): the receipt, and the code that opens its page."""
    receipt = request.query.get("receipt", "")
    if _RECEIPT.fullmatch(receipt) is None:
        raise HttpProblem(404, "unknown_receipt", "receipt", "没有这样的回执号，请从走访页打开。")
    address = page_of(request, "", receipt)
    return PAGES.answer("card.html", receipt=receipt, address=address, code=code_of(address))


ROUTES: Final = (
    Route("GET", "/visit", show),
    Route("GET", "/visit/worker.js", show_worker),
    Route("GET", "/visit/card", show_card, (text("receipt"),)),
)
