"""What verify keeps of each record is a few dozen bytes, whatever the record says, and nothing else is lost by it."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import Envelope, derived_id
from schemas.registry import DISPATCH, TICKETS
from tests.support.dispatch.story import registered
from tests.support.verify import MONDAY, stood
from tools.client.log import TopicRecord
from tools.verify.contents import Contents
from tools.verify.marks import Mark, Marks, NumberMarks
from tools.verify.submissions import DoorFacts, one_ticket_each

RECORDS = 20_000
TO_A_TICKET = 20


def _records() -> Iterator[TopicRecord]:
    """A long time of one lane: twenty facts of a ticket, each of two kilobytes."""
    for number in range(1, RECORDS + 1):
        ticket = f"26030200{number // TO_A_TICKET:06}"
        envelope = Envelope(
            derived_id("lane", number),
            "liuhen/dispatch/0",
            "liuhen.dispatch.noted.v1",
            MONDAY,
            ticket,
            number,
            ticket,
            "",
        )
        yield TopicRecord(DISPATCH, 0, number - 1, envelope, [], json.dumps({"text": f"{number:02048}"}).encode())


def test_of_each_record_less_than_a_hundred_bytes_are_kept() -> None:
    contents = Contents()
    tracemalloc.start()
    for record in _records():
        contents.take(record)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept / RECORDS < 100
    assert sum(map(len, contents.marks.values())) == RECORDS
    assert contents.disorder == []


def test_of_what_the_door_said_its_words_are_not_kept() -> None:
    facts = DoorFacts()
    long = registered(text="路灯不亮" * 500)
    tracemalloc.start()
    for number in range(1, 1_001):
        record = stood(number, long, topic=TICKETS)
        facts.take(record)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept / 1_000 < 500


def test_a_number_that_was_given_twice_is_found_and_a_fact_that_was_said_twice_is_one() -> None:
    facts = DoorFacts()
    for record in (stood(1, registered(), topic=TICKETS), stood(1, registered(), topic=TICKETS)):
        facts.take(record)
    assert one_ticket_each(facts).findings == []
    facts.take(stood(2, registered(), topic=TICKETS))
    (found,) = one_ticket_each(facts).findings
    assert found.text == "登记了 2 次"


@given(st.dictionaries(st.integers(0, 300), st.tuples(st.uuids().map(str) | st.text(max_size=5), st.text(max_size=3))))
def test_marks_are_a_mapping_whatever_the_numbers_and_names(said: dict[int, tuple[str, str]]) -> None:
    marks, expected = Marks(), {n: Mark(id_, subject, bytes(16)) for n, (id_, subject) in said.items()}
    for number, mark in expected.items():
        marks[number] = mark
    assert dict(marks) == expected
    assert list(marks) == sorted(expected)
    assert len(marks) == len(expected)
    assert (marks.first, marks.last) == (min(expected, default=None), max(expected, default=0))
    for number in list(expected)[::2]:
        del marks[number], expected[number]
    assert dict(marks) == expected


def test_a_number_far_beyond_the_others_takes_no_room_for_those_between() -> None:
    marks = Marks()
    marks[1] = marks[10**12] = Mark(derived_id("lane", 1), "t", bytes(16))
    assert list(marks) == [1, 10**12]
    assert marks.last == 10**12
    with pytest.raises(KeyError):
        marks[2]


@given(st.sets(st.integers(1, 500)), st.integers(0, 501))
def test_what_was_seen_is_known_and_nothing_else(numbers: set[int], asked: int) -> None:
    seen = NumberMarks()
    for number in numbers:
        seen.add(number)
    assert (asked in seen) == (asked in numbers)
