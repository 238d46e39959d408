"""Amounts of time and moments are said as the office says them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from worktime import Unit, amount_in_words, deadline_in_words, last_minute, moment_in_words

MIDNIGHT = datetime(2026, 2, 24, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai, between the 24th and the 25th."""


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        (24, Unit.HOURS, "24小时"),
        (14, Unit.CALENDAR_DAYS, "14个自然日"),
        (10, Unit.OFFICE_MINUTES, "10个办公分钟"),
        (1, Unit.HALF_WORKING_DAYS, "半个工作日"),
        (3, Unit.HALF_WORKING_DAYS, "3个半个工作日"),
        (5, Unit.WORKING_DAYS, "5个工作日"),
    ],
)
def test_an_amount_is_said_with_its_unit(amount: int, unit: Unit, said: str) -> None:
    assert amount_in_words(amount, unit) == said


def test_what_ends_at_midnight_ends_on_the_day_before() -> None:
    assert deadline_in_words(MIDNIGHT) == "2026-02-24 24:00"
    assert last_minute(MIDNIGHT) == (date(2026, 2, 24), "24:00")


def test_what_begins_at_midnight_begins_on_its_own_day() -> None:
    assert moment_in_words(MIDNIGHT) == "2026-02-25 00:00"


def test_any_other_deadline_is_said_by_its_own_day() -> None:
    close = datetime(2026, 2, 24, 9, 30, tzinfo=UTC)

    assert deadline_in_words(close) == moment_in_words(close) == "2026-02-24 17:30"
