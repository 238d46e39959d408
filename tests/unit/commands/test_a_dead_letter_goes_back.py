"""What goes back on an inbound topic: the same under its own id, the corrected under one of its own, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chassis.unpacking import TOO_LARGE
from liuhen.letters import REPLAY_OF, Correction, Letter, LetterPlace, Sort, replacement_of
from schemas.envelope import Envelope, Headers
from tools.errors import SaidClearly

PLACE = LetterPlace("liuhen.inbound.hotline.v1", 2, 17)
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
WHOLE = Envelope("call-7", "hotline", "liuhen.inbound.register.v1", MONDAY, "").headers()


def letter(headers: Headers, value: bytes | None = b"{}") -> Letter:
    return Letter(Sort.DEAD, "intake", PLACE, MONDAY, "unreadable", "", None, b"k", value, headers)


def without(*names: str) -> Headers:
    return [(name, value) for name, value in WHOLE if name not in names]


def test_the_same_record_keeps_its_id_because_nothing_was_taken_under_it() -> None:
    record = replacement_of(letter(WHOLE), Correction())

    assert record.id == "call-7"
    assert record.value == b"{}"
    assert list(record.headers) == [*WHOLE, (REPLAY_OF, b"liuhen.inbound.hotline.v1/2@17")]


def test_a_record_that_cannot_be_read_is_not_put_back_as_it_is() -> None:
    with pytest.raises(SaidClearly, match="ce_id 应为不为空的文字"):
        replacement_of(letter(without("ce_id")), Correction())


def test_a_record_that_was_too_large_to_be_read_goes_back_only_with_a_content() -> None:
    unread = letter([], None)._replace(reason=TOO_LARGE)
    said = {name: value.decode() for name, value in WHOLE}

    with pytest.raises(SaidClearly, match="太大，没有读"):
        replacement_of(unread, Correction(None, said))

    assert replacement_of(unread, Correction(b"{}", said)).value == b"{}"


def test_a_corrected_record_gets_an_id_of_its_place_and_content() -> None:
    first = replacement_of(letter(without("ce_id")), Correction(b'{"a": 1}'))
    same = replacement_of(letter(without("ce_id")), Correction(b'{"a": 1}'))
    other = replacement_of(letter(without("ce_id")), Correction(b'{"a": 2}'))

    assert first.id == same.id != other.id
    assert dict(first.headers)["ce_id"] == first.id.encode()


def test_a_corrected_record_never_takes_the_id_of_the_one_that_its_author_may_repeat() -> None:
    assert replacement_of(letter(WHOLE), Correction(b'{"a": 1}')).id != "call-7"
    assert replacement_of(letter(WHOLE), Correction(b"{}", {"ce_id": "call-8"})).id == "call-8"


def test_what_a_door_wrote_and_somebody_corrected_is_the_doors_no_more() -> None:
    door = Envelope("w-7", "door/wechat", "liuhen.inbound.register.v1", MONDAY, "").headers()

    assert dict(replacement_of(letter(door), Correction()).headers)["ce_source"] == b"door/wechat"
    assert dict(replacement_of(letter(door), Correction(b'{"a": 1}')).headers)["ce_source"] == b"dead-letters"


def test_headers_are_set_and_left_out_whatever_their_case() -> None:
    doubled = [*WHOLE, ("CE_Time", b"2026"), ("x-phone", b"138")]

    record = replacement_of(letter(doubled), Correction(None, {"ce_time": "2026-03-02T09:00:00+08:00"}, ["X-Phone"]))

    assert [raw for name, raw in record.headers if name.lower() == "ce_time"] == [b"2026-03-02T09:00:00+08:00"]
    assert "x-phone" not in dict(record.headers)


def test_a_replayed_record_that_dies_again_names_only_its_last_place() -> None:
    record = replacement_of(letter([*WHOLE, (REPLAY_OF, b"earlier")]), Correction())

    assert [raw for name, raw in record.headers if name == REPLAY_OF] == [str(PLACE).encode()]


@pytest.mark.parametrize("text", ["", "a", "a/1", "a@1", "a/x@1", "a/1@x", "/1@1"])
def test_what_is_no_place_is_answered_clearly(text: str) -> None:
    with pytest.raises(SaidClearly, match="主题/分区@位置"):
        LetterPlace.parse(text)


def test_a_place_is_read_as_it_is_written() -> None:
    assert LetterPlace.parse(str(PLACE)) == PLACE
