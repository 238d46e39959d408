"""Every bad input, on the real broker: its answer, and that the reports before and behind it become tickets."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from schemas.envelope import Envelope
from schemas.inbound import Register
from schemas.registry import inbound_topic
from schemas.values import Party, PartyKind
from sealing.records import is_sealed

HOTLINE = Party(kind=PartyKind.HOTLINE)
Headers = list[tuple[str, bytes]]


class Bad(NamedTuple):
    """A bad record, made of a good one's content; what its author hears."""

    value: Callable[[dict[str, Any]], bytes | None]
    code: str
    field: str | None
    type: str = "liuhen.inbound.register.v1"
    headers: Callable[[Headers], Headers] = list


def changed(**fields: Any) -> Callable[[dict[str, Any]], bytes]:
    return lambda good: json.dumps({**good, **fields}).encode()


def as_it_is(good: dict[str, Any]) -> bytes:
    return json.dumps(good).encode()


def without(name: str) -> Callable[[Headers], Headers]:
    return lambda headers: [header for header in headers if header[0] != name]


BAD = {
    "not JSON": Bad(lambda _: b"{text: none", "not_json", None),
    "wrong type": Bad(changed(text=7), "wrong_type", "text"),
    "missing field": Bad(
        lambda good: as_it_is({k: v for k, v in good.items() if k != "text"}), "missing_field", "text"
    ),
    "unknown field": Bad(changed(colour="red"), "unknown_field", "colour"),
    "wrong party for the action": Bad(changed(), "not_permitted", "ce_type", type="liuhen.inbound.accept.v1"),
    "unknown ticket": Bad(
        lambda _: as_it_is({"ticket": "26010100000009", "mode": "press", "text": "x"}),
        "unknown_ticket",
        "ticket",
        type="liuhen.inbound.follow-up.v1",
    ),
    "unknown category": Bad(changed(category="9999-99"), "unknown_category", "category"),
    "a time in the future": Bad(
        changed(occurred_at=(datetime.now(UTC) + timedelta(days=1)).isoformat()), "future_time", "occurred_at"
    ),
    "a phone number that is none": Bad(changed(contact={"phone": "12345"}), "bad_phone", "contact.phone"),
    "1 MB of text": Bad(changed(text="x" * 1_000_000), "too_long", "text"),
    "a null value": Bad(lambda _: None, "null_value", "value"),
    "invalid UTF-8": Bad(lambda good: as_it_is(good).replace(b"1", b"\xff"), "not_utf8", None),
    "a NUL character": Bad(changed(text="a\0b"), "nul_character", "text"),
    "half a surrogate pair": Bad(changed(text="a\ud800b"), "lone_surrogate", "text"),
    "half a surrogate pair in a name": Bad(changed(contact={"\udfff": "a\0"}), "lone_surrogate", "contact"),
    "a NUL character in the name of a header": Bad(
        as_it_is, "bad_envelope", "ce_\ufffd", headers=lambda h: [*h, ("ce_\0", b"\0")]
    ),
    "header missing": Bad(as_it_is, "bad_envelope", "ce_type", headers=without("ce_type")),
    "header doubled": Bad(as_it_is, "bad_envelope", "ce_time", headers=lambda h: [*h, ("ce_time", b"2026-01-01")]),
    "an event of a future version": Bad(as_it_is, "unknown_version", "ce_type", type="liuhen.inbound.register.v2"),
}


@pytest.mark.parametrize("name", BAD)
async def test_it_is_refused_with_the_reason_and_its_neighbours_go_on(
    outside: Any, report: Register, name: str
) -> None:
    bad, submission = BAD[name], str(uuid4())
    headers = bad.headers(Envelope(submission, "test", bad.type, datetime.now(UTC), "").headers())
    before = outside.report(HOTLINE)
    number_before = await before

    await outside.put(HOTLINE, bad.value(json.loads(report.to_json())), headers)
    behind = await outside.report(HOTLINE)

    answer = await outside.refused(submission)
    assert (answer.code, answer.field) == (bad.code, bad.field)
    assert answer.reason
    assert behind != number_before
    kept = await outside.pool.fetchrow(
        "select code, topic, value from refused_record where receipt = $1", answer.receipt
    )
    assert tuple(kept)[:2] == (bad.code, inbound_topic(HOTLINE))
    assert kept["value"] is None or is_sealed(kept["value"])


async def test_a_repeated_id_with_other_content_is_refused_and_the_first_one_stands(outside: Any, report: Any) -> None:
    submission = await outside.say(HOTLINE, report)
    first = await outside.given(submission)
    await outside.say(HOTLINE, report.model_copy(update={"text": "完全是另外一件事情"}), submission)
    behind = await outside.report(HOTLINE)
    _, answer = await outside.hear(lambda m: getattr(m, "code", None) == "conflicting_repeat")
    assert first.receipt in answer.reason
    stands = await outside.pool.fetch("select id from ticket where receipt = $1", first.receipt)
    assert [row["id"] for row in stands] == list(first.tickets)
    assert behind not in first.tickets


@pytest.mark.parametrize("missing", ["ce_id", "ce_source"])
async def test_without_a_readable_id_it_is_a_dead_letter_and_its_neighbours_go_on(
    outside: Any, report: Register, missing: str
) -> None:
    mark = str(uuid4())
    headers = without(missing)(Envelope(mark, mark, report.type_name, datetime.now(UTC), "").headers())
    await outside.put(HOTLINE, report.to_json(), headers)
    assert await outside.report(HOTLINE)
    letter = await outside.pool.fetchrow("select * from dead_letter where $1 = any(header_values)", mark.encode())
    assert letter["reason"] == "unreadable"
    assert missing in letter["detail"]
    assert is_sealed(letter["value"])
    assert str(report.contact.phone).encode() not in letter["value"]
