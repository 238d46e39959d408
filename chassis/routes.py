"""The addresses of an HTTP door, as they are declared: who answers there, and what is asked and answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from aiohttp import web

from chassis.crowding import MOST_VALUES

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
Schema: TypeAlias = Mapping[str, Any]

LONGEST: Final = 200
"""Characters of a text in a path or a query."""
_STORABLE: Final = r"^[^\u0000]*$"
_DAY: Final = "20[0-9]{2}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
_TIME: Final = "T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-](0[0-9]|1[0-2]):[0-5][0-9])?"


class Parameter(NamedTuple):
    """One value beside the body of a request: its name, and the JSON Schema of what it may be."""

    name: str
    schema: Schema
    required: bool = False


class Body(NamedTuple):
    """What may be sent: for each media type a type that pydantic can describe, or None for a JSON of any form.

    `closed` says that unknown fields are refused in it, at any depth; `most_values` is how many values JSON may have.
    """

    media: Mapping[str, Any]
    closed: bool = True
    most_values: int = MOST_VALUES

    @property
    def takes_json(self) -> bool:
        """Whether JSON may be sent, of any type that is made of it."""
        return any(media.endswith("json") for media in self.media)


class Route(NamedTuple):
    """One address of a door: who answers there, which parameters of a query it understands, which right it asks for.

    `needs` is '' where nobody has to be known. The rest is what OpenAPI says of it: `answers` is the type of the body
    that comes with `status`, and `problems` are the statuses that this address alone has. Where it is `streamed` the
    handler reads the body itself, piece by piece, and bounds it; `gives` is the media type of the answer.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    parameters: Sequence[Parameter] = ()
    needs: str = ""
    headers: Sequence[Parameter] = ()
    asks: Body | None = None
    answers: Any = None
    status: int = 200
    problems: Sequence[int] = ()
    summary: str = ""
    streamed: bool = False
    gives: str = "application/json"


def text(name: str, *, required: bool = False, longest: int = LONGEST) -> Parameter:
    """A text, as short and storable as every text of a query is; a required one is not empty."""
    shortest = 1 if required else 0
    schema = {"type": "string", "minLength": shortest, "maxLength": longest, "pattern": _STORABLE}
    return Parameter(name, schema, required)


def choice(name: str, known: Iterable[str]) -> Parameter:
    """One of some words."""
    return Parameter(name, {"type": "string", "enum": [str(each) for each in known]})


def flag(name: str) -> Parameter:
    """True or false."""
    return Parameter(name, {"type": "boolean"})


def number(name: str, *, usual: int, most: int) -> Parameter:
    """A whole number from 1."""
    return Parameter(name, {"type": "integer", "minimum": 1, "maximum": most, "default": usual})


def moment(name: str) -> Parameter:
    """A date, or a moment with or without its zone, of this century."""
    return Parameter(name, {"type": "string", "pattern": f"^{_DAY}({_TIME})?$", "examples": ["2026-11-01"]})
