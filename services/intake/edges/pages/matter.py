"""The page of a citizen's matter: what happened, who has it, until when and why, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from aiohttp import web

from chassis.routes import Route
from doors import receipts
from doors.receipts import code_of, page_of
from services.intake.edges import lookup, sessions
from services.intake.edges.answered import News, Standing, Ticket
from services.intake.edges.pages.showing import MEANINGS, PAGES
from services.intake.edges.sessions import Session
from services.intake.edges.taking import CONFIG, CONTEXT, SETTINGS

PAGE: Final = f"{receipts.PAGE}/matter"
_OVER: Final = {"detail": "请重新填写回执号和电话：停留太久，或者浏览器没有保存本页的 Cookie。", "field": ""}
_OFFICES: Final = {"centre": "12345 热线中心", "survey": "大调研办", "you": "等您补充情况", "nobody": "", "lead": ""}
_ANSWERS: Final = frozenset(
    {"closed", "corrected", "final-answer-given", "handled-accepted", "merged-ticket-ended", "not-accepted"}
    | {"settled-at-unit", "transferred"}
)
"""News that answer what was asked."""
_ANEW: Final = frozenset({"reopened", "rework-ordered", "unmerged"})
"""News after which an earlier answer does not stand any more."""


async def show(request: web.Request) -> web.StreamResponse:
    """GET /progress/matter: the matter of whoever entered; the form to enter for everybody else."""
    session = await sessions.current(request)
    standing = None if session is None else await opened(request, session)
    if session is None or standing is None:
        return PAGES.answer("ask.html", receipt="", phone="", wrong=_OVER)
    return shown(request, session, standing)


async def opened(request: web.Request, session: Session) -> Standing | None:
    """Look up the matter of a session; None where what was typed does not open it any more."""
    return await lookup.opened(request.app[CONTEXT].pool, session.receipt, session.factor)


def shown(request: web.Request, session: Session, standing: Standing, status: int = 200) -> web.Response:
    """Answer with the page of a matter."""
    address = page_of(request, request.app[SETTINGS].citizen_home, session.receipt)
    return PAGES.answer(
        "standing.html",
        status,
        standing=standing,
        token=sessions.token_of(request, session),
        address=address,
        code=code_of(address),
        moment=partial(_moment, request),
        holder=partial(_holder, request),
        answer_of=answer_of,
    )


def answer_of(news: Sequence[News]) -> News | None:
    """Find the answer that stands among the news of a ticket."""
    found: News | None = None
    for each in news:
        if each["happened"] in _ANSWERS:
            found = each
        elif each["happened"] in _ANEW:
            found = None
    return found


def _holder(request: web.Request, ticket: Ticket) -> str:
    """Say who has a ticket now; '' for nobody."""
    who = MEANINGS[ticket["state"]]["who"]
    if who != "lead":
        return _OFFICES[who]
    lead = ticket.get("lead")
    return "" if lead is None else request.app[CONFIG].policy.name_for_callers(lead)


def _moment(request: web.Request, at: datetime) -> str:
    return at.astimezone(request.app[CONFIG].zone).strftime("%Y年%-m月%-d日 %H:%M")


ROUTES: Final = (Route("GET", PAGE, show),)
