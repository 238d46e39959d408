"""The files that outsiders build against say what the classes do, and what was once written stays readable."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from fnmatch import fnmatch
from typing import Any

import jsonschema
import pytest
import yaml
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from schemas import export
from schemas.compatibility import TAKES_MORE, breaks
from schemas.envelope import Envelope, decode, partition_of
from schemas.inbound import Action
from schemas.lives import Golden, golden
from schemas.message import contracts
from schemas.registry import TOPICS_FILE, messages_on, partitions_of

MODELS = contracts()
NAMES = sorted(MODELS)


def test_exported_files_are_what_the_classes_say() -> None:
    stale = sorted(path.name for path in export.stale())
    assert not stale, "python -m schemas.export writes them anew, and refuses what would lose readers"
    assert export.left_over() == []


def test_what_is_exported_does_not_depend_on_what_else_was_read_before() -> None:
    command = [sys.executable, "-c", "from schemas import export; print(len(export.exported()), export.left_over())"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - it is ours
    assert said.stdout == f"{len(NAMES)} []\n"


UNTOLD = {"liuhen.requests.go-on.v1": "an incident asks itself for the next step beyond a hundred members"}
"""What stands in no life, and why."""
RECORDS = [each for name in NAMES for each in golden().get(name, ())]
TOLD = [name for name in NAMES if name not in UNTOLD]


def test_every_message_stands_in_a_life() -> None:
    assert sorted(golden()) == TOLD


def test_a_golden_message_is_read_and_written_back_as_it_was() -> None:
    for each in RECORDS:
        message = MODELS[each.type_name].model_validate_json(json.dumps(each.value))
        assert json.loads(message.to_json()) == each.value


@pytest.mark.parametrize("name", TOLD)
def test_a_golden_message_fits_its_exported_schema(name: str) -> None:
    schema = json.loads((export.JSON / f"{name}.json").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    for each in golden()[name]:
        validator.validate(each.value)


def test_a_golden_message_stands_on_a_topic_of_its_own_under_its_key() -> None:
    standing = {
        entry["name"].replace("{department}", "*").replace("{channel}", "*"): messages_on(entry)
        for entry in yaml.safe_load(TOPICS_FILE.read_text("utf-8"))["topics"]
    }
    for each in RECORDS:
        types = [model.type_name for topic, on in standing.items() if fnmatch(each.topic, topic) for model in on]
        assert each.type_name in types, each
        assert each.key in (each.envelope.subject, each.envelope.id)


def test_what_a_service_says_is_numbered_without_a_gap() -> None:
    """Of the lives that are told whole; of others only some records stand there."""
    lives: dict[str, list[Golden]] = {}
    for each in RECORDS:
        lives.setdefault(each.life, []).append(each)
    for whole in ("01-street-lamp", "02-visit", "03-outage"):
        said = [each for each in lives[whole] if each.envelope.sequence]
        for place in set(map(_place, said)):
            numbers = sorted(each.envelope.sequence for each in said if _place(each) == place)
            assert numbers == [*range(1, len(numbers) + 1)], place
        assert len({each.envelope.id for each in said}) == len(said)


def _place(each: Golden) -> tuple[str, str, int]:
    return each.topic, each.envelope.source, partition_of(each.key, partitions_of(each.topic))


def test_a_ticket_is_one_ticket_from_the_call_to_the_archive() -> None:
    """The first life: what the caller was told is what every service went by."""
    life = [each for each in RECORDS if each.life == "01-street-lamp"]
    (registered,) = (each for each in life if each.type_name == "liuhen.tickets.registered.v1")
    (archived,) = (each for each in life if each.type_name == "liuhen.dispatch.archived.v1")
    number = registered.value["ticket"]
    assert archived.key == number
    assert {each.value["ticket"] for each in life if "ticket" in each.value} == {number}
    assert registered.envelope.time < archived.envelope.time


@pytest.mark.parametrize("name", [name for name in TOLD if not issubclass(MODELS[name], Action)])
def test_readers_of_our_own_messages_pass_over_fields_that_they_do_not_know(name: str) -> None:
    value = dict(golden()[name][0].value)
    assert MODELS[name].model_validate_json(json.dumps(_with_more(value))).to_json()


def _with_more(part: Any) -> Any:
    match part:
        case dict():
            return {name: _with_more(value) for name, value in part.items()} | {"of_tomorrow": 1}
        case list():
            return [_with_more(value) for value in part]
        case _:
            return part


def test_every_message_stands_on_a_topic() -> None:
    topics = yaml.safe_load(TOPICS_FILE.read_text("utf-8"))["topics"]
    standing = {model.type_name for entry in topics for model in messages_on(entry)}
    assert standing == set(NAMES)


# --- the envelope, read and written by somebody else's library -------------------------------------------------------


ENVELOPE = Envelope(
    id="6f2b3f0e-5c0f-5d0a-9a53-1b0d4a6b1e77",
    source="liuhen/dispatch/3",
    type="liuhen.dispatch.closed.v1",
    time=datetime(2026, 9, 14, 2, 0, 0, 123456, tzinfo=UTC),
    subject="26091407000015",
    sequence=42,
    correlation="26091407000015",
    causation="R7Q2M8ZK4D1XB@liuhen.inbound.hotline.v1/0/7",
    policy="2026.1+ab12cd34",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def test_the_cloudevents_library_reads_our_envelope() -> None:
    message = KafkaMessage(headers=dict(ENVELOPE.headers()), key=b"k", value='{"灯": 1}'.encode())
    event = from_kafka_event(message)
    assert (event.get_id(), event.get_source(), event.get_type()) == (ENVELOPE.id, ENVELOPE.source, ENVELOPE.type)
    assert (event.get_time(), event.get_subject()) == (ENVELOPE.time, ENVELOPE.subject)
    assert event.get_extension("sequence") == "42"
    assert event.get_extension("correlationid") == ENVELOPE.correlation
    assert event.get_data() == {"灯": 1}


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
def test_we_read_what_the_cloudevents_library_writes_in_either_mode(write: Any) -> None:
    attributes = {
        "specversion": "1.0",
        "id": "x-1",
        "source": "/app/7",
        "type": "liuhen.inbound.register.v1",
        "time": ENVELOPE.time,
        "subject": "s",
        "datacontenttype": "application/json",
        "sequence": "7",
    }
    message = write(CloudEvent(attributes, {"text": "灯坏了"}))
    envelope, data = decode(list(message.headers.items()), message.value)
    assert (envelope.id, envelope.source, envelope.time, envelope.sequence) == ("x-1", "/app/7", ENVELOPE.time, 7)
    assert json.loads(data) == {"text": "灯坏了"}


def test_the_envelope_reads_back_what_it_wrote() -> None:
    envelope, data = decode(ENVELOPE.headers(), b"{}")
    assert (envelope, data) == (ENVELOPE, b"{}")


# --- the gate --------------------------------------------------------------------------------------------------------


def test_every_reader_reads_what_is_written_today() -> None:
    assert dict(export.broken()) == {}


PATTERNS = [(now, before) for now, all_before in TAKES_MORE.items() for before in all_before]


@pytest.mark.parametrize(("now", "before"), PATTERNS)
@given(data=st.data())
def test_a_pattern_that_takes_more_takes_whatever_it_took_before(now: str, before: str, data: st.DataObject) -> None:
    assert re.search(now, data.draw(st.from_regex(before, fullmatch=True)))


BASE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "ticket": {"type": "string", "pattern": "^[0-9]{14}$"},
        "kind": {"type": "string", "enum": ["help", "praise"]},
        "days": {"type": "integer", "minimum": 1, "maximum": 15},
    },
    "required": ["ticket"],
}


def changed(**changes: Any) -> dict[str, Any]:
    return {**BASE, "properties": {**BASE["properties"], **changes}}


def test_the_gate_lets_through_what_older_messages_fit() -> None:
    assert breaks(BASE, BASE) is None
    assert breaks(BASE, changed(note={"type": "string"})) is None
    assert breaks(BASE, changed(kind={"type": "string", "enum": ["help", "praise", "report"]})) is None
    assert breaks(BASE, changed(days={"type": "integer", "minimum": 0})) is None


@pytest.mark.parametrize(
    "reader",
    [
        {**BASE, "required": ["ticket", "kind"]},
        changed(kind={"type": "string", "enum": ["help"]}),
        changed(days={"type": "integer", "minimum": 1, "maximum": 5}),
        changed(days={"type": "string"}),
        changed(ticket={"type": "string", "pattern": "^[0-9]{16}$"}),
    ],
    ids=["required", "fewer words", "narrower", "another type", "another pattern"],
)
def test_the_gate_stops_what_older_messages_do_not_fit(reader: dict[str, Any]) -> None:
    assert breaks(BASE, reader) is not None


def test_the_gate_stops_a_field_that_a_closed_reader_no_longer_knows() -> None:
    fields = {name: part for name, part in BASE["properties"].items() if name != "days"}
    assert breaks(BASE, {**BASE, "properties": fields, "additionalProperties": False}) == "days is gone"
    assert breaks(BASE, {**BASE, "properties": fields}) is None
