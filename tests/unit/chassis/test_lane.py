"""What a lane hears, drops, parks, and stands still at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chassis.lane import Alarm, Classified, LaneState, LastHeard, classify, lane_of, merged
from chassis.service import Foreign, Heard, Lane, Record, Refused
from chassis.worker import fitting
from schemas.envelope import Envelope
from schemas.message import Message

NOON = datetime(2026, 9, 14, 4, tzinfo=UTC)
OWN, FOREIGN = "liuhen.own.v1", "liuhen.inbound.hotline.v1"
SOURCE = "liuhen/feed/0"


class UnitFact(Message, owner="unit-lane"):
    """A fact of these tests."""


class Said(UnitFact):
    """What is heard here."""

    n: int


class Thought(UnitFact):
    """What is not heard here."""


def held() -> LaneState:
    return LaneState(Lane("0", NOON, {}), turn=0, next_number=1, published=0, offsets={(OWN, 0): 0, (FOREIGN, 0): 0})


def record(
    offset: int,
    sequence: int,
    *,
    id_: str | None = None,
    type_: str = Said.type_name,
    body: bytes = b'{"n":1}',
    key: bytes = b"T1",
) -> Record:
    envelope = Envelope(id_ or f"id-{sequence}", SOURCE, type_, NOON, key.decode(), sequence)
    return Record(OWN, 0, offset, key, body, tuple(envelope.headers()), NOON)


def listen(lane: LaneState, *records: Record) -> Classified:
    classified = Classified()
    classify(lane, records, frozenset({FOREIGN}), {}, classified)
    return classified


def numbers(classified: Classified) -> list[int]:
    return [item.envelope.sequence for item in classified.items if isinstance(item, Heard)]


def test_records_are_heard_in_order_and_the_next_offset_follows() -> None:
    lane = held()
    classified = listen(lane, record(0, 1), record(1, 2))
    assert numbers(classified) == [1, 2]
    assert lane.offsets[OWN, 0] == 2


def test_an_offset_below_the_next_one_was_done() -> None:
    lane = held()
    lane.offsets[OWN, 0] = 5
    classified = listen(lane, record(4, 1))
    assert (numbers(classified), len(classified.repeats)) == ([], 1)


def test_a_number_that_was_heard_is_dropped_at_a_new_offset() -> None:
    lane = held()
    listen(lane, record(0, 1), record(1, 2))
    classified = listen(lane, record(2, 1), record(3, 2), record(4, 3))
    assert numbers(classified) == [3]
    assert lane.offsets[OWN, 0] == 5


def test_what_nobody_here_wants_to_hear_passes_by_unread_and_leaves_no_gap() -> None:
    lane, classified = held(), Classified()
    records = [record(0, 1, type_=Thought.type_name, body=b"not even JSON"), record(1, 2)]
    classify(lane, records, frozenset(), {}, classified, frozenset({Said.type_name}))
    assert numbers(classified) == [2]
    assert [passed.offset for passed in classified.passed] == [0]
    assert (classified.parked, lane.paused, lane.offsets[OWN, 0]) == ([], None, 2)


def test_a_type_that_is_not_known_is_parked_whatever_is_heard() -> None:
    classified = Classified()
    classify(
        held(),
        [record(0, 1, type_="liuhen.own.unheard-of.v1")],
        frozenset(),
        {},
        classified,
        frozenset({Said.type_name}),
    )
    assert [letter.reason for _, letter in classified.parked] == ["type"]


def test_a_jump_stops_the_lane_before_the_record() -> None:
    lane = held()
    classified = listen(lane, record(0, 1), record(1, 3), record(2, 4))
    assert numbers(classified) == [1]
    assert (lane.alarm, lane.offsets[OWN, 0]) == (Alarm.GAP, 1)


def test_what_stands_behind_a_jump_stays_unread_even_where_it_would_fit() -> None:
    # given a lane that stopped before a jump
    lane = held()
    # when what was missing comes behind it, in the same fetch and in another
    classified = listen(lane, record(0, 1), record(1, 3), record(2, 2))
    again = listen(lane, record(2, 2))
    # then nobody hears it before a person has looked: it would leave the one before it behind
    assert (numbers(classified), numbers(again), lane.offsets[OWN, 0]) == ([1], [], 1)


def test_what_stopped_a_lane_first_is_what_is_told_of_it() -> None:
    lane = held()
    lane.pause(Alarm.GAP, "first")
    lane.pause(Alarm.CONFLICT, "second")
    assert (lane.alarm, lane.paused) == (Alarm.GAP, "gap: first")


def test_a_record_without_a_number_is_unreadable() -> None:
    lane = held()
    classified = listen(lane, record(0, 0), record(1, 1, key=b"T2"))
    assert [(key, letter.reason) for key, letter in classified.parked] == [("T1", "envelope")]
    assert (numbers(classified), lane.alarm) == ([1], None)


def test_a_source_begins_at_one() -> None:
    lane = held()
    assert numbers(listen(lane, record(0, 2))) == []
    assert lane.alarm is Alarm.GAP


def test_the_last_number_with_another_id_is_an_alarm() -> None:
    lane = held()
    listen(lane, record(0, 1))
    assert numbers(listen(lane, record(1, 1, id_="other"))) == []
    assert lane.alarm is Alarm.CONFLICT


def test_while_a_gap_is_mended_later_numbers_are_skipped() -> None:
    lane = held()
    lane.heard[OWN, 0, SOURCE] = LastHeard(1, "id-1", mending=True)
    classified = listen(lane, record(0, 3), record(1, 4), record(2, 2), record(3, 3), record(4, 4))
    assert numbers(classified) == [2, 3, 4]
    assert lane.paused is None


def test_what_cannot_be_read_parks_its_key_and_no_other() -> None:
    lane = held()
    classified = listen(
        lane,
        record(0, 1, type_="liuhen.unheard.of.v1"),
        record(1, 2),
        record(2, 3, key=b"T2"),
        record(3, 4, body=b'{"n":"x"}', key=b"T3"),
    )
    assert numbers(classified) == [3]
    assert [(key, letter.reason) for key, letter in classified.parked] == [
        ("T1", "type"),
        ("T1", "behind"),
        ("T3", "body"),
    ]
    assert lane.offsets[OWN, 0] == 4


def test_what_is_told_of_an_unreadable_body_does_not_quote_it() -> None:
    classified = listen(held(), record(0, 1, body=b'{"n":"call 13800001111"}'))
    assert "13800001111" not in classified.parked[0][1].detail


def test_a_record_without_an_envelope_is_parked_under_its_key() -> None:
    lane = held()
    classified = listen(lane, Record(OWN, 0, 0, b"T1", b"{}", (), NOON), Record(OWN, 0, 1, None, None, (), NOON))
    assert [(key, letter.reason) for key, letter in classified.parked] == [("T1", "envelope"), ("", "envelope")]


def test_foreign_records_are_left_to_the_work_and_may_jump() -> None:
    lane = held()
    classified = listen(lane, *(Record(FOREIGN, 0, offset, None, b"\xff", (), NOON) for offset in (3, 9)))
    assert [type(item) for item in classified.items] == [Foreign, Foreign]
    assert lane.offsets[FOREIGN, 0] == 10


def test_what_the_work_refused_becomes_a_dead_letter() -> None:
    lane, classified = held(), Classified()
    refused = {(FOREIGN, 0, 0): Refused("no", "never")}
    classify(lane, [Record(FOREIGN, 0, 0, None, b"", (), NOON)], frozenset({FOREIGN}), refused, classified)
    assert [letter.reason for letter in classified.dead] == ["no"]
    assert classified.items == []


def test_foreign_inputs_have_lanes_of_their_own() -> None:
    assert lane_of((OWN, 3), foreign=False) == "3"
    assert lane_of((FOREIGN, 3), foreign=True) == f"{FOREIGN}/3"


@given(st.lists(st.lists(st.integers(0, 100), max_size=8), max_size=4))
def test_merging_keeps_the_order_of_each_partition(times: list[list[int]]) -> None:
    parts = [
        [Record(OWN, part, offset, None, None, (), NOON + timedelta(seconds=at)) for offset, at in enumerate(its)]
        for part, its in enumerate(times)
    ]
    whole = list(merged(parts))
    assert [[r for r in whole if r.partition == part] for part in range(len(parts))] == parts


@given(st.lists(st.integers(1, 8), max_size=40))
def test_whatever_comes_each_number_is_heard_at_most_once_and_in_order(sequences: list[int]) -> None:
    lane = held()
    heard = numbers(listen(lane, *(record(offset, sequence) for offset, sequence in enumerate(sequences))))
    assert heard == list(range(1, len(heard) + 1))


def test_what_is_large_is_processed_in_few_at_once_and_never_in_none() -> None:
    # given records that came in one compressed batch and are large once they are read
    large = [Record("t", 0, offset, None, b"x" * 1_000_000, (), NOON) for offset in range(10)]
    huge = Record("t", 0, 10, None, b"x" * 9_000_000, (), NOON)
    # then a transaction takes as many as fit, and one that fits nowhere alone
    assert fitting(large, 1_000) == large[:4]
    assert fitting([huge, *large], 1_000) == [huge]
    assert fitting(large, 2) == large[:2]
    assert fitting([], 2) == []
