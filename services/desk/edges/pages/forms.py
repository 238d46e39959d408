"""What makes a form that was sent the door's own: it comes from a page of this door, and carries its reader's token."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from typing import Final

from aiohttp import web

from chassis.http import choice
from chassis.problems import HttpProblem
from doors.entering import ENTRANCE
from doors.pages import form_of, is_from_elsewhere
from services.desk.edges.keys import WHO

FORM_COOKIE: Final = "liuhen_form"
"""What the token of the login's form is bound to, where there is no session yet."""
TOKEN: Final = "token"  # noqa: S105 - the name of a field
TOKEN_HEADER: Final = "X-Form-Token"  # noqa: S105 - the name of a header
FOREIGN: Final = "foreign_form"
"""The code of what no page of this door sent."""
_NEW: Final = web.RequestKey("new_form_cookie", str)
_STRANGE: Final = "这张表单不是从本系统的页面提交的，或者页面开得太久。请刷新页面再提交；已输入的内容存有草稿。"


def _bound(request: web.Request) -> str:
    """What a form is bound to: whoever is logged in, and before that a word of chance in this browser.

    A page that is open while its session ends is as good as before once the same person has logged in again.
    """
    if (who := request.get(WHO)) is not None:
        return f"of {who.login}"
    chance = request.cookies.get(FORM_COOKIE) or request.get(_NEW, "")
    return f"by chance {chance}" if chance else ""


def token_of(request: web.Request) -> str:
    """Make the token that every form of a page carries."""
    key = request.app[ENTRANCE].keeper.key
    return hmac.digest(key, f"form {_bound(request)}".encode(errors="replace"), hashlib.sha256).hex()


def bind(request: web.Request) -> str:
    """Bind the forms of a browser that has no session; returns what its cookie has to say."""
    request[_NEW] = chance = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(16)
    return chance


def chosen(request: web.Request, name: str, known: Iterable[str]) -> str | None:
    """Read a choice of a page's filters, where an empty one is none; a HttpProblem for any other word."""
    return choice(request, name, known) if request.query.get(name) else None


def require_ours(request: web.Request) -> None:
    """Refuse what no page of this door sent; for what is no form, and shows its token in a header."""
    shown = request.headers.get(TOKEN_HEADER, "").encode(errors="replace")
    if is_from_elsewhere(request) or not _bound(request) or not hmac.compare_digest(shown, token_of(request).encode()):
        raise HttpProblem(403, FOREIGN, TOKEN_HEADER, _STRANGE)


async def posted(request: web.Request) -> Mapping[str, str]:
    """Read a form; a HttpProblem for one that no page of this door sent."""
    if is_from_elsewhere(request):
        raise HttpProblem(403, FOREIGN, TOKEN, _STRANGE)
    form = await form_of(request)
    shown = form.pop(TOKEN, "").encode(errors="replace")
    if not _bound(request) or not hmac.compare_digest(shown, token_of(request).encode()):
        raise HttpProblem(403, FOREIGN, TOKEN, _STRANGE)
    return form
