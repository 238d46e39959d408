"""What people say stands in fields that are known by name: a new one must not slip past the masks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import BaseModel

from schemas import registry
from schemas.message import contracts
from schemas.spoken import SPOKEN
from schemas.values import Kept

_NAMES_OF_STAFF_AND_DAYS: Final = {"name"}
"""Names of persons who act, of holidays and of groups of words; that of a requester stands in the contact."""
_HASHED: Final = {"household"}
"""The household as the visitor writes it is in no message but the visitor's own; elsewhere it is a keyed hash."""


def spoken_fields(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        for kind, marks in kinds(field.annotation, tuple(field.metadata)):
            if kind is str and any(isinstance(mark, Kept) for mark in marks):
                yield name
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from spoken_fields(kind, seen)


def kinds(annotation: Any, marks: tuple[Any, ...] = ()) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    if get_origin(annotation) is Annotated:
        yield from kinds(get_args(annotation)[0], (*marks, *get_args(annotation)[1:]))
    elif get_args(annotation):
        for each in get_args(annotation):
            yield from kinds(each)
    else:
        yield annotation, marks


def test_every_field_in_which_somebody_speaks_is_known_to_the_masks() -> None:
    assert registry.FAMILIES
    seen: set[type[BaseModel]] = set()
    found = {name for model in contracts().values() for name in spoken_fields(model, seen)}
    assert found - _NAMES_OF_STAFF_AND_DAYS - _HASHED <= SPOKEN
