"""Each bad input has its answer: a refusal with the field and what to do, or a dead letter; never an exception."""

from __future__ import annotations

import json
import re
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis.crowding import MOST_VALUES
from doors.refusals import Refusal, expected_of, of_validation
from schemas.envelope import Envelope, EnvelopeError, claimed, decode
from schemas.inbound import Split
from schemas.registry import party_of
from schemas.text import storable, unstorable
from services.intake.core.decide import Moment, decide
from services.intake.core.numbers import Numbers, check_digit
from services.intake.core.reading import Reading, Unreadable, read
from services.intake.core.state import DoorState

NOW = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
HOTLINE = party_of("liuhen.inbound.hotline.v1")
KEY = b"key"


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def test_not_json_is_refused(front: Any) -> None:
    assert front.refused("hotline", "register", b"{not json")[:2] == ("not_json", None)


def test_wrong_type_is_refused_naming_the_field(front: Any, report: Any) -> None:
    code, field, reason = front.refused("hotline", "register", report | {"text": 7})
    assert (code, field) == ("wrong_type", "text")
    assert "应为文字" in reason


def test_a_list_instead_of_an_object_is_refused(front: Any) -> None:
    assert front.refused("hotline", "register", b"[1, 2]")[0] == "wrong_type"


def test_missing_field_is_refused_naming_it_and_what_to_do(front: Any, report: Any) -> None:
    code, field, reason = front.refused("hotline", "register", without(report, "text"))
    assert (code, field) == ("missing_field", "text")
    assert "必填" in reason
    assert "重新提交" in reason


def test_unknown_field_is_refused_naming_it(front: Any, report: Any) -> None:
    assert front.refused("hotline", "register", report | {"txet": "x"})[:2] == ("unknown_field", "txet")


def test_unknown_field_deep_inside_is_refused_naming_the_way_to_it(front: Any, report: Any) -> None:
    misspelt = report | {"contact": {"phnoe": "13800000001"}}
    assert front.refused("hotline", "register", misspelt)[:2] == ("unknown_field", "contact.phnoe")


def test_a_word_that_is_no_choice_is_refused_naming_the_choices(front: Any, report: Any) -> None:
    code, field, reason = front.refused("hotline", "register", report | {"kind": "shout"})
    assert (code, field) == ("unknown_value", "kind")
    assert "complain" in reason


def test_a_department_cannot_do_what_the_office_does(front: Any) -> None:
    act = {"ticket": "26091407000013", "by": {"id": "h-1", "name": "陈工"}, "reason": "x"}
    code, field, reason = front.refused_by_department("housing", "nudge", act)
    assert (code, field) == ("not_permitted", "ce_type")
    assert "nudge" in reason


def test_a_department_named_in_the_message_is_an_unknown_field_for_the_topic_decides(front: Any) -> None:
    act = {"ticket": "26091407000013", "by": {"id": "h-1", "name": "陈工"}, "department": "greening"}
    assert front.refused_by_department("housing", "accept", act)[:2] == ("unknown_field", "department")


def test_unknown_ticket_is_refused(front: Any) -> None:
    act = {"ticket": "2609140700001" + check_digit("2609140700001"), "mode": "press", "text": "什么时候修"}
    code, field, reason = front.refused("hotline", "follow-up", act)
    assert (code, field) == ("unknown_ticket", "ticket")
    assert "没有编号为" in reason


def test_a_ticket_number_with_a_wrong_digit_is_told_to_be_miscopied(front: Any) -> None:
    act = {
        "ticket": "2609140700001" + str(9 - int(check_digit("2609140700001"))),
        "mode": "press",
        "text": "什么时候修",
    }
    assert "抄写有误" in front.refused("hotline", "follow-up", act)[2]


