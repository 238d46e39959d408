"""What was recorded, published, heard and traced is the same; each way to differ is found and names the ticket."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from schemas.public import DeskTask
from schemas.registry import DESK, DISPATCH
from schemas.values import Kind, Tier
from tests.support.verify import MONDAY, TICKET, closed, stood, written
from tools.client.backlog import NextOffset
from tools.client.log import TopicRecord
from tools.verify.checks import (
    EntriesCheck,
    EventsCheck,
    everything_heard,
    everything_read,
    offsets_behind,
    order_kept,
    standing_services,
)
from tools.verify.contents import Contents, contents_of
from tools.verify.findings import CheckResult
from tools.verify.rows import EntryRow, EventRow, HeardRow

ALL_OF_IT = {("dispatch", "0"): 99}


def compared(
    contents: Contents, rows: Iterable[EventRow], before: dict[tuple[str, str], int] | None = None
) -> EventsCheck:
    recorded = EventsCheck(contents, before or ALL_OF_IT, ["dispatch"])
    for row in rows:
        recorded.take(row)
    return recorded


def broken(results: Iterable[CheckResult]) -> list[tuple[str, str]]:
    """Which promise is broken, and whom it names."""
    return [(result.promise, finding.subject) for result in results for finding in result.findings]


@pytest.fixture
def tasks() -> list[TopicRecord]:
    """A desk that is told of two tasks of a ticket, one of them twice."""
    said = [("dispatching", True), ("extension", True), ("dispatching", False)]
    return [stood(number, desk_task(*each), topic=DESK) for number, each in enumerate(said, 1)]


def desk_task(task: str, is_open: bool) -> DeskTask:  # noqa: FBT001 - as it stands in the message
    given = {"task": task, "open": is_open, "ticket": TICKET, "since": MONDAY, "text": "楼道积水"}
    return DeskTask.model_validate({**given, "tier": Tier.COMPLEX, "kind": Kind.HELP})


def contents_with(records: Iterable[TopicRecord]) -> Contents:
    """What is left of the desk's topic."""
    contents = Contents(compacted=[DESK])
    for record in records:
        contents.take(record)
    return contents


def test_honest_evidence_is_clean(contents: Contents, rows: list[EventRow]) -> None:
    results = compared(contents, rows).results()

    assert broken([*results, order_kept(contents)]) == []
    assert [result.looked_at for result in results] == [3, 3, 3, 3]


def test_a_deleted_event_is_found(contents: Contents, rows: list[EventRow]) -> None:
    del rows[1]

    assert broken(compared(contents, rows).results()) == [("主题上的每个事件都在表里", TICKET)]


def test_an_event_that_never_came_onto_its_topic_is_found(records: list[TopicRecord], rows: list[EventRow]) -> None:
    contents = contents_of(records[:2])

    assert broken(compared(contents, rows).results()) == [("表里的每个事件都在主题上", TICKET)]


def test_what_was_recorded_after_the_reading_is_no_finding_but_moved_its_ticket(
    records: list[TopicRecord], rows: list[EventRow]
) -> None:
    recorded = compared(contents_of(records[:2]), rows, {("dispatch", "0"): 3})

    assert broken(recorded.results()) == []
    assert recorded.moved == {TICKET}


def test_another_event_under_its_number_is_found(contents: Contents, rows: list[EventRow]) -> None:
    rows[1] = rows[1]._replace(id="00000000-0000-0000-0000-000000000000")

    assert ("表里的每个事件都在主题上", TICKET) in broken(compared(contents, rows).results())


def test_a_body_that_was_changed_is_found(contents: Contents, rows: list[EventRow]) -> None:
    rows[2] = rows[2]._replace(digest=b"another")

    assert broken(compared(contents, rows).results()) == [("主题与表里的内容一字不差", TICKET)]


def test_a_consequence_that_was_recorded_twice_is_found(records: list[TopicRecord], rows: list[EventRow]) -> None:
    again = stood(4, closed())
    double = written(again, 4)._replace(id=rows[0].id)
    assert again.envelope is not None

    found = broken(compared(contents_of([*records, again]), [*rows, double]).results())

    assert ("没有重复的效果", TICKET) in found


def test_a_repeat_is_legal_and_counts_once(records: list[TopicRecord], rows: list[EventRow]) -> None:
    contents = contents_of([*records, records[1]._replace(offset=3)])

    assert broken([*compared(contents, rows).results(), order_kept(contents)]) == []


