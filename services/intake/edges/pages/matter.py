"""The page of a citizen's matter: what happened, who has it, until when and why, and what was answered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

from aiohttp import web

from chassis.routes import Route, text
from doors import receipts
from doors.receipts import code_of, page_of
from services.intake.core.offers import Offer
from services.intake.core.repeats import window
from services.intake.edges import lookup, sessions
from services.intake.edges.acting import Done, Filled, done_by
from services.intake.edges.answered import News, Standing, Ticket
from services.intake.edges.pages.meanings import MEANINGS, offered
from services.intake.edges.pages.showing import PAGES
from services.intake.edges.sessions import Session
from services.intake.edges.taking import CONFIG, CONTEXT, SETTINGS

PAGE: Final = f"{receipts.PAGE}/matter"
OVER: Final = {"detail": "请重新填写回执号和电话：停留太久，或者浏览器没有保存本页的 Cookie。", "field": ""}
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
        return PAGES.answer("ask.html", receipt="", phone="", wrong=OVER, kept={})
    looking, again = Looking(session, standing), request.query.get("again")
    if again is not None:
        done = await done_by(request.app[CONTEXT].pool, session)
        found = next((each for each in done if each.receipt == again), None)
        looking = looking._replace(filled=None if found is None else again_of(found))
    return await shown(request, looking)


class Looking(NamedTuple):
    """Whose page it is, what it says, and what was filled in on it and not taken, if anything."""

    session: Session
    standing: Standing
    filled: Filled | None = None
    wrong: Mapping[str, str] = MappingProxyType({})


async def opened(request: web.Request, session: Session) -> Standing | None:
    """Look up the matter of a session; None where what was typed does not open it any more."""
    return await lookup.opened(request.app[CONTEXT].pool, session.receipt, session.factor)


def again_of(done: Done) -> Filled:
    """Fill a form in with what was said before."""
    return Filled(done.offer, done.ticket, done.said, done.chosen, new_key())


def new_key() -> str:
    """Name a form anew: sent twice it does something once."""
    return secrets.token_hex(8)


async def shown(request: web.Request, looking: Looking, status: int = 200) -> web.Response:
    """Answer with the page of a matter."""
    session, standing = looking.session, looking.standing
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
        offers=partial(offers_of, request),
        done=await done_by(request.app[CONTEXT].pool, session),
        filled=looking.filled,
        wrong=looking.wrong,
        new_key=new_key,
    )


def offers_of(request: web.Request, ticket: Ticket) -> Sequence[Offer]:
    """List what can be done with a ticket now; nothing with one whose state is not shown."""
    if "state" not in ticket:
        return ()
    context, config = request.app[CONTEXT], request.app[CONFIG]
    return offered(ticket["state"], ticket.get("ended_at"), context.clock.now(), window(config))


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


ROUTES: Final = (Route("GET", PAGE, show, (text("again"),)),)
