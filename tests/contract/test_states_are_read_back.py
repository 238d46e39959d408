"""A state is kept without what is not there, and is read back as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.envelope import Headers, decode
from schemas.registry import model_of
from tools.layout import ROOT
from tools.verify.folds import FOLDS

LIVES = sorted((ROOT / "schemas" / "golden").glob("*.jsonl"))


def states(life: str, service: str) -> Iterator[object]:
    """Each state that a service comes to in a golden life."""
    how, found = FOLDS[service], dict[str, Any]()
    for line in life.splitlines():
        told = json.loads(line)
        if told["topic"] == how.topic:
            headers: Headers = [(name, value.encode()) for name, value in told["headers"].items()]
            envelope, body = decode(headers, json.dumps(told["value"]).encode())
            model = model_of(envelope.type)
            assert model is not None
            fact = model.model_validate_json(body)
            found[told["key"]] = how.evolve(found.get(told["key"]), fact, envelope.time)
            yield found[told["key"]]


@pytest.mark.parametrize("service", FOLDS)
def test_every_state_of_a_life_is_read_back_as_it_was(service: str) -> None:
    read = FOLDS[service].state
    folded = [state for life in LIVES for state in states(life.read_text("utf-8"), service)]
    assert folded
    for state in folded:
        assert read.validate_json(read.dump_json(state, exclude_none=True)) == state


@pytest.mark.parametrize("service", FOLDS)
def test_what_can_be_missing_is_missing_unless_it_is_said(service: str) -> None:
    # given the shapes of all that a service remembers
    shape = FOLDS[service].state.json_schema(mode="validation")
    shapes = [*shape.get("$defs", {}).values(), shape]
    # then no field that can hold nothing has to be written
    held = [
        f"{each['title']}.{name}"
        for each in shapes
        for name, field in each.get("properties", {}).items()
        if {"type": "null"} in field.get("anyOf", ()) and name in each.get("required", ())
    ]
    assert not held