def test_a_gap_is_found(records: list[TopicRecord]) -> None:
    assert broken([order_kept(contents_of([records[0], records[2]]))]) == [("每个来源的事件连续、有序", TICKET)]


def test_what_compaction_may_have_taken_is_no_gap(tasks: list[TopicRecord]) -> None:
    rows = [written(record, number) for number, record in enumerate(tasks, 1)]
    compacted = contents_with(tasks[1:])

    assert broken([order_kept(compacted), *compared(compacted, rows).results()]) == []


def test_what_nothing_newer_replaced_is_missing_on_a_compacted_topic_too(tasks: list[TopicRecord]) -> None:
    # given a task of which only the opening was told, and it is not there
    rows = [written(record, number) for number, record in enumerate(tasks, 1)]
    without = contents_with([tasks[0], tasks[2]])

    assert broken(compared(without, rows).results()) == [
        ("表里的每个事件都在主题上", TICKET),
        ("表里的每个事件都在主题上", f"{DESK}/0"),
    ]


def test_a_number_that_stands_for_two_events_is_found(records: list[TopicRecord]) -> None:
    other = stood(2, closed(), offset=3)

    assert broken([order_kept(contents_of([*records, other]))]) == [("每个来源的事件连续、有序", TICKET)]


def test_a_record_without_envelope_is_found(records: list[TopicRecord]) -> None:
    bare = TopicRecord(DISPATCH, 0, 3, None, (), b"{}")

    assert broken([order_kept(contents_of([*records, bare]))]) == [("每个来源的事件连续、有序", f"{DISPATCH}/0@3")]


def test_what_retention_took_is_no_gap_and_not_missed(records: list[TopicRecord], rows: list[EventRow]) -> None:
    contents = contents_of(records[1:], trimmed=[(DISPATCH, 0)])

    assert broken([*compared(contents, rows).results(), order_kept(contents)]) == []


def noted(contents: Contents) -> list[EntryRow]:
    return [
        EntryRow(*source, sequence, mark.id, mark.subject)
        for source, marks in contents.marks.items()
        for sequence, mark in marks.items()
    ]


def traced(contents: Contents, entries: Iterable[EntryRow]) -> CheckResult:
    check = EntriesCheck(contents, [DISPATCH])
    for entry in entries:
        check.take(entry)
    return check.result()


def test_trace_has_each_record_once(contents: Contents) -> None:
    entries = noted(contents)

    assert traced(contents, entries).kept
    assert traced(contents, entries).looked_at == 3
    assert broken([traced(contents, entries[:-1])]) == [("留痕一条不少、一条不多", TICKET)]
    assert broken([traced(contents, [*entries, entries[0]])]) == [("留痕一条不少、一条不多", TICKET)]
    assert broken([traced(contents, [*entries[1:], entries[0]._replace(id="x")])]) != []


def test_an_entry_of_nothing_is_found_and_one_that_is_newer_than_the_reading_is_not(contents: Contents) -> None:
    entries = noted(contents)
    newer = entries[0]._replace(sequence=4)
    del next(iter(contents.marks.values()))[2]

    assert broken([traced(contents, [*entries, newer])]) == [("留痕一条不少、一条不多", TICKET)]


def test_a_reader_that_stopped_short_is_found(contents: Contents) -> None:
    listened = HeardRow("sla", DISPATCH, 0, "liuhen/dispatch/0", 3)

    assert everything_heard([listened], contents, {DISPATCH: ["sla"]}).kept
    assert not everything_heard([listened._replace(sequence=2)], contents, {DISPATCH: ["sla"]}).kept
    assert not everything_heard([listened], contents, {DISPATCH: ["sla", "trace"]}).kept


def test_an_offset_that_ran_ahead_or_stayed_behind_is_found() -> None:
    place, at = (DISPATCH, 0), NextOffset("sla", DISPATCH, 0, 3)

    assert offsets_behind([at], {place: 3}, {"sla": {place: 3}}).kept
    assert not offsets_behind([at], {place: 2}, {}).kept
    assert not offsets_behind([at], {place: 5}, {"sla": {place: 4}}).kept
    assert everything_read([at], {place: 3}).kept
    assert not everything_read([at], {place: 4}).kept


def test_a_service_that_reads_nothing_while_records_wait_is_found() -> None:
    at, ends = NextOffset("sla", DISPATCH, 0, 3), {(DISPATCH, 0): 5}

    assert [found.subject for found in standing_services([at], [at], ends)] == ["sla"]
    assert standing_services([at], [at], {(DISPATCH, 0): 3}) == []
    assert standing_services([at], [at._replace(offset=4)], ends) == []
