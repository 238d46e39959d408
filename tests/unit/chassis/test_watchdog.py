"""The process ends when it only seems to live, and not while it does its best."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.clock import stopwatch
from chassis.health import Health
from chassis.watchdog import STALL_SECONDS, Watchdog

LONG = STALL_SECONDS + 1


@pytest.fixture
def health() -> Health:
    health = Health("toy")
    health.note_assignment(assigned=True)
    return health


def verdict(health: Health, after: float, ended: Callable[[], bool] = lambda: False) -> str | None:
    return Watchdog(health, ended, 30.0).verdict(stopwatch() + after)


def test_a_healthy_process_goes_on(health: Health) -> None:
    assert verdict(health, 0) is None


def test_a_loop_that_stalls_ends_it(health: Health) -> None:
    assert verdict(health, LONG) == "the event loop stalls"


def test_a_coordinator_that_is_gone_ends_it(health: Health) -> None:
    assert verdict(health, 0, lambda: True) is not None


def test_nothing_assigned_for_long_ends_it(health: Health) -> None:
    health.note_assignment(assigned=False)
    assert verdict(health, 31) == "nothing is assigned"
    assert verdict(health, 29) is None


def test_lag_without_progress_ends_it(health: Health) -> None:
    health.note_behind(behind=True)
    health.beat = stopwatch() + LONG
    assert verdict(health, LONG) == "records wait and none is handled"


def test_who_had_nothing_to_do_for_long_has_its_time_for_the_first_that_waits(health: Health) -> None:
    health.progressed -= LONG
    health.note_behind(behind=True)
    assert verdict(health, 0) is None
    # and that time is not begun anew while records wait
    health.progressed -= LONG
    health.note_behind(behind=True)
    assert verdict(health, 0) == "records wait and none is handled"


def test_who_was_held_up_for_long_has_its_time_once_nothing_is_in_the_way(health: Health) -> None:
    # given a worker whose broker was away for longer than its time, while records waited and it had lost its lanes
    health.note_behind(behind=True)
    health.note_assignment(assigned=False)
    health.unready("broker", "no answer")
    health.progressed -= LONG
    health.assigned_since -= LONG
    health.held_since -= LONG
    # when the broker is back, then it is not ended before it could do anything
    health.ready("broker")
    assert verdict(health, 0) is None
    assert verdict(health, 31) == "nothing is assigned"


def test_what_is_in_the_way_for_a_moment_gives_no_new_minute_to_who_is_stuck(health: Health) -> None:
    # given a worker that handles nothing although records wait, and a broker that did not answer once
    health.note_behind(behind=True)
    health.progressed -= LONG
    health.unready("broker", "no answer")
    # when it answers again, then the worker is ended for what it did not do before
    health.ready("broker")
    assert verdict(health, 0) == "records wait and none is handled"


def test_the_time_for_which_several_things_are_in_the_way_is_counted_once(health: Health) -> None:
    health.note_behind(behind=True)
    health.unready("broker", "no answer")
    health.unready("database", "transactions fail")
    health.progressed -= LONG
    health.held_since -= LONG
    health.ready("broker")
    assert verdict(health, 0) is None
    health.ready("database")
    assert verdict(health, 0) is None
    assert verdict(health, STALL_SECONDS - 1) is None
    health.beat = stopwatch() + LONG
    assert verdict(health, LONG) == "records wait and none is handled"


def test_while_it_tries_again_only_a_stall_ends_it(health: Health) -> None:
    health.note_behind(behind=True)
    health.unready("database", "transactions fail")
    health.beat = stopwatch() + LONG
    assert verdict(health, LONG, lambda: True) is None
