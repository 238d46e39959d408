"""`LIUHEN_LIVE=…`: the district's week begins before its office opens, whichever day and hour it is."""

from __future__ import annotations

from datetime import datetime

import pytest

from tools.demo.live import monday_morning
from worktime.hours import SHANGHAI


@pytest.mark.parametrize("day", [30, 31, 28, 29])
@pytest.mark.parametrize("hour", [0, 8, 23])
def test_a_play_begins_on_the_monday_of_the_week_before_the_office_opens(day: int, hour: int) -> None:
    now = datetime(2026, 12, day, hour, 30, tzinfo=SHANGHAI)
    begins = monday_morning(now)
    assert (begins.weekday(), begins.hour, begins.minute, begins.tzinfo) == (0, 8, 50, SHANGHAI)
    assert 0 <= (now.date() - begins.date()).days < 7
