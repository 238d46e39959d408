"""Pages of the office as they are shown: for who is logged in, by the clock of the office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

import vocabulary
from doors.entering import ENTRANCE
from doors.pages import Pages
from services.desk.edges.keys import CONTEXT, WHO
from services.desk.edges.pages.forms import KEYS_COOKIE, token_of

_PAGES: Final = Pages(Path(__file__).parent, vocabulary=vocabulary)
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
        return _waited((now - since).total_seconds())

    known = {"policy": policy, "now": now, "clock": clock, "waited": waited, "here": request.path_qs}
    known |= {"who": request.get(WHO), "token": token_of(request)}
    known |= {"keys_on": request.cookies.get(KEYS_COOKIE) != "off"}
    return _PAGES.answer(template, status, headers, **known, **values)


def _waited(seconds: float) -> str:
    minutes = max(0, int(seconds // 60))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}天{hours}小时"
    return f"{hours}小时{minutes}分" if hours else f"{minutes}分"
