"""Every day of the official calendar, held against a second library; festivals that are known ahead likewise."""

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from worktime import Calendar, works
from worktime.festivals import FIRST_YEAR, LAST_YEAR, festivals

# The notice of 22 March 2019 gave 2 and 3 May off and had 28 April and 5 May worked. chinesecalendar carries it;
# holidays before 0.108 still has the notice of December 2018, which it amended.
WRONG_IN_THE_SECOND_LIBRARY = {date(2019, 4, 28), date(2019, 5, 2), date(2019, 5, 3), date(2019, 5, 5)}

# The sun reaches 15 degrees, which makes it Qingming, on these 4 Aprils between 22:03 and 23:40 Beijing time; holidays
# before 0.108 has the fifth.
WRONG_QINGMING_IN_THE_SECOND_LIBRARY = {date(2042, 4, 4), date(2046, 4, 4), date(2050, 4, 4)}

# The notice of 2006 had Saturday 31 December 2005 worked for the days off after New Year's Day. chinesecalendar does
# not carry it, holidays does. No clock of this system runs in 2005, so it is left as the first library has it.
MISSING_IN_THE_FIRST_LIBRARY = {date(2005, 12, 31)}


def every_day(first_year: int, last_year: int) -> list[date]:
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def test_working_days_from_2008_to_2026_agree_with_a_second_library_where_that_is_right() -> None:
    calendar, second = Calendar.published(), holidays.country_holidays("CN", years=range(2007, 2028))

    differences = {day for day in every_day(2008, 2026) if works(calendar.day(day)) is not second.is_working_day(day)}

    assert differences <= WRONG_IN_THE_SECOND_LIBRARY


def test_working_days_from_2004_to_2007_differ_from_a_second_library_where_it_is_known_and_why() -> None:
    calendar, second = Calendar.published(), holidays.country_holidays("CN", years=range(2003, 2009))

    differences = {day for day in every_day(2004, 2007) if works(calendar.day(day)) is not second.is_working_day(day)}

    assert differences == MISSING_IN_THE_FIRST_LIBRARY


@pytest.mark.parametrize("reading", ["earliest", "latest", "likely"])
def test_all_readings_count_the_official_days_alike(reading: str) -> None:
    calendar = Calendar.published()
    table = getattr(calendar, reading)

    for offset, day in enumerate(every_day(2004, 2026)):
        assert bool(table.works[offset]) is works(calendar.day(day))


def test_the_dates_of_moving_festivals_agree_with_a_second_library_to_2050() -> None:
    differences = set()
    for year in range(2008, LAST_YEAR + 1):
        second = holidays.country_holidays("CN", years=year, language="zh_CN", observed=False)
        for festival in festivals(year):
            if festival.name not in second.get(festival.day, ""):
                differences.add(festival.day)

    assert differences <= WRONG_QINGMING_IN_THE_SECOND_LIBRARY


def test_the_library_ends_with_2026_and_says_so_by_raising() -> None:
    # A newer release that covers 2027 turns this red: then the pin, the coverage and the demo's calendar move together.
    assert chinese_calendar.is_workday(date(2026, 12, 31))
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_workday(date(2027, 1, 1))
    assert Calendar.published().official_until == date(2026, 12, 31)
    assert Calendar.published().day(date(FIRST_YEAR, 1, 1)).name == "元旦"
