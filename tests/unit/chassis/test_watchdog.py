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
    health.behind = True
    health.beat = stopwatch() + LONG
    assert verdict(health, LONG) == "records wait and none is handled"


def test_while_it_tries_again_only_a_stall_ends_it(health: Health) -> None:
    health.behind = True
    health.unready("database", "transactions fail")
    health.beat = stopwatch() + LONG
    assert verdict(health, LONG, lambda: True) is None
