"""Pages for people with a browser: templates that escape what people wrote, files under the hash of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from chassis.http import shown
from chassis.problems import HttpProblem
from chassis.routes import Route
from schemas.text import harmless, storable
from vocabulary import parameter

KEYS_COOKIE: Final = "liuhen_keys"
"""Says `off` where somebody wants no keys of one letter."""
_LASTING: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".txt": "text/plain"}
_HASH: Final = 12
_FORM: Final = "application/x-www-form-urlencoded"
_FIELDS: Final = 200
_OURS: Final = frozenset({"same-origin", "none"})

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


def beside(request: web.Request, address: str) -> str:
    """Where browsers reach another door: its address, or `:port` for one at the same host as this one."""
    return f"//{request.url.host}{address}" if address.startswith(":") else address.rstrip("/")


class _File(NamedTuple):
    body: bytes
    media: str


class Pages:
    """The pages of one door: its folder has `templates` and `static`."""

    def __init__(self, folder: Path, **known: Any) -> None:
        """`known` is what every template may name, beside `static`, which tells where a file is served."""
        self._addresses: dict[str, str] = {}
        self._files: dict[str, _File] = {}
        for path in sorted((folder / "static").iterdir()):
            body = path.read_bytes()
            served = f"{path.stem}.{hashlib.sha256(body).hexdigest()[:_HASH]}{path.suffix}"
            self._addresses[path.name] = f"/static/{served}"
            self._files[served] = _File(body, _TYPES[path.suffix])
        self._templates = Environment(
            loader=FileSystemLoader(folder / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(known, static=self._addresses.__getitem__)
        self.routes = (Route("GET", "/static/{name}", self._show_file),)

    def answer(
        self, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> web.Response:
        """Answer with a page."""
        text = self._templates.get_template(template).render(values)
        return web.Response(text=text, status=status, content_type="text/html", headers={**HEADERS, **(headers or {})})

    async def _show_file(self, request: web.Request) -> web.StreamResponse:
        """GET /static/{name}: a file, which a browser keeps for ever: another content has another name."""
        found = self._files.get(request.match_info["name"])
        if found is None:
            raise HttpProblem(404, "unknown_path", None, "没有这个文件，请刷新页面。")
        headers = {"Cache-Control": _LASTING}
        return web.Response(body=found.body, content_type=found.media, charset="utf-8", headers=headers)


def _shown(value: object) -> object:
    """What people wrote commands no page: neither the browser, nor the direction in which it is read."""
    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def is_from_elsewhere(request: web.Request) -> bool:
    """Tell whether a page of another site sent this, as far as the browser says so."""
    return request.headers.get("Sec-Fetch-Site", "none") not in _OURS


async def form_of(request: web.Request) -> dict[str, str]:
    """Read a form as browsers send it, whose every text can be kept; a HttpProblem for whatever else was sent."""
    if request.content_type != _FORM:
        raise HttpProblem(415, "unknown_media_type", "Content-Type", f"请用页面上的表单提交（{_FORM}）。")
    try:
        text = (await request.read()).decode("ascii")
        form = dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS))
    except ValueError:
        raise HttpProblem(400, "unreadable_form", None, "表单读不出来，请刷新页面后重新填写。") from None
    for name, value in form.items():
        if not (storable(name) and storable(value)):
            words = f"{parameter(shown(name))}含有空字符，不能保存。请去掉后重新提交。"
            raise HttpProblem(422, "bad_text", shown(name), words)
    return form
