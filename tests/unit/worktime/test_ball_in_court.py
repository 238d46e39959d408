"""Office time of spans: every working minute is in exactly one part, however a ticket's life is split."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worktime import (
    SHANGHAI,
    Calendar,
    OfficeHours,
    office_minutes_between,
    office_time_between,
    split_minutes,
    works,
)

CALENDAR = Calendar.published()
HOURS = OfficeHours()
MOMENTS = st.datetimes(datetime(2008, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=SHANGHAI))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-03 09:00", "2026-03-03 17:30", 390),
        ("2026-03-03 11:00", "2026-03-03 14:00", 60),
        ("2026-03-03 17:30", "2026-03-04 09:00", 0),
        ("2026-02-13 16:30", "2026-02-24 10:00", 60 + 390 + 60),
        ("2026-02-15 00:00", "2026-02-24 00:00", 0),
        ("2026-03-03 09:00:30", "2026-03-03 09:01:30", 1),
        ("2026-03-04 10:00", "2026-03-04 09:00", -60),
        ("2025-01-01 00:00", "2026-01-01 00:00", 248 * 390),
    ],
)
def test_minutes_of_working_time_are_minutes_of_office_hours_on_working_days(
    start: str, end: str, minutes: int
) -> None:
    assert office_minutes_between(at(start), at(end), CALENDAR, HOURS) == minutes


@given(cuts=st.lists(MOMENTS, min_size=2, max_size=12))
def test_the_parts_always_add_up_to_the_whole(cuts: list[datetime]) -> None:
    cuts.sort()

    parts = split_minutes(cuts, CALENDAR, HOURS)
    exact = [office_time_between(a, b, CALENDAR, HOURS) for a, b in pairwise(cuts)]

    assert all(part >= 0 for part in parts)
    assert sum(parts) == office_minutes_between(cuts[0], cuts[-1], CALENDAR, HOURS)
    assert sum(exact, timedelta(0)) == office_time_between(cuts[0], cuts[-1], CALENDAR, HOURS)
    assert parts == [office_minutes_between(a, b, CALENDAR, HOURS) for a, b in pairwise(cuts)]


@given(start=MOMENTS.filter(lambda at: at.year < 2026), minutes=st.integers(0, 8 * 24 * 60))
def test_the_measure_agrees_with_counting_minute_by_minute(start: datetime, minutes: int) -> None:
    start = start.replace(second=0, microsecond=0)

    counted = 0
    for offset in range(minutes):
        minute = start + timedelta(minutes=offset)
        clock = minute.hour * 60 + minute.minute
        open_ = 540 <= clock < 690 or 810 <= clock < 1050
        counted += open_ and works(CALENDAR.day(minute.date())) is True

    assert office_minutes_between(start, start + timedelta(minutes=minutes), CALENDAR, HOURS) == counted
