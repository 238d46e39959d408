"""A hot spot is what rose today above what is usual there, by EARS C2 with the limits of the domain."""

from __future__ import annotations

import pytest

from services.trace.core.hot import Series, hot_spots, series_of


def of(today: int, *before: int) -> Series:
    return Series("0101-01", "siping", [today, 0, 0, *before])


@pytest.mark.parametrize(
    ("series", "hot"),
    [
        (of(2, 0, 0, 0, 0, 0, 0, 0), True),  # 0 + 3.09 · 0.5 = 1.545
        (of(1, 0, 0, 0, 0, 0, 0, 0), False),
        (of(5, 4, 4, 4, 4, 4, 4, 4), False),  # 4 + 1.545
        (of(6, 4, 4, 4, 4, 4, 4, 4), True),
        (of(6, 1, 7, 1, 7, 1, 7, 1), False),
    ],
)
def test_today_is_held_against_the_days_from_nine_to_three_days_ago(series: Series, *, hot: bool) -> None:
    assert bool(hot_spots([series])) is hot


def test_a_rise_of_yesterday_does_not_hide_that_of_today() -> None:
    rising = Series("0101-01", "siping", [9, 9, 9, 1, 1, 1, 1, 1, 1, 1])

    (found,) = hot_spots([rising])

    assert (found.today, found.usual) == (9, 1.0)


def test_what_rose_most_comes_first_and_days_without_any_count_as_none() -> None:
    counts = {("a", "siping", 0): 3, ("b", None, 0): 9, ("b", None, 4): 1}

    series = series_of(counts)

    assert series[0] == Series("a", "siping", [3, *(0,) * 9])
    assert [each.category for each in hot_spots(series)] == ["b", "a"]
