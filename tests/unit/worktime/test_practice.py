"""The bounds drawn around an unpublished year contain every notice that was ever published for one."""

from datetime import date, timedelta

import pytest

from worktime import Calendar, works
from worktime.festivals import outlook

# Not of the yearly notice but of special ones, months later: the parade of 2015. The days by which the Spring Festival
# of 2020 was prolonged happen to lie inside the bounds. Nothing can foresee such a notice; it arrives as an override.
EXTRAORDINARY = {date(2015, 9, 3), date(2015, 9, 4), date(2015, 9, 6)}


@pytest.mark.parametrize("year", range(2008, 2027))
def test_each_official_year_lies_within_what_was_foreseen_for_it(year: int) -> None:
    foreseen, official = Calendar.published(until_year=year - 1), Calendar.published()
    first = date(year - 1, 12, 1)

    days = [first + timedelta(days=offset) for offset in range((date(year, 11, 30) - first).days + 1)]
    surprises = {
        day
        for day in days
        if works(foreseen.day(day)) is not None and works(foreseen.day(day)) is not works(official.day(day))
    }

    assert surprises <= EXTRAORDINARY


def test_what_is_left_open_is_the_smaller_part_of_a_year() -> None:
    open_days = [sum(seen.works == "open" for seen in outlook(year).values()) for year in range(2027, 2051)]

    assert max(open_days) <= 75
