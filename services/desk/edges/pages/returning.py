"""The addresses of lists: what one means, and the one to which somebody goes back when they have done something."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from services.desk.edges.pages.entering import local


def addressed(path: str, said: Mapping[str, str | int | None]) -> str:
    """The address of a list with what is said of it: the address is all that the list is."""
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{path}?{query}" if query else path


def list_of(request: web.Request, path: str) -> str:
    """The address of the list from which somebody came; the whole list where they came from elsewhere."""
    came = urlsplit(request.headers.get("Referer", ""))
    return f"{path}?{came.query}" if came.path == path and came.query else path


def done(following: str, path: str, act: str) -> str:
    """The address of that list, where it tells what becomes of an act."""
    place, _, query = (local(following) if following else path).partition("?")
    said = [(name, value) for name, value in parse_qsl(query) if name != "done"]
    return f"{place}?{urlencode([*said, ('done', act)])}"
