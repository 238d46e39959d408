"""Values of a type, one for each shape: each variant of a union, each word of a literal, each flag, one at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime, BaseModel

AT: Final = datetime(2026, 9, 14, 2, tzinfo=UTC)
_TEXT: Final = "x"
"""All texts are the same, so that what a fact names is what the ticket knows."""


@lru_cache
def shapes(kind: Any) -> tuple[Any, ...]:
    """Values of a type; no rule of a model is held, for nothing but their shape counts."""
    arguments = get_args(kind)
    match get_origin(kind):
        case origin if origin is Annotated:
            return shapes(arguments[0])
        case origin if origin in (Union, UnionType):
            return tuple(value for each in arguments for value in shapes(each))
        case origin if origin is Literal:
            return arguments
        case origin if origin is tuple:
            return ((), (shapes(arguments[0])[0],))
        case origin if origin is dict:
            return ({}, *({_TEXT: value} for value in shapes(arguments[1])))
        case _:
            return _plain(kind)


def _plain(kind: type) -> tuple[Any, ...]:
    if is_dataclass(kind):
        return tuple(kind(**values) for values in varied(kind, [each.name for each in fields(kind)]))
    if issubclass(kind, BaseModel):
        return tuple(kind.model_construct(**values) for values in varied(kind, kind.model_fields))
    if issubclass(kind, StrEnum):
        return tuple(kind)
    return _scalars(kind)


def _scalars(kind: type) -> tuple[Any, ...]:
    if kind is type(None):
        return (None,)
    if kind is bool:
        return (False, True)
    if kind in (datetime, AwareDatetime):
        return (AT,)
    of_one: Any = kind
    return (of_one(_TEXT) if issubclass(kind, str) else of_one(1),)


def varied(kind: type, names: Collection[str], constant: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    """The fields of a kind: first the first shape of each, then each other shape of each but of those kept constant."""
    hints = get_type_hints(kind, include_extras=True)
    first = {name: shapes(hints[name])[0] for name in names}
    yield first
    for name in (name for name in names if name not in constant):
        for value in shapes(hints[name])[1:]:
            yield {**first, name: value}