def test_unknown_category_is_refused(front: Any, report: Any) -> None:
    assert front.refused("hotline", "register", report | {"category": "9999-99"})[:2] == (
        "unknown_category",
        "category",
    )


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"suggested_department": "moon"}, "unknown_department", "suggested_department"),
        ({"accused": ["housing", "moon"]}, "unknown_department", "accused"),
        ({"place": {"text": "某处", "subdistrict": "housing"}}, "unknown_subdistrict", "place.subdistrict"),
        ({"occurred_at": "2026-09-14T03:00:00Z"}, "future_time", "occurred_at"),
        ({"occurred_at": "1970-01-01T00:00:00Z"}, "impossible_time", "occurred_at"),
        ({"upstream": {"number": "1", "due": "2098-12-01T09:00:00+08:00"}}, "impossible_time", "upstream.due"),
        ({"occurred_at": "2026-09-14T01:00:00"}, "bad_time", "occurred_at"),
        ({"occurred_at": 1789000000}, "bad_time", "occurred_at"),
        ({"contact": {"phone": "12345"}}, "bad_phone", "contact.phone"),
        ({"contact": {"phone": "10000000000"}}, "bad_phone", "contact.phone"),
        ({"contact": {"phone": "138****1234", "sealed": ["aGFuZGxl"]}}, "malformed", "contact"),
        ({"text": "   "}, "empty_field", "text"),
        ({"text": "冷" * 20_001}, "too_long", "text"),
        ({"text": "a\0b"}, "nul_character", "text"),
        ({"contact": {"name": "\0"}}, "nul_character", "contact.name"),
        ({"upstream": {"number": "1", "due": "2026-09-01T00:00:00Z"}}, "due_before_occurred", "occurred_at"),
        (
            {"upstream": {"number": "1", "due": "2026-09-01T00:00:00Z"}, "occurred_at": "2026-09-02T00:00:00Z"},
            "due_before_occurred",
            "upstream.due",
        ),
        ({"confidential": "yes"}, "wrong_type", "confidential"),
    ],
)
def test_a_value_that_cannot_be_is_refused(front: Any, report: Any, change: Any, code: str, field: str) -> None:
    assert front.refused("hotline", "register", report | change)[:2] == (code, field)


@pytest.mark.parametrize(
    "phone", ["13800000001", "+86 138 0000 0001", "021-65123456", "02165123456", "+1 212 555 2368"]
)
def test_mobile_and_landline_numbers_are_taken(front: Any, report: Any, phone: str) -> None:
    assert front.took("hotline", "register", report | {"contact": {"phone": phone}})


def test_a_time_ahead_within_tolerance_is_taken(front: Any, report: Any) -> None:
    assert front.took("hotline", "register", report | {"occurred_at": "2026-09-14T02:04:00Z"})


def test_a_megabyte_of_text_is_refused(front: Any, report: Any) -> None:
    assert front.refused("hotline", "register", report | {"text": "x" * 1_000_000})[:2] == ("too_long", "text")


def test_null_value_is_refused(front: Any) -> None:
    assert front.refused("hotline", "register", None)[:2] == ("null_value", "value")


def test_invalid_utf8_is_refused(front: Any, report: Any) -> None:
    broken = json.dumps(report).encode().replace(b"13800000001", b"\xff\xfe")
    assert front.refused("hotline", "register", broken)[:2] == ("not_utf8", None)


def test_half_a_surrogate_pair_is_refused(front: Any, report: Any) -> None:
    broken = json.dumps(report | {"text": "?"}).encode().replace(b'"?"', b'"\\ud800"')
    assert front.refused("hotline", "register", broken)[:2] == ("lone_surrogate", "text")


def headers(**changes: bytes | None) -> list[tuple[str, bytes]]:
    named = {"specversion": b"1.0", "id": b"x-1", "source": b"test", "type": b"liuhen.inbound.register.v1"}
    named |= {"time": b"2026-09-14T02:00:00Z"}
    return [(f"ce_{name}", value) for name, value in (named | changes).items() if value is not None]


@pytest.mark.parametrize("name", ["type", "time", "specversion"])
def test_missing_header_is_refused_naming_it(front: Any, report: Any, name: str) -> None:
    code, field, _ = front.refused("hotline", "register", report, headers=headers(**{name: None}))
    assert (code, field) == ("bad_envelope", f"ce_{name}")


def test_doubled_header_is_refused_naming_it(front: Any, report: Any) -> None:
    doubled = [*headers(), ("ce_type", b"liuhen.inbound.follow-up.v1")]
    assert front.refused("hotline", "register", report, headers=doubled)[:2] == ("bad_envelope", "ce_type")


