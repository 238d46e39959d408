"""A record that was put aside is sealed whole for its place, and still found by the tickets that it names."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealing.boxes import BrokenSealError
from sealing.masters import MasterKeys, UnknownMasterError
from sealing.records import RecordSeal, is_sealed, master_of

PLACE = ("liuhen.inbound.hotline.v1", "0", "17")
REPORT = '{"ticket": "26030200000017", "contact": {"phone": "13812345678"}, "text": "王建国，平凉路100弄"}'.encode()


def seal_of(*words: str) -> RecordSeal:
    return RecordSeal(MasterKeys(" ".join(words), os.urandom), os.urandom)


@given(st.binary())
def test_whatever_came_comes_back(value: bytes) -> None:
    seal = seal_of("master-key")
    box = seal.sealed(value, *PLACE)

    assert box is not None
    assert is_sealed(box)
    assert seal.opened(box, *PLACE) == value
    assert seal_of("master-key").opened(box, *PLACE) == value


def test_nothing_is_read_in_it_but_the_tickets_that_it_names() -> None:
    box = seal_of("master-key").sealed(REPORT + b" M0123456789AB 26030200000017", *PLACE)

    assert box is not None
    assert box.count(b"26030200000017") == 1
    assert b"M0123456789AB" in box
    for said in (b"13812345678", "王建国".encode(), "平凉路".encode(), b"contact"):
        assert said not in box


@pytest.mark.parametrize("number", ["13812345678", "08613812345678", "6222021234567890123", "11010519491231002X"])
def test_no_number_of_a_person_is_taken_for_a_ticket(number: str) -> None:
    box = seal_of("master-key").sealed(number.encode(), *PLACE)

    assert box is not None
    assert number.encode() not in box


def test_at_another_place_or_under_another_name_it_does_not_open() -> None:
    seal = seal_of("master-key")
    box = seal.sealed(REPORT, *PLACE)
    assert box is not None

    with pytest.raises(BrokenSealError):
        seal.opened(box, *PLACE[:2], "18")
    with pytest.raises(BrokenSealError):
        seal.opened(box.replace(b"26030200000017", b"26030200000018"), *PLACE)


def test_what_was_kept_before_there_were_seals_is_given_back_as_it_is() -> None:
    seal = seal_of("master-key")
    assert seal.opened(REPORT, *PLACE) == REPORT
    assert seal.rewrapped(REPORT) == REPORT
    assert seal.opened(None, *PLACE) is None
    assert seal.sealed(None, *PLACE) is None


def test_rewrapped_it_opens_without_the_old_master_key() -> None:
    before, both, after = seal_of("the-old-key"), seal_of("the-new-key", "the-old-key"), seal_of("the-new-key")
    box = before.sealed(REPORT, *PLACE)
    assert box is not None
    with pytest.raises(UnknownMasterError):
        after.opened(box, *PLACE)

    anew = both.rewrapped(box)

    assert after.opened(anew, *PLACE) == REPORT
    assert master_of(anew) != master_of(box)
    assert both.rewrapped(anew) == anew
