"""A run over a window excuses what lies before it, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from schemas.registry import DISPATCH
from tests.support.verify import LIFE, MONDAY, stood, written
from tools.client.log import TopicRecord
from tools.verify.checks import EventsCheck
from tools.verify.contents import Contents

FACTS = [fact for _, fact in LIFE]
RECORDS = [stood(number, fact) for number, fact in enumerate(FACTS, 1)]


def read_from(first: int, *records: TopicRecord) -> Contents:
    """What a run reads whose window begins with this record."""
    contents = Contents([(DISPATCH, 0)])
    for record in (*RECORDS[first - 1 :], *records):
        contents.take(record)
    return contents


def events(contents: Contents, *numbers: int, certain: int = 0) -> EventsCheck:
    check = EventsCheck(contents, {("dispatch", "0"): 100}, ["dispatch"], MONDAY + timedelta(minutes=certain))
    for number in numbers:
        check.take(written(RECORDS[number - 1], number)._replace(recorded=MONDAY + timedelta(minutes=number)))
    return check


def test_a_window_may_begin_in_the_middle_of_a_source() -> None:
    assert read_from(2).disorder == []


def test_what_stood_before_the_window_and_was_said_again_in_it_is_no_disorder() -> None:
    again = RECORDS[0]._replace(offset=9)
    contents = read_from(2, again, *(record._replace(offset=10 + n) for n, record in enumerate(RECORDS[1:])))
    assert contents.disorder == []


def test_a_gap_inside_of_the_window_is_found() -> None:
    contents = Contents([(DISPATCH, 0)])
    for record in (RECORDS[0], RECORDS[2]):
        contents.take(record)
    assert len(contents.disorder) == 1


def test_a_row_that_was_recorded_before_the_window_may_stand_before_it() -> None:
    recorded, _, _, _ = events(read_from(2), 1, 2, 3, certain=2).results()
    assert recorded.findings == []


def test_a_row_that_was_recorded_in_the_window_stands_in_it() -> None:
    recorded, _, _, _ = events(read_from(2), 1, 2, 3, certain=1).results()
    assert [found.subject for found in recorded.findings] == [RECORDS[0].envelope and RECORDS[0].envelope.subject]


def test_what_stands_in_the_window_and_was_recorded_before_it_is_looked_up() -> None:
    check = events(read_from(1), 2, 3)
    assert [sequence for _, sequence, _ in check.unmatched()] == [1]
    check.take(written(RECORDS[0], 1))
    assert [*check.unmatched()] == []
    assert all(result.findings == [] for result in check.results())
