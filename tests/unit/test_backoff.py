"""What keeps ending is started again soon at first, then less and less often."""

from __future__ import annotations

from tools.local.backoff import Backoff


def test_the_first_time_it_is_started_at_once() -> None:
    assert Backoff().due("sla", 1_000.0)


def test_what_ends_again_and_again_waits_longer_each_time_and_never_longer_than_a_minute() -> None:
    backoff, now, waits = Backoff(), 0.0, []
    for _ in range(9):
        ended = now
        while not backoff.due("sla", now):
            now += 0.5
        waits.append(now - ended)
        backoff.started("sla", now)
    assert waits == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


def test_what_did_well_for_five_minutes_is_started_at_once() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.due("sla", 0.0)
        backoff.started("sla", 0.0)
    assert not backoff.due("sla", 10.0)
    other = Backoff()
    for _ in range(5):
        other.started("sla", 0.0)
    assert other.due("sla", 300.0)


def test_one_that_keeps_ending_makes_no_other_wait() -> None:
    backoff = Backoff()
    backoff.started("sla", 0.0)
    assert not backoff.due("sla", 0.0)
    assert backoff.due("notify", 0.0)
