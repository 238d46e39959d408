"""Requesters are compared by a hash of their number: nobody but services that compare ever sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from schemas.message import MODELS, Message
from schemas.public import PublicMessage

HASHED = "requester"
"""The field of the hash, wherever a message has it."""


def _names(schema: Any) -> Iterator[str]:
    match schema:
        case dict():
            yield from schema.get("properties", {})
            for part in schema.values():
                yield from _names(part)
        case list():
            for part in schema:
                yield from _names(part)
        case _:
            return


def test_the_hash_stands_in_messages_between_services() -> None:
    told = {model.type_name for model in MODELS.values() if HASHED in model.model_fields}
    assert told, "the field is called otherwise now: look for it under its new name"


@pytest.mark.parametrize("model", [each for each in MODELS.values() if issubclass(each, PublicMessage)], ids=str)
def test_no_public_message_carries_it(model: type[Message]) -> None:
    assert HASHED not in set(_names(model.model_json_schema()))
