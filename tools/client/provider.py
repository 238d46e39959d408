"""Logging in at an OpenID provider from a terminal: a browser goes there, and comes back to this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from secrets import token_urlsafe
from typing import Final
from urllib.parse import parse_qs, urlsplit

from doors.openid import challenge_of
from tools.client.asking import ask
from tools.errors import SaidClearly

_SECONDS: Final = 600
_SAID: Final = "<!doctype html><meta charset=utf-8><title>留痕</title><p>请回到终端。这一页可以关了。"


class _Back(HTTPServer):
    """Waits on this machine for the browser that comes back."""

    found: dict[str, str]


class _Answer(BaseHTTPRequestHandler):
    server: _Back

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.server.found = {name: values[0] for name, values in query.items()}
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(_SAID.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the library
        """Say nothing: the address has the code in it."""


def log_in_at_provider(door: str, show: Callable[[str], None], seconds: float = _SECONDS) -> str:
    """Return the session of whoever logs in at the address that is shown; SaidClearly where nobody does in time."""
    verifier = token_urlsafe(48)
    with _Back(("127.0.0.1", 0), _Answer) as server:
        server.found, server.timeout = {}, seconds
        back = f"http://127.0.0.1:{server.server_port}/"
        asked = {"back": back, "challenge": challenge_of(verifier)}
        show(str(ask(door, ("login", "openid"), "", body=json.dumps(asked).encode())["url"]))
        server.handle_request()
    if "code" not in server.found:
        outcome = server.found.get("error_description", server.found.get("error", "没有等到浏览器回来"))
        raise SaidClearly(f"没有登录：{outcome}。请再试一次。")
    shown = {"state": server.found.get("state", ""), "code": server.found["code"], "verifier": verifier}
    return str(ask(door, ("login", "openid", "redeem"), "", body=json.dumps(shown).encode())["session"])
