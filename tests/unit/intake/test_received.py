"""What comes in is judged by the moment of its arrival at the broker, on the clock that all share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chassis.clock import REAL, Clock
from chassis.service import Lane, Record
from services.intake.work import received_at

ARRIVED = datetime(2026, 9, 14, 9, 29, tzinfo=UTC)


def record(at: datetime) -> Record:
    return Record("liuhen.inbound.hotline.v1", 0, 0, None, None, (), at)


def lane(now: datetime) -> Lane:
    return Lane("liuhen.inbound.hotline.v1/0", now, {})


def test_what_waited_while_the_service_was_away_was_received_when_it_arrived() -> None:
    assert received_at(lane(ARRIVED + timedelta(hours=1)), record(ARRIVED), REAL) == ARRIVED


def test_on_an_accelerated_clock_the_brokers_stamp_becomes_virtual_time() -> None:
    anchor = ARRIVED.timestamp() - 60
    clock = Clock(datetime(2026, 2, 1, tzinfo=UTC), 3600, anchor)
    assert received_at(lane(datetime(2026, 3, 1, tzinfo=UTC)), record(ARRIVED), clock) == datetime(
        2026, 2, 3, 12, tzinfo=UTC
    )


def test_nothing_is_received_in_the_future_of_the_lane() -> None:
    assert received_at(lane(ARRIVED), record(ARRIVED + timedelta(seconds=5)), REAL) == ARRIVED


def test_the_moment_of_receipt_never_steps_back_in_a_lane() -> None:
    one = lane(ARRIVED + timedelta(hours=1))
    later = received_at(one, record(ARRIVED + timedelta(seconds=5)), REAL)
    assert received_at(one, record(ARRIVED), REAL) == later
