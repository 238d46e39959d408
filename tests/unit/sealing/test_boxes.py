"""A box opens with its key, at its place, unchanged, and in no other way."""

from __future__ import annotations

import os

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sealing.boxes import KEY_BYTES, BrokenSealError, about, opened, sealed

KEYS = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)
PLACES = st.lists(st.text(), max_size=3).map(lambda place: about(*place))


@given(KEYS, st.binary(), PLACES)
def test_what_was_sealed_opens(key: bytes, plain: bytes, place: bytes) -> None:
    assert opened(key, sealed(key, plain, place, os.urandom), place) == plain


@given(KEYS, st.binary(), PLACES, PLACES)
def test_at_another_place_it_does_not_open(key: bytes, plain: bytes, place: bytes, other: bytes) -> None:
    assume(place != other)

    with pytest.raises(BrokenSealError):
        opened(key, sealed(key, plain, place, os.urandom), other)


@given(KEYS, KEYS, st.binary(), PLACES)
def test_with_another_key_it_does_not_open(key: bytes, other: bytes, plain: bytes, place: bytes) -> None:
    assume(key != other)

    with pytest.raises(BrokenSealError):
        opened(other, sealed(key, plain, place, os.urandom), place)


@given(KEYS, st.binary(), st.data())
def test_one_changed_bit_is_noticed(key: bytes, plain: bytes, data: st.DataObject) -> None:
    box = bytearray(sealed(key, plain, b"", os.urandom))
    box[data.draw(st.integers(0, len(box) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(BrokenSealError):
        opened(key, bytes(box), b"")


@given(KEYS, st.binary(max_size=27))
def test_what_is_no_box_is_refused(key: bytes, box: bytes) -> None:
    with pytest.raises(BrokenSealError):
        opened(key, box, b"")


@given(st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_two_places_never_read_alike(one: list[str], other: list[str]) -> None:
    assert (about(*one) == about(*other)) == (one == other)


def test_the_same_bytes_are_sealed_differently_each_time() -> None:
    key = bytes(KEY_BYTES)
    assert sealed(key, b"13812345678", b"", os.urandom) != sealed(key, b"13812345678", b"", os.urandom)
