"""Numbers are given once, can be read off paper, and stay the same for ever where they are derived."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schemas.values import Party, PartyKind, Receipt, TicketId
from services.intake.core.numbers import Numbers, check_digit, is_number, receipt_of
from services.intake.core.phones import international

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
HOTLINE = Party(kind=PartyKind.HOTLINE)


def test_a_number_says_day_lane_and_sequence_and_checks_itself() -> None:
    number = Numbers(7, {}, SHANGHAI).next(MORNING)
    assert number.startswith("2609140700001")
    assert is_number(TypeAdapter(TicketId).validate_python(number))
    assert is_number(f"{number}-3")


def test_numbers_begin_anew_with_the_local_day_and_never_step_back() -> None:
    counters: dict[str, int] = {}
    numbers = Numbers(7, counters, SHANGHAI)
    late = numbers.next(datetime(2026, 9, 14, 15, 59, tzinfo=UTC))
    next_day = numbers.next(datetime(2026, 9, 14, 16, 0, tzinfo=UTC))
    stale = numbers.next(datetime(2026, 9, 14, 15, 59, tzinfo=UTC))
    assert [number[:13] for number in (late, next_day, stale)] == ["2609140700001", "2609150700001", "2609150700002"]


def test_a_lane_that_gave_all_numbers_of_a_day_goes_on_with_the_next_day() -> None:
    numbers = Numbers(7, {"day": MORNING.date().toordinal(), "number": 99_998}, SHANGHAI)
    assert [numbers.next(MORNING)[:13] for _ in range(3)] == ["2609140799999", "2609150700001", "2609150700002"]


def test_a_lane_beyond_two_digits_has_no_numbers() -> None:
    with pytest.raises(ValueError, match="two digits"):
        Numbers(100, {}, SHANGHAI).next(MORNING)


@given(st.text("0123456789", min_size=13, max_size=13), st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits: str, place: int, shift: int) -> None:
    number = digits + check_digit(digits)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert not is_number(wrong)


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_receipt_is_derived_and_well_formed(source: str, submission: str) -> None:
    receipt = receipt_of(HOTLINE, source, submission)
    assert receipt == receipt_of(HOTLINE, source, submission)
    assert TypeAdapter(Receipt).validate_python(receipt)
    assert receipt != receipt_of(Party(kind=PartyKind.WECHAT), source, submission)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_the_short_cut_for_mobiles_says_what_the_library_says(phone: str) -> None:
    assert (international(phone) is not None) == _is_valid(phone)


def _is_valid(phone: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(phone, "CN"))
    except phonenumbers.NumberParseException:
        return False  # it begins as a prefix of a carrier does, and too little is left behind it
