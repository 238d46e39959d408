"""A requester's contact stands in fields by which every keeper knows it, at whatever depth of a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from schemas.message import MODELS
from services.trace.work import CONTACTS


def fields_of_contacts(schema: Any, name: str = "") -> Iterator[str]:
    """The names of the fields of a JSON Schema that hold a contact, or several."""
    match schema:
        case {"$ref": str(what)} if what.endswith("/Contact"):
            yield name
        case {"properties": dict(properties), **rest}:
            for field, each in properties.items():
                yield from fields_of_contacts(each, field)
            yield from fields_of_contacts(rest, name)
        case {"$defs": dict(definitions), **rest}:
            for each in definitions.values():
                yield from fields_of_contacts(each, name)
            yield from fields_of_contacts(rest, name)
        case dict():
            for each in schema.values():
                yield from fields_of_contacts(each, name)
        case list():
            for each in schema:
                yield from fields_of_contacts(each, name)
        case _:
            pass


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.__name__)
def test_no_contact_stands_under_a_name_that_trace_would_keep(model: Any) -> None:
    assert set(fields_of_contacts(model.model_json_schema())) <= CONTACTS


def test_the_walk_finds_contacts() -> None:
    found = {name for model in MODELS.values() for name in fields_of_contacts(model.model_json_schema())}
    assert found == CONTACTS