@pytest.mark.parametrize("name", ["id", "source"])
def test_without_id_or_source_nobody_can_be_answered_so_it_is_a_dead_letter(front: Any, report: Any, name: str) -> None:
    assert isinstance(front.take("hotline", "register", report, headers=headers(**{name: None})), Unreadable)


def test_a_doubled_id_is_a_dead_letter(front: Any, report: Any) -> None:
    doubled = [*headers(), ("ce_id", b"x-2")]
    assert isinstance(front.take("hotline", "register", report, headers=doubled), Unreadable)


def test_a_traceparent_that_is_none_is_tolerated(front: Any, report: Any) -> None:
    assert front.take("hotline", "register", report, headers=[*headers(), ("traceparent", b"\xff")]).word == "accepted"


def test_an_event_of_a_future_version_is_refused_and_told_which_one_is_known(front: Any, report: Any) -> None:
    code, field, reason = front.refused("hotline", "register.v2", report)
    assert (code, field) == ("unknown_version", "ce_type")
    assert "第 2 版" in reason


def test_an_unknown_type_is_refused(front: Any, report: Any) -> None:
    assert front.refused("hotline", "regsiter", report)[:2] == ("unknown_type", "ce_type")


def test_an_own_event_from_outside_is_refused(front: Any, report: Any) -> None:
    own = headers(type=b"liuhen.dispatch.closed.v1")
    assert front.refused("hotline", "register", report, headers=own)[:2] == ("unknown_type", "ce_type")


def test_another_content_under_the_same_id_is_refused_and_changes_nothing(front: Any, report: Any) -> None:
    first = front.took("hotline", "register", report, submission="x")
    code, field, reason = front.refused(
        "hotline", "register", report | {"text": "完全不同的另一件事情"}, submission="x"
    )
    assert (code, field) == ("conflicting_repeat", "ce_id")
    assert first[-1].receipt in reason
    again = front.take("hotline", "register", report, submission="x")
    assert again.word == "repeated"
    assert again.says[-1].message == first[-1]


@pytest.mark.parametrize(
    ("content", "code", "field"),
    [
        (rb'{"contact":{"phone":"1","\ud800":"x"}}', "lone_surrogate", "contact"),
        (rb'{"\ud800":"a\u0000"}', "lone_surrogate", None),
        (rb'{"contact":[{"a\u0000":"\ud800"}]}', "nul_character", "contact.0"),
        (rb'{"text":"\ud83d\ude00 \udfff"}', "lone_surrogate", "text"),
    ],
)
def test_what_cannot_be_stored_is_refused_naming_a_field_that_can(
    front: Any, content: bytes, code: str, field: str | None
) -> None:
    assert front.refused("hotline", "register", content)[:2] == (code, field)


def test_a_header_name_that_cannot_be_stored_is_refused_under_one_that_can(front: Any, report: Any) -> None:
    odd = [*headers(), ("ce_a\0b", b"\0")]
    code, field, reason = front.refused("hotline", "register", report, headers=odd)
    assert (code, field) == ("bad_envelope", "ce_a\ufffdb")
    assert storable(reason)


def test_a_whole_pair_of_surrogates_is_a_character_like_any_other(front: Any, report: Any) -> None:
    value = json.dumps(report | {"text": "楼道漏水 \U0001f600"}).encode()
    assert b"\\ud83d" in value
    assert front.take("hotline", "register", value).word == "accepted"


