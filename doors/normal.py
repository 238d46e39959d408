"""The one form in which the door keeps and compares what was sent: what nobody sees makes no difference.

Of who wants to stay unknown (匿名) nothing is kept that names the person, whatever came along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schemas.inbound import Action
from schemas.text import blank, plain, seen
from schemas.values import Kept, RequesterKind, shown_fields

_DOOR: Final = re.compile(r"[\s,，、]*(?:[0-9０-９a-zA-Z－-]+|[一二三四五六七八九十百零〇]+)\s*(?:室|户).*$", re.DOTALL)
"""The number of a flat at the end of an address, and what stands behind it."""
Forms = Mapping[str, "Kept | Forms | None"]
"""How each field of a model is kept; None for the plain form."""


def normal(model: type[Action], document: Mapping[str, Any]) -> dict[str, Any]:
    """Bring every text of a document into the form in which its field is kept; what fits no field stays as it is."""
    return _object(document, forms_of(model))


def unnamed(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The document without what names a requester who wants to stay unknown; None where there is nothing to leave out.

    Where the household of a visit stands for the place of its problems, the door of the flat does not.
    """
    kind = document.get("requester_kind")
    if not isinstance(kind, str) or plain(kind) != RequesterKind.ANONYMOUS:
        return None
    kept = {name: value for name, value in document.items() if name != "contact" or not value}
    address = kept.get("address")
    if isinstance(address, dict) and isinstance(address.get("text"), str):
        kept["address"] = address | {"text": _DOOR.sub("", address["text"]) or address["text"]}
    return kept if kept != document else None


def _object(document: Mapping[str, Any], forms: Forms) -> dict[str, Any]:
    return {name: _kept(value, forms[name]) if name in forms else value for name, value in document.items()}


def _kept(value: object, form: Kept | Forms | None) -> object:
    match value, form:
        case str(), None:
            return plain(value)
        case str(), Kept.AS_SEEN:
            return seen(value)
        case str(), Kept.AS_SAID:
            return "" if blank(value) else value
        case list(), _:
            return [one if isinstance(one, list) else _kept(one, form) for one in value]
        case dict(), Mapping():
            return _object(value, form)
        case _:
            return value


@cache
def forms_of(model: type[BaseModel]) -> Forms:
    """Tell how the fields of a model are kept, by the marks of their types."""
    return {name: _form(field) for name, field in shown_fields(model).items()}


def fields_beside(model: type[BaseModel], way: Sequence[int | str]) -> tuple[str, ...]:
    """Name the fields that can stand where a way through a document ends."""
    forms: Kept | Forms | None = forms_of(model)
    for step in way[:-1]:
        if isinstance(step, str) and isinstance(forms, Mapping):
            forms = forms.get(step)
    return tuple(forms) if isinstance(forms, Mapping) else ()


def _form(field: FieldInfo) -> Kept | Forms | None:
    parts = (field.annotation, *field.metadata, *_parts(field.annotation))
    for part in parts:
        if isinstance(part, Kept):
            return part
        if isinstance(part, type) and issubclass(part, BaseModel):
            return forms_of(part)
    return None


def _parts(annotation: object) -> Iterator[object]:
    for part in get_args(annotation):
        yield part
        yield from _parts(part)
