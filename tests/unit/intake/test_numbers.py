"""Numbers are given once, can be read off paper, and stay the same for ever where they are derived."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from doors.phones import international
from schemas.inbound.base import CHANNELS
from schemas.registry import TopicKind, party_of
from schemas.registry import topics as topics_of
from schemas.values import IncidentId, Party, PartyKind, Receipt, TicketId
from services.intake.core.numbers import Numbering, Numbers, check_digit, incident_of, is_number, receipt_of, scattered

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 9, 14, 2, 0, tzinfo=UTC)
SEVENTH = Numbering(7, b"a key of 16 byte")
HOTLINE = Party(kind=PartyKind.HOTLINE)


def test_a_number_says_day_and_lane_and_checks_itself() -> None:
    number = Numbers(SEVENTH, {}, SHANGHAI).next(MORNING)
    assert number.startswith("26091407")
    assert is_number(TypeAdapter(TicketId).validate_python(number))
    assert is_number(f"{number}-3")


def test_numbers_begin_anew_with_the_local_day_and_never_step_back() -> None:
    counters: dict[str, int] = {}
    numbers = Numbers(SEVENTH, counters, SHANGHAI)
    late = numbers.next(datetime(2026, 9, 14, 15, 59, tzinfo=UTC))
    next_day = numbers.next(datetime(2026, 9, 14, 16, 0, tzinfo=UTC))
    stale = numbers.next(datetime(2026, 9, 14, 15, 59, tzinfo=UTC))
    assert [number[:8] for number in (late, next_day, stale)] == ["26091407", "26091507", "26091507"]
    assert [int(number[8:13]) for number in (late, next_day, stale)] == [
        scattered(1, "26091407", SEVENTH.key),
        scattered(1, "26091507", SEVENTH.key),
        scattered(2, "26091507", SEVENTH.key),
    ]


def test_a_lane_that_gave_all_numbers_of_a_day_goes_on_with_the_next_day() -> None:
    numbers = Numbers(SEVENTH, {"day": MORNING.date().toordinal(), "number": 99_998}, SHANGHAI)
    assert [numbers.next(MORNING)[:6] for _ in range(3)] == ["260914", "260915", "260915"]


def test_whoever_registers_nothing_needs_no_numbers() -> None:
    with pytest.raises(LookupError, match="no tickets"):
        Numbers(None, {}, SHANGHAI).next(MORNING)


def test_all_counts_of_a_day_have_numbers_of_their_own() -> None:
    assert len({scattered(count, "26091407", SEVENTH.key) for count in range(100_000)}) == 100_000


@given(st.integers(1, 99_000), st.binary(min_size=16, max_size=16))
def test_neighbours_do_not_stand_beside_each_other(count: int, key: bytes) -> None:
    ten = [scattered(each, "26091407", key) for each in range(count, count + 10)]
    assert all(0 <= each < 100_000 for each in ten)
    assert sum(abs(one - other) == 1 for one, other in pairwise(ten)) <= 2


def test_another_day_another_lane_and_another_key_scatter_otherwise() -> None:
    first = [scattered(count, "26091407", SEVENTH.key) for count in range(1, 20)]
    assert first != [scattered(count, "26091507", SEVENTH.key) for count in range(1, 20)]
    assert first != [scattered(count, "26091408", SEVENTH.key) for count in range(1, 20)]
    assert first != [scattered(count, "26091407", b"another 16 bytes") for count in range(1, 20)]


def test_all_lanes_that_register_have_numbers_whatever_the_departments() -> None:
    topics = topics_of(f"d{index}" for index in range(400))
    numbering = [each for each in topics if each.kind is TopicKind.INBOUND and party_of(each.name).kind in CHANNELS]
    assert sum(each.partitions for each in numbering) <= 100
    assert 16 * len(numbering) <= 100, "sixteen partitions for each channel"


@given(st.text("0123456789", min_size=13, max_size=13), st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits: str, place: int, shift: int) -> None:
    number = digits + check_digit(digits)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert not is_number(wrong)


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_receipt_is_derived_and_well_formed(source: str, submission: str) -> None:
    receipt = receipt_of(HOTLINE, source, submission, b"key")
    assert receipt == receipt_of(HOTLINE, source, submission, b"key")
    assert TypeAdapter(Receipt).validate_python(receipt)
    assert receipt != receipt_of(Party(kind=PartyKind.WECHAT), source, submission, b"key")


def test_whoever_has_not_the_key_guesses_a_hundred_bits_of_a_receipt() -> None:
    one, other = (receipt_of(HOTLINE, "test", "s-1", key) for key in (b"one", b"other"))
    assert len(one) == 1 + 100 // 5
    assert sum(a != b for a, b in zip(one, other, strict=True)) > 10


def test_whoever_opens_an_incident_knows_its_code_before_it_is_answered() -> None:
    assert incident_of(HOTLINE, "test", "s-1") == incident_of(HOTLINE, "test", "s-1")
    assert TypeAdapter(IncidentId).validate_python(incident_of(HOTLINE, "test", "s-1"))


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_the_short_cut_for_mobiles_says_what_the_library_says(phone: str) -> None:
    assert (international(phone) is not None) == _is_valid(phone)


def _is_valid(phone: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(phone, "CN"))
    except phonenumbers.NumberParseException:
        return False  # it begins as a prefix of a carrier does, and too little is left behind it