_JUNK = st.one_of(st.none(), st.binary(max_size=200), st.text(max_size=50).map(lambda t: t.encode(errors="replace")))
_NAMES = st.sampled_from(
    ["ce_id", "ce_source", "ce_type", "ce_specversion", "ce_time", "content-type", "traceparent", "x"]
)
_TYPES = st.sampled_from(
    [b"liuhen.inbound.register.v1", b"liuhen.inbound.follow-up.v1", b"application/cloudevents+json"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(st.lists(st.tuples(_NAMES, _JUNK | _TYPES), max_size=8), _JUNK | _JSON.map(lambda j: json.dumps(j).encode()))
def test_any_headers_and_any_bytes_end_as_an_answer(named: list[tuple[str, bytes | None]], value: bytes | None) -> None:
    assert isinstance(read(HOTLINE, named, value, KEY), Reading | Unreadable)


_FIELDS = st.sampled_from(
    ["kind", "contact", "place", "text", "category", "upstream", "occurred_at", "agent", "ticket"]
)


@given(st.dictionaries(_FIELDS | st.text(max_size=5), _JSON | st.sampled_from(["complain", "press"]), max_size=8))
def test_any_content_under_a_good_envelope_ends_as_a_decision(config: Any, content: dict[str, Any]) -> None:
    reading = read(HOTLINE, headers(), json.dumps(content).encode(), KEY)
    assert isinstance(reading, Reading)
    now = NOW
    decision = decide(DoorState(config), reading, Moment(now, now), Numbers(None, {}, config.zone))
    for answer in decision.says:
        assert answer.message.to_json()
    _assert_storable(reading, decision.refusal)


_ESCAPES = st.sampled_from(["\\u0000", "\\ud800", "\\udfff", "\\ud83d\\ude00", "冷", "a"])
_ESCAPED = st.lists(_ESCAPES, max_size=4).map("".join)
_WILD_NAMES = st.text(max_size=8) | st.sampled_from(["ce_id", "ce_\0", "ce_a\0", "CE_A\0", "content-type\0", "\0"])


@given(
    st.lists(st.tuples(_WILD_NAMES, _JUNK), max_size=4),
    st.dictionaries(_FIELDS | _ESCAPED, _ESCAPED, max_size=4),
    st.booleans(),
)
def test_whatever_comes_every_text_that_is_kept_of_it_can_be_stored(
    config: Any,
    named: list[tuple[str, bytes | None]],
    content: dict[str, str],
    nested: bool,  # noqa: FBT001
) -> None:
    members = ",".join(f'"{name}":"{text}"' for name, text in content.items())
    value = f'{{"contact":{{{members}}}}}' if nested else f"{{{members}}}"
    reading = read(HOTLINE, [*headers(), *named], value.encode(), KEY)
    if isinstance(reading, Unreadable):
        assert storable(reading.detail)
        return
    decision = decide(DoorState(config), reading, Moment(NOW, NOW), Numbers(None, {}, config.zone))
    for answer in decision.says:
        assert answer.message.to_json()
    _assert_storable(reading, decision.refusal)


def _assert_storable(reading: Reading, refusal: Refusal | None) -> None:
    kept = [reading.source, reading.id, reading.receipt, reading.name, reading.traceparent, reading.ticket or ""]
    kept += [text or "" for text in refusal or ()]
    assert [text for text in kept if not storable(text)] == []


_STRUCTURED = [
    b'{"specversion":"1.0","id":"\\ud800","source":"s","type":"t","time":"2026-01-01T00:00:00Z","data":{}}',
    b'{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-01-01T00:00:00Z","data":{"a":"\\udfff"}}',
    b'{"specversion":"1.0","id":' + b"9" * 5000 + b',"source":"s","type":"t","data":{}}',
    b'{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-01-01T00:00:00Z","data":' + b"[" * 100_000,
    b'{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-01-01T00:00:00Z","data":'
    + b"[" * 900
    + b"]" * 900
    + b"}",
    b'{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-01-01T00:00:00Z","data":NaN}',
    b'{"specversion":"1.0","id":"1","source":"s","type":"t","time":"0001-01-01T00:00:00+14:00","data":{}}',
    b'{"specversion":"1.0","id":true,"source":"s","type":"t","time":"2026-01-01T00:00:00Z","data":{}}',
    b'{"specversion":"1.0","id":"1","source":["s"],"type":"t","time":"2026-01-01T00:00:00Z","data":{}}',
    b'{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-01-01T00:00:00Z","data_base64":"\xc3\xa4"}',
    b'{"specversion":"1.0","id":"1","source":"s","type":"t","time":"2026-01-01T00:00:00Z","data_base64":7}',
    b"[]",
    b"\xff",
]


@pytest.mark.parametrize("value", _STRUCTURED, ids=range(len(_STRUCTURED)))
def test_whatever_stands_in_structured_mode_is_an_envelope_or_an_envelope_error(value: bytes) -> None:
    mode = [("content-type", b"application/cloudevents+json; charset=UTF-8")]
    claimed(mode, value)
    with suppress(EnvelopeError):
        envelope, data = decode(mode, value)
        assert isinstance(envelope, Envelope)
        assert data.decode()


@given(st.binary(max_size=300) | _JSON.map(lambda j: json.dumps(j).encode()))
def test_structured_mode_never_raises_anything_else(value: bytes) -> None:
    with suppress(EnvelopeError):
        decode([("content-type", b"application/cloudevents+json")], value)


def _english(reason: str) -> set[str]:
    """Words of a sentence that are neither Chinese nor a name, a format or a value of the contract."""
    return set(re.findall(r"\b(?:an?|or|the|with|not|of|than|at most|should|be|must|time|string)\b", reason))


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"time": b"yesterday"}, {}),
        ({"time": None}, {}),
        ({"specversion": b"2.0"}, {}),
        ({}, {"kind": "x"}),
        ({}, {"kind": "help", "requester_kind": "x"}),
        ({}, [1]),
    ],
)
def test_a_refusal_speaks_chinese_throughout(front: Any, report: Any, headers: Any, content: Any) -> None:
    value = report | content if isinstance(content, dict) else json.dumps(content).encode()
    own = [("ce_id", b"s-1"), ("ce_source", b"test"), ("ce_type", b"liuhen.inbound.register.v1")]
    usual = {"specversion": b"1.0", "time": b"2026-09-14T02:00:00Z", "id": b"s-1", "source": b"test"}
    usual |= {"type": b"liuhen.inbound.register.v1"}
    own = [(f"ce_{name}", part) for name, part in (usual | headers).items() if part is not None]
    answered = front.take("hotline", "register", value, headers=own)
    reason = answered.refusal.reason
    assert not _english(reason), reason
    assert "字段 （" not in reason


