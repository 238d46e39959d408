"""The AsyncAPI documents name what the classes, the topics file and the exported schemas say, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas import export
from schemas.files import read_yaml
from schemas.inbound import Action
from schemas.message import contracts
from schemas.registry import TOPICS_FILE, messages_on
from tools.layout import ROOT
from tools.pages.meanings import Described, described

MODELS = contracts()
TOPICS = read_yaml(TOPICS_FILE)["topics"]
PUBLIC = read_yaml(ROOT / "schemas" / "asyncapi.yaml")
INTERNAL = read_yaml(ROOT / "schemas" / "asyncapi-internal.yaml")
OUTSIDE = sorted(PUBLIC["components"]["messages"])
FOR_PEOPLE = {"title", "description", "default", "discriminator", "$id", "$schema", "$defs"}


def resolved(part: Any, document: dict[str, Any]) -> Any:
    """A schema without references and without what only people read."""
    if isinstance(part, list):
        return [resolved(one, document) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        target: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return resolved(target, document)
    found = {}
    for name, one in part.items():
        if name == "properties":
            found[name] = {field: resolved(its, document) for field, its in one.items()}
        elif name not in FOR_PEOPLE:
            found[name] = resolved(one, document)
    return found


def references(part: Any) -> list[str]:
    match part:
        case {"$ref": str(reference)}:
            return [reference]
        case dict():
            return [found for value in part.values() for found in references(value)]
        case list():
            return [found for value in part for found in references(value)]
        case _:
            return []


@pytest.mark.parametrize("document", [PUBLIC, INTERNAL], ids=["public", "internal"])
def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = set(references(document))
    assert found
    for reference in found:
        target = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_a_client_reads_no_message_that_stays_inside() -> None:
    families = {MODELS[name].family for name in OUTSIDE}
    assert families == {"inbound", "public"}
    assert set(OUTSIDE) == {model.type_name for model in MODELS.values() if model.family in families}
    assert set(INTERNAL["components"]["messages"]) == set(MODELS) - set(OUTSIDE)


def test_each_topic_stands_in_one_document_with_its_messages() -> None:
    for entry in TOPICS:
        name = entry["name"].replace("{", "").replace("}", "")
        here, there = (INTERNAL, PUBLIC) if entry["kind"] == "internal" else (PUBLIC, INTERNAL)
        assert set(here["channels"][name]["messages"]) == {model.type_name for model in messages_on(entry)}
        assert name not in there["channels"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_it_says_of_a_message_what_its_exported_schema_says_unknown_fields_included(name: str) -> None:
    exported = json.loads((export.JSON / f"{name}.json").read_text("utf-8"))
    payload = resolved(PUBLIC["components"]["messages"][name]["payload"], PUBLIC)
    assert payload == resolved(exported, exported)
    closed = payload.get("additionalProperties") is False
    assert closed is issubclass(MODELS[name], Action)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_message_and_each_of_its_fields_are_described_in_both_languages(name: str) -> None:
    model = MODELS[name]
    assert described(model).zh != model.type_name
    nameless = [field for field in model.model_fields if Described.of_field(model.__name__, field) is None]
    assert nameless == [], "tools/pages/fields.yaml says what a field means"


def test_who_submits_something_is_told_where_the_answer_comes() -> None:
    submitting = {name: one for name, one in PUBLIC["operations"].items() if one["action"] == "receive"}
    # Citizens read it on the page where they act.
    assert "reply" not in submitting.pop("receive.liuhen.inbound.citizen.v1")
    assert submitting
    for name, operation in submitting.items():
        assert operation["reply"]["messages"], name


def test_every_server_asks_who_speaks() -> None:
    assert all(server["security"] for server in PUBLIC["servers"].values())
