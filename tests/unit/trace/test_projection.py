"""A summary is the fold of the entries: the same however they are cut, and for any facts whatever."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.message import Message
from schemas.values import TicketState
from services.trace.core.holder import AT_REST
from services.trace.core.rows import ClockRow, Summary
from services.trace.work import Rows

Timeline = list[tuple[datetime, Message]]
ALL = ("tickets", "dispatch", "clocks", "notices")


def taken(timeline: Timeline) -> Rows:
    rows = Rows()
    for at, fact in timeline:
        rows.take(fact, at)
    return rows


def test_no_fact_is_ever_refused_and_every_row_keeps_its_invariants(timelines: Any) -> None:
    @settings(max_examples=200)
    @given(timeline=timelines(*ALL))
    def holds(timeline: Timeline) -> None:
        rows = taken(timeline)
        for summary in rows.summaries.values():
            assert summary.__dict__.keys() == {column.name for column in fields(Summary)}
            assert (summary.holder == "") == (summary.waits_for == "")
            if TicketState(summary.state) in AT_REST:
                assert summary.holder == ""
            assert summary.open_tasks >= 0
        for _, order in rows.changed_orders.values():
            assert order.upheld is None or order.returned_at is not None
        for clock in rows.clocks.values():
            _clock_is_sound(clock)

    holds()


def _clock_is_sound(clock: ClockRow) -> None:
    assert clock.due <= clock.due_latest
    assert (clock.ended_at is None) == (clock.status in ("running", "paused"))


def test_cutting_a_timeline_into_transactions_changes_nothing(timelines: Any) -> None:
    @settings(max_examples=100)
    @given(timeline=timelines(*ALL), cut=st.integers(0, 25))
    def holds(timeline: Timeline, cut: int) -> None:
        whole, first = taken(timeline), taken(timeline[:cut])
        second = Rows(summaries=first.summaries, orders=first.orders, clocks=first.clocks)
        for at, fact in timeline[cut:]:
            second.take(fact, at)

        assert second.summaries == whole.summaries
        assert second.clocks == whole.clocks
        assert second.orders == whole.orders

    holds()


def test_topics_may_be_heard_in_any_order(timelines: Any) -> None:
    @settings(max_examples=60)
    @given(parts=st.tuples(*(timelines(family, max_size=8) for family in ("dispatch", "clocks", "notices"))))
    def holds(parts: tuple[Timeline, ...]) -> None:
        found = [taken([fact for part in order for fact in part]) for order in permutations(parts)]

        assert all(rows.summaries == found[0].summaries and rows.clocks == found[0].clocks for rows in found)

    holds()
