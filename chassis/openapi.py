"""An HTTP door in OpenAPI 3.1, from the routes that it answers by and the types that it reads and writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from chassis.problems import MEDIA_TYPE, TYPES
from chassis.protection import Limits
from chassis.routes import LONGEST, Parameter, Route
from schemas.export import closed
from schemas.registry import VERSION
from vocabulary import REFUSALS

PATH: Final = "/v1/openapi.json"
"""Where every door describes itself."""

_REF: Final = "#/components/schemas/{model}"
_LOGIN: Final = "login"
_ALWAYS: Final = (400, 408, 429, 500, 503)
_IF_KNOWN: Final = (401, 403)
_IN_PATH: Final = re.compile(r"{(\w+)}")
_WORDS: Final = {
    400: "What was sent cannot be read: a parameter, the text of a path, or the body.",
    401: "Nobody is logged in, or no token is shown.",
    403: "Who asks may not do this.",
    404: "There is no such thing.",
    408: "The body did not come in time.",
    409: "It contradicts what stands already.",
    410: "It was there, and was removed.",
    413: "The body is too large.",
    415: "The body is of another media type, or encoded in another way.",
    422: "A field is missing, unknown or wrong, names what there is not, or has more values than any form.",
    429: "Too many requests: come again after `Retry-After`.",
    500: "A bug, which is logged and rings an alarm.",
    503: "A server behind the door is away: come again after `Retry-After`, with the same id.",
}
_HEADERS: Final = {429: ("Retry-After",), 503: ("Retry-After",), 401: ("WWW-Authenticate",)}


class Terms(NamedTuple):
    """What holds for a door as a whole: whose it is, how many bytes a body may have, its limits, how one is known."""

    service: str
    largest: int
    limits: Limits = Limits()
    known_by: str = ""


def describe(terms: Terms, routes: Iterable[Route]) -> dict[str, Any]:
    """Describe a door: its terms, and every address of it but that of the description."""
    known = [route for route in routes if route.path != PATH]
    names, parts = _schemas(known)
    paths: dict[str, dict[str, Any]] = {}
    for route in known:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, names)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Liuhen {terms.service}", "version": VERSION, "description": _about(terms)},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {**parts, "Problem": _problem()},
            "securitySchemes": {_LOGIN: {"type": "http", "scheme": "bearer", "description": terms.known_by}},
        },
    }


def _about(terms: Terms) -> str:
    limits = terms.limits
    return (
        f"Whoever asks has {limits.per_second:g} requests a second, and {limits.at_once:g} at once; beyond it they are "
        f"told 429. A body has at most {terms.largest} bytes and {limits.patience:g} seconds. Refused are unknown and "
        "repeated parameters, unknown fields of a body, and fields that stand twice. Readers pass over fields of an "
        "answer that they do not know."
    )


def _problem() -> dict[str, Any]:
    return {
        "title": "Problem",
        "description": "Why a request is not answered as asked (RFC 9457), in Chinese; `code` is as on topics.",
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string", "pattern": f"^{TYPES}[a-z0-9_]+$"},
            "title": {"type": "string", "minLength": 1},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "minLength": 1},
            "code": {"type": "string", "enum": sorted(REFUSALS)},
            "field": {"type": "string"},
        },
    }


def _schemas(routes: Iterable[Route]) -> tuple[Mapping[tuple[Any, bool], Any], dict[str, Any]]:
    """Describe every type once, and name the place of each: what is asked is closed unless it says so, answers open."""
    names: dict[tuple[Any, bool], Any] = {}
    parts: dict[str, Any] = {}
    loose = {kind for route in routes if route.asks and not route.asks.closed for kind in route.asks.media.values()}
    for asked, is_closed in ((True, True), (True, False), (False, False)):
        types = [
            kind for kind in dict.fromkeys(_types(routes, asked=asked)) if not asked or is_closed != (kind in loose)
        ]
        inputs = [(place, "validation", TypeAdapter(kind)) for place, kind in enumerate(types)]
        found, defined = TypeAdapter.json_schemas(inputs, ref_template=_REF)  # type: ignore[arg-type]
        definitions = defined.get("$defs", {})
        parts |= closed(definitions) if is_closed else definitions
        names |= {(kind, asked): found[place, "validation"] for place, kind in enumerate(types)}
    return names, parts


def _types(routes: Iterable[Route], *, asked: bool) -> Iterator[Any]:
    for route in routes:
        if not asked and route.answers is not None:
            yield route.answers
        if asked and route.asks is not None:
            yield from (kind for kind in route.asks.media.values() if kind is not None)


def _operation(route: Route, names: Mapping[tuple[Any, bool], Any]) -> dict[str, Any]:
    in_path = [
        Parameter(name, {"type": "string", "minLength": 1, "maxLength": LONGEST}, required=True)
        for name in _IN_PATH.findall(route.path)
    ]
    parameters = [
        *(_parameter("path", one) for one in in_path),
        *(_parameter("query", one) for one in route.parameters),
        *(_parameter("header", one) for one in route.headers),
    ]
    operation: dict[str, Any] = {
        "summary": route.summary or _summary(route),
        "operationId": _id(route),
        "parameters": parameters,
    }
    statuses = {*_ALWAYS, *route.problems}
    if route.needs:
        operation["security"] = [{_LOGIN: []}]
        statuses |= {*_IF_KNOWN}
    if route.asks is not None:
        statuses |= {413, 415} | ({422} if route.asks.takes_json else set())
        content = {media: {"schema": _body(kind, names)} for media, kind in route.asks.media.items()}
        operation["requestBody"] = {"required": True, "content": content}
    answer = {
        "description": HTTPStatus(route.status).phrase,
        "content": {route.gives: {"schema": names.get((route.answers, False), {})}},
    }
    problems = {str(status): _wrong(status) for status in sorted(statuses)}
    return {**operation, "responses": {str(route.status): answer, **problems}}


def _body(kind: Any, names: Mapping[tuple[Any, bool], Any]) -> Any:
    return {} if kind is None else names[kind, True]


def _parameter(place: str, one: Parameter) -> dict[str, Any]:
    return {"name": one.name, "in": place, "required": one.required, "schema": dict(one.schema)}


def _wrong(status: int) -> dict[str, Any]:
    headers = {name: {"schema": {"type": "string"}} for name in _HEADERS.get(status, ())}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": _WORDS[status], **({"headers": headers} if headers else {}), "content": content}


def _summary(route: Route) -> str:
    """What the handler promises, without the address that it begins with."""
    line = (route.handler.__doc__ or "").partition("\n")[0]
    _, _, promise = line.partition(": ")
    return (promise or line)[:1].upper() + (promise or line)[1:]


def _id(route: Route) -> str:
    return "-".join((route.method.lower(), *re.findall(r"\w+", route.path.removeprefix("/v1/"))))
