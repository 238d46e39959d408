"""What becomes of the timer of a key when its state changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chassis.service import NextTimer
from chassis.timers import timer_update

NOON = datetime(2026, 9, 14, 4, tzinfo=UTC)
A = NextTimer(NOON, "a")
LATER = NextTimer(NOON + timedelta(hours=1), "a")
SAME_MOMENT = NextTimer(NOON, "b")


def settled(had: NextTimer | None, wanted: NextTimer | None, fired: NextTimer | None) -> tuple[str, NextTimer] | None:
    each = timer_update("T1", "0", had, wanted, fired)
    return each and (each.status, NextTimer(each.due, each.name))


def test_a_new_timer_is_pending() -> None:
    assert settled(None, A, None) == ("pending", A)


def test_a_timer_that_stays_is_left_alone() -> None:
    assert settled(A, A, None) is None


def test_a_timer_that_is_set_anew_is_pending_at_its_new_time() -> None:
    assert settled(A, LATER, None) == ("pending", LATER)


def test_a_timer_that_is_wanted_no_more_is_cancelled() -> None:
    assert settled(A, None, None) == ("cancelled", A)


def test_a_fired_timer_stays_silent_until_another_is_wanted() -> None:
    assert settled(A, A, A) == ("fired", A)
    assert settled(A, None, A) == ("fired", A)
    assert settled(A, LATER, A) == ("pending", LATER)
    assert settled(A, SAME_MOMENT, A) == ("pending", SAME_MOMENT)


def test_a_timer_that_was_set_and_fired_within_one_transaction_is_remembered() -> None:
    assert settled(None, None, A) == ("fired", A)


def test_a_timer_that_is_wanted_again_after_another_fired_is_still_pending() -> None:
    assert settled(LATER, LATER, A) is None
