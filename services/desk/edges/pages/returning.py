"""The list from which somebody came to a page, and to which they go back when they have done something there."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from services.desk.edges.pages.entering import local


def list_of(request: web.Request, path: str) -> str:
    """The address of the list from which somebody came; the whole list where they came from elsewhere."""
    came = urlsplit(request.headers.get("Referer", ""))
    return f"{path}?{came.query}" if came.path == path and came.query else path


def done(following: str, path: str, act: str) -> str:
    """The address of that list, where it tells what becomes of an act."""
    place, _, query = (local(following) if following else path).partition("?")
    said = [(name, value) for name, value in parse_qsl(query) if name != "done"]
    return f"{place}?{urlencode([*said, ('done', act)])}"
