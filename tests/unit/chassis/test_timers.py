"""What becomes of timers when a state changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chassis.timers import settlements

NOON = datetime(2026, 9, 14, 4, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def settled(
    before: dict[str, datetime], after: dict[str, datetime], fired: dict[str, datetime]
) -> dict[str, tuple[str, datetime]]:
    return {each.name: (each.status, each.due) for each in settlements("T1", "0", before, after, fired)}


def test_a_new_timer_is_pending() -> None:
    assert settled({}, {"a": NOON}, {}) == {"a": ("pending", NOON)}


def test_a_timer_that_stays_is_left_alone() -> None:
    assert settled({"a": NOON}, {"a": NOON}, {}) == {}


def test_a_timer_that_is_set_anew_is_pending_at_its_new_time() -> None:
    assert settled({"a": NOON}, {"a": LATER}, {}) == {"a": ("pending", LATER)}


def test_a_timer_that_is_wanted_no_more_is_cancelled() -> None:
    assert settled({"a": NOON}, {}, {}) == {"a": ("cancelled", NOON)}


def test_a_fired_timer_stays_silent_until_its_due_time_changes() -> None:
    assert settled({"a": NOON}, {"a": NOON}, {"a": NOON}) == {"a": ("fired", NOON)}
    assert settled({"a": NOON}, {}, {"a": NOON}) == {"a": ("fired", NOON)}
    assert settled({"a": NOON}, {"a": LATER}, {"a": NOON}) == {"a": ("pending", LATER)}


def test_a_timer_that_was_set_and_fired_within_one_transaction_is_remembered() -> None:
    assert settled({}, {}, {"a": NOON}) == {"a": ("fired", NOON)}
