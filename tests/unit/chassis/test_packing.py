"""What a message says is kept packed, word for word, in a form that every later version reads."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.packing import NEWEST, packed, place_of, unpacked
from schemas.lives import golden

DICTIONARIES = {1: "02efde20ad41b0a9e0d20038b868875524c3ec27fc4527c165e15f0ca521ddb9"}
"""The SHA-256 of each dictionary by which rows may be packed: none ever changes."""


def test_no_dictionary_changes_once_rows_are_packed_by_it() -> None:
    found = {number: hashlib.sha256(place_of(number).read_bytes()).hexdigest() for number in range(1, NEWEST + 1)}
    assert found == DICTIONARIES


@given(st.text())
def test_whatever_is_packed_is_read_back_word_for_word(said: str) -> None:
    assert unpacked(packed(said)) == said


def test_what_rows_of_before_say_is_read_as_it_is() -> None:
    assert unpacked(b"\x00" + '{"text":"楼道里的灯"}'.encode()) == '{"text":"楼道里的灯"}'


def test_what_a_newer_version_packed_is_refused_by_the_number_of_its_dictionary() -> None:
    with pytest.raises(LookupError, match=f"dictionary {NEWEST + 1} .* up to {NEWEST}"):
        unpacked(bytes((NEWEST + 1,)) + packed("{}")[1:])


def test_messages_take_less_than_two_fifths_of_their_bytes() -> None:
    said = [json.dumps(each.value, ensure_ascii=False) for records in golden().values() for each in records]
    assert sum(map(len, map(packed, said))) < 0.4 * sum(len(each.encode()) for each in said)
