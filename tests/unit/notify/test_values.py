"""What a message says of a due time is how people say it."""

from __future__ import annotations

from datetime import UTC, datetime

from services.notify.core.values import deadline


def test_midnight_is_the_end_of_the_day_before() -> None:
    assert deadline(datetime(2026, 6, 13, 16, 0, tzinfo=UTC)) == "6月13日24时"


def test_any_other_due_time_is_said_by_its_own_day() -> None:
    assert deadline(datetime(2026, 6, 14, 9, 30, tzinfo=UTC)) == "6月14日17:30"