def test_what_the_envelope_expects_is_said_in_chinese() -> None:
    given = re.findall(r'EnvelopeError\([^,]+, (?:f?"([^"]+)")', Path("schemas/envelope.py").read_text("utf-8"))
    assert len(given) > 10
    for expected in given:
        assert not _english(expected_of(EnvelopeError("ce_x", expected))), expected


def test_a_field_that_stands_twice_is_refused_at_any_depth(front: Any) -> None:
    twice = b'{"kind": "help", "text": "a", "place": {"text": "b", "text": "c"}}'
    code, field, reason = front.refused("hotline", "register", twice)
    assert (code, field) == ("duplicate_field", "text")
    assert "只写一次" in reason


def test_a_field_that_stands_twice_among_a_hundred_thousand_is_found_as_quickly(front: Any) -> None:
    many = ", ".join(f'"{number:x}": 0' for number in range(100_000))
    code, field, _ = front.refused("hotline", "register", f'{{{many}, "x": 0, "x": 0}}'.encode())
    assert (code, field) == ("duplicate_field", "x")


@pytest.mark.parametrize("twice", [b'"id": "1", "id": "2", "data": {}', b'"data": {"text": "a", "text": "b"}'])
def test_a_field_that_stands_twice_in_structured_mode_is_no_envelope(twice: bytes) -> None:
    event = b'{"specversion": "1.0", "source": "s", "type": "t", "time": "2026-01-01T00:00:00Z", ' + twice + b"}"
    with pytest.raises(EnvelopeError, match="once, not twice"):
        decode([("content-type", b"application/cloudevents+json")], event)


def test_data_stands_in_one_form() -> None:
    event = b'{"specversion": "1.0", "id": "1", "source": "s", "type": "t", "time": "2026-01-01T00:00:00Z"'
    with pytest.raises(EnvelopeError, match="data: expected once"):
        decode([("content-type", b"application/cloudevents+json")], event + b', "data": {}, "data_base64": "e30="}')


def test_long_names_around_many_values_take_no_memory() -> None:
    document = {"k" * 50_000: [0] * 25_000 + ["\ud800"]}
    tracemalloc.start()
    found = unstorable(document)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == ("k" * 50_000 + ".25000", "\ud800")
    assert peak < 10_000_000


