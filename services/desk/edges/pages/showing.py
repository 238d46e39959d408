"""Pages as they are made: templates that escape what people wrote, files under the hash of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import vocabulary
from chassis import http
from chassis.problems import HttpProblem
from chassis.routes import Route
from doors.entering import ENTRANCE
from services.desk.edges.keys import CONTEXT, WHO
from services.desk.edges.pages.forms import KEYS_COOKIE, token_of

_HERE: Final = Path(__file__).parent
_LASTING: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".txt": "text/plain"}
_HASH: Final = 12

HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Language": "zh-CN",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
"""What a page may do: load what this door serves, and nothing that stands in the page itself."""


class _File(NamedTuple):
    body: bytes
    media: str


@cache
def _files() -> tuple[Mapping[str, str], Mapping[str, _File]]:
    """Name every file by its content: the name under which it is asked for, and what stands there."""
    names: dict[str, str] = {}
    files: dict[str, _File] = {}
    for path in sorted((_HERE / "static").iterdir()):
        body = path.read_bytes()
        names[path.name] = served = f"{path.stem}.{hashlib.sha256(body).hexdigest()[:_HASH]}{path.suffix}"
        files[served] = _File(body, _TYPES[path.suffix])
    return names, files


def address_of(name: str) -> str:
    """Tell where a file of the folder `static` is served; KeyError where there is none."""
    return f"/static/{_files()[0][name]}"


async def show_file(request: web.Request) -> web.StreamResponse:
    """GET /static/{name}: a file, which a browser keeps for ever: another content has another name."""
    found = _files()[1].get(request.match_info["name"])
    if found is None:
        raise HttpProblem(404, "unknown_path", None, "没有这个文件，请刷新页面。")
    return web.Response(body=found.body, content_type=found.media, charset="utf-8", headers={"Cache-Control": _LASTING})


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(static=address_of, vocabulary=vocabulary)
    return made


def show(
    request: web.Request, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> web.Response:
    """Answer with a page, for who is logged in if somebody is."""
    entrance = request.app[ENTRANCE]
    zone, now = ZoneInfo(entrance.policy.office.zone), request.app[CONTEXT].clock.now()

    def clock(moment: datetime) -> str:
        return moment.astimezone(zone).strftime("%m月%d日 %H:%M")

    text = (
        _templates()
        .get_template(template)
        .render(
            values,
            who=request.get(WHO),
            policy=entrance.policy,
            token=token_of(request),
            keys_on=request.cookies.get(KEYS_COOKIE) != "off",
            here=request.path_qs,
            now=now,
            clock=clock,
            waited=lambda since: _waited((now - since).total_seconds()),
        )
    )
    return web.Response(text=text, status=status, content_type="text/html", headers={**HEADERS, **(headers or {})})


def _waited(seconds: float) -> str:
    minutes = max(0, int(seconds // 60))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}天{hours}小时"
    return f"{hours}小时{minutes}分" if hours else f"{minutes}分"


ROUTES: Final = (Route("GET", "/static/{name}", show_file),)

__all__ = ["HEADERS", "ROUTES", "address_of", "http", "show", "show_file"]
