"""Pages of the office as they are shown: for who is logged in, by the clock of the office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

import vocabulary
from doors.attachments.words import KNOWN
from doors.entering import ENTRANCE
from doors.pages import KEYS_COOKIE, Pages, beside
from doors.receipts import code_of, page_of
from rulebook.codes import ONLY_LOOK, Role
from schemas.values import Due, breach_by, remind_by
from services.desk.core.acts import is_act, takes_no_calls
from services.desk.core.rights import may_read_tasks
from services.desk.edges.keys import BOARD, CITIZENS, CONTEXT, WHO
from services.desk.edges.pages.forms import token_of

HAND_COOKIE: Final = "liuhen_hand"
"""Says who of a department sits at a browser."""
_PAGES: Final = Pages(Path(__file__).parent, vocabulary=vocabulary, is_act=is_act, code_of=code_of, **KNOWN)
ROUTES: Final = _PAGES.routes


def show(
    request: web.Request, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> web.Response:
    """Answer with a page, for who is logged in if somebody is."""
    policy, now = request.app[ENTRANCE].policy, request.app[CONTEXT].clock.now()
    zone = ZoneInfo(policy.office.zone)

    def clock(moment: datetime) -> str:
        return moment.astimezone(zone).strftime("%m月%d日 %H:%M")

    def waited(since: datetime) -> str:
        return _span((now - since).total_seconds())

    def left(due: Due) -> str:
        return _left(due, now)

    known = {"policy": policy, "now": now, "clock": clock, "waited": waited, "left": left, "here": request.path_qs}
    who = request.get(WHO)
    known |= {"who": who, "acts": who is not None and may_read_tasks(who), "token": token_of(request)}
    known |= {"takes_calls": who is not None and takes_no_calls(policy, who, now) is None}
    board = request.app[BOARD]
    looks_on = who is not None and (may_read_tasks(who) or not ONLY_LOOK.isdisjoint(who.roles))
    shows_board = looks_on and who is not None and Role.OPERATOR not in who.roles
    known |= {"looks_on": looks_on, "board": beside(request, board) if board and shows_board else ""}
    citizens = request.app[CITIZENS]
    known |= {"receipt_page": partial(page_of, request, citizens) if citizens else None}
    known |= {"keys_on": request.cookies.get(KEYS_COOKIE) != "off"}
    return _PAGES.answer(template, status, headers, **known, **values)


def _left(due: Due, now: datetime) -> str:
    """How long it is until something is due, or how late it is; while it is provisional, until the earlier instant."""
    if breach_by(due) < now:
        return f"逾期 {_span((now - breach_by(due)).total_seconds())}"
    return f"还剩 {_span((remind_by(due) - now).total_seconds())}"


def _span(seconds: float) -> str:
    minutes = max(0, int(seconds // 60))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}天{hours}小时"
    return f"{hours}小时{minutes}分" if hours else f"{minutes}分"