def test_what_is_kept_to_tell_contents_apart_tells_nothing_without_the_key(report: Any) -> None:
    # given the same content read under two keys
    headers = Envelope("1", "s", "liuhen.inbound.register.v1", NOW, "").headers()
    value = json.dumps(report).encode()
    one, other = (read(HOTLINE, headers, value, key) for key in (b"one", b"other"))
    # then nothing that is kept of it is the same, so that nobody can try telephone numbers
    assert isinstance(one, Reading)
    assert isinstance(other, Reading)
    assert one.digest != other.digest
    assert one.outline.keys() == other.outline.keys()
    assert [name for name in one.outline if one.outline[name] == other.outline[name]] == []


def test_a_number_with_a_wrong_check_digit_is_refused_before_it_is_looked_for(front: Any, report: Any) -> None:
    ticket = front.took("hotline", "register", report)[0].ticket
    wrong = f"{ticket[:-1]}{(int(ticket[-1]) + 1) % 10}"
    for kind, content in (
        ("follow-up", {"ticket": wrong, "mode": "press", "text": "还没修"}),
        ("register", report | {"about": wrong}),
    ):
        code, _, reason = front.refused("hotline", kind, content)
        assert code == "unknown_ticket"
        assert "校验位" in reason


@pytest.mark.parametrize("length", [900, 1_001, 60_000])
@pytest.mark.parametrize("attribute", ["ce_source", "ce_id"])
def test_what_has_a_name_that_is_too_long_is_answered_and_does_not_end_in_silence(
    front: Any, attribute: str, length: int
) -> None:
    plain = {"ce_specversion": b"1.0", "ce_id": b"s-1", "ce_source": b"test", "ce_type": b"liuhen.inbound.register.v1"}
    headers = list({**plain, "ce_time": b"2026-09-14T02:00:00Z", attribute: b"x" * length}.items())
    code, field, _ = front.refused("hotline", "register", {}, headers=headers)
    assert (code, field) == ("bad_envelope", attribute)


def test_two_names_that_begin_alike_are_told_apart_however_long_they_are() -> None:
    plain = [("ce_specversion", b"1.0"), ("ce_source", b"test"), ("ce_type", b"liuhen.inbound.register.v1")]
    one, other = (claimed([*plain, ("ce_id", b"x" * 60_000 + end)], b"{}") for end in (b"1", b"2"))
    assert one is not None
    assert other is not None
    assert one != other
    assert one[1].startswith("x" * 200 + "…")
    assert len(one[1]) == 217


def test_two_hundred_characters_of_any_script_are_two_hundred(front: Any, report: Any) -> None:
    front.took("hotline", "register", report, submission="𠮷" * 200)


def test_whoever_sends_a_batch_is_told_that_it_is_none(front: Any) -> None:
    batch = b'[{"specversion": "1.0", "id": "s-1", "source": "test"}]'
    headers = [("content-type", b"application/cloudevents-batch+json")]
    code, field, _ = front.refused("hotline", "register", batch, headers=headers)
    assert (code, field) == ("bad_envelope", "content-type")


@pytest.mark.parametrize(
    ("parts", "said"), [([{"text": "甲"}], "太少，至少 2 项"), ([{"text": "甲"}] * 10, "太多，最多 9 项")]
)
def test_a_list_is_said_to_be_too_short_or_too_long_never_both(parts: list[dict[str, str]], said: str) -> None:
    by = {"id": "p-xu", "name": "徐文珏"}
    with pytest.raises(ValidationError) as found:
        Split.model_validate({"ticket": "26091403000175", "by": by, "parts": parts, "reason": "两事。"})
    reason = of_validation(found.value).reason
    assert said in reason
    assert "不限" not in reason


