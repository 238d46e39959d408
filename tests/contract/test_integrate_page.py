"""What docs/integrate.md shows on the wire can be sent, and is what would be read."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest

from schemas import export
from schemas.envelope import decode
from schemas.files import read_yaml
from schemas.inbound import Action
from schemas.public import PublicMessage
from schemas.registry import TOPICS_FILE, messages_on, model_of
from tools.layout import ROOT

PAGE = (ROOT / "docs" / "integrate.md").read_text("utf-8")
RECORDS = [json.loads(block) for block in re.findall(r"```json\n(.+?)```", PAGE, flags=re.DOTALL)]


def test_there_is_one_for_each_client() -> None:
    assert len(RECORDS) == 8
    assert {record["topic"].split(".")[2] for record in RECORDS} == {
        "hotline",
        "channel",
        "callback",
        "callbacks",
        "department",
        "dispatch",
        "wechat",
    }


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["headers"]["ce_id"])
def test_a_record_of_the_page_is_read_and_may_stand_on_its_topic(record: dict[str, Any]) -> None:
    value = json.dumps(record["value"]).encode()
    envelope, data = decode([(name, text.encode()) for name, text in record["headers"].items()], value)
    model = model_of(envelope.type)
    assert model is not None
    assert issubclass(model, Action | PublicMessage)
    schema = json.loads((export.JSON / f"{envelope.type}.json").read_text("utf-8"))
    jsonschema.validate(record["value"], schema, cls=jsonschema.Draft202012Validator)
    model.model_validate_json(data, strict=True, extra="forbid")
    standing = [entry["name"] for entry in read_yaml(TOPICS_FILE)["topics"] if model in messages_on(entry)]
    patterns = [re.sub(r"\{\w+\}", "[a-z-]+", name.replace(".", r"\.")) for name in standing]
    assert any(re.fullmatch(pattern, record["topic"]) for pattern in patterns)


def test_what_the_callback_agency_reads_and_writes_is_what_stands_in_a_golden_life() -> None:
    golden = [
        json.loads(line)
        for line in (ROOT / "schemas" / "golden" / "01-street-lamp.jsonl").read_text("utf-8").splitlines()
    ]
    shown = [record for record in RECORDS if "callback" in record["topic"]]

    assert len(shown) == 3
    for record in shown:
        (found,) = [each for each in golden if each["headers"]["ce_id"] == record["headers"]["ce_id"]]
        assert (record["topic"], record["key"], record["value"]) == (found["topic"], found["key"], found["value"])
        assert record["headers"].items() <= found["headers"].items()