COMMANDING = "\u202e\x1b\x7f\u2066"


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({}, {"ki\u202end": "help"}),
        ({}, {"contact": {"\x1bphone": "1"}}),
        ({}, {"category": "0101\u202e"}),
        ({}, b'{"a\x7f": 1, "a\x7f": 2}'),
        ({"type": "liuhen.inbound.\u202eregister.v1".encode()}, {}),
        ({"type": b"liuhen.inbound.register\x1b.v1"}, {}),
        ({"id": "s\u2066-1".encode()}, {}),
        ({"source": b"te\x1bst"}, {}),
        ({"\u202etime": b""}, {}),
        ({"time\x1b": b"a\xff"}, {}),
    ],
)
def test_a_refusal_hands_back_no_character_that_commands(front: Any, report: Any, headers: Any, content: Any) -> None:
    value = report | content if isinstance(content, dict) else content
    named = {"specversion": b"1.0", "time": b"2026-09-14T02:00:00Z", "id": b"s-1", "source": b"test"}
    named |= {"type": b"liuhen.inbound.register.v1"} | headers
    decision = front.take("hotline", "register", value, headers=[(f"ce_{name}", part) for name, part in named.items()])
    assert decision.says, "its author is answered"
    told = [answer.message.to_json().decode() for answer in decision.says]
    assert [text for text in told if any(character in text for character in COMMANDING)] == []


def test_where_a_repeat_differs_is_said_without_a_character_that_commands(front: Any, report: Any) -> None:
    front.took("hotline", "register", report, submission="x")
    _, _, reason = front.refused("hotline", "register", report | {"a\u202e": 1}, submission="x")
    assert "a" in reason
    assert "\u202e" not in reason


@pytest.mark.parametrize("attribute", ["ce_id", "ce_source"])
@pytest.mark.parametrize("name", [" ", "\u200b", "\u3164\u2800", "a\nb", "a\u202eb", "a\x7fb"])
def test_what_nobody_can_read_is_no_name_whichever_door_it_comes_by(
    front: Any, report: Any, attribute: str, name: str
) -> None:
    plain = {"ce_specversion": b"1.0", "ce_id": b"s-1", "ce_source": b"test", "ce_type": b"liuhen.inbound.register.v1"}
    plain |= {"ce_time": b"2026-09-14T02:00:00Z", attribute: name.encode()}
    code, field, reason = front.refused("hotline", "register", report, headers=list(plain.items()))
    assert (code, field) == ("bad_envelope", attribute)
    assert "看得见" in reason


@pytest.mark.parametrize(
    ("change", "meant"),
    [
        ({"category": "0101-1"}, "（0101-01）"),
        ({"suggested_department": "hosing"}, "（housing）"),
        ({"accused": ["housing", "marekt"]}, "（market）"),
        ({"place": {"text": "某处", "subdistrict": "sipin"}}, "（siping）"),
        ({"catgory": "0101-01"}, "（category）"),
        ({"contact": {"phnoe": "13800000001"}}, "（phone）"),
    ],
)
def test_whoever_mistypes_is_told_what_may_have_been_meant(front: Any, report: Any, change: Any, meant: str) -> None:
    reason = front.refused("hotline", "register", report | change)[2]
    assert "相近的有" in reason
    assert meant in reason


def test_what_is_like_nothing_gets_examples(front: Any, report: Any) -> None:
    assert "例如：" in front.refused("hotline", "register", report | {"suggested_department": "zzzzzzzz"})[2]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"accused": ["housing"] * 3_000}, "wrong_count"),
        ({"text": "\u200b\u200b"}, "empty_field"),
        ({"contact": {"phone": "13800000001", "name": "王" * 121}}, "too_long"),
    ],
)
def test_what_nobody_means_is_refused(front: Any, report: Any, change: Any, code: str) -> None:
    decision = front.take("wechat", "register", {**report, **change})
    assert decision.refusal.code == code


def test_a_name_of_as_many_characters_as_are_allowed_is_taken_in_any_script(front: Any, report: Any) -> None:
    contact = {"phone": "13800000001", "name": "王" * 120}
    assert front.take("wechat", "register", {**report, "contact": contact}).word == "accepted"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"attachments": [0] * 300_000}, "attachments"),
        ({str(number): 0 for number in range(10_000)}, None),
        ({"attachments": [{"id": "", "more": [0] * 30} for _ in range(100)]}, "attachments"),
    ],
)
def test_more_mistakes_than_anybody_reads_are_refused_as_too_many_values(
    front: Any, report: Any, more: dict[str, Any], field: str | None
) -> None:
    code, named, reason = front.refused("wechat", "register", report | more)
    assert code == "wrong_count"
    assert (named or "").partition(".")[0] == (field or "")
    assert str(MOST_VALUES) in reason
