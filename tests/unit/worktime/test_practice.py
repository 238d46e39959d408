"""The bounds drawn around an unpublished year contain every notice that was ever published for one."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from worktime import (
    SHANGHAI,
    Calendar,
    Ledger,
    NoticeDay,
    OfficeHours,
    Official,
    Provisional,
    breach_after,
    due,
    parse_notice,
    remind_by,
    unforeseen,
    working_days,
    works,
)
from worktime.festivals import outlook
from worktime.notices import library_notices

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


@pytest.mark.parametrize("year", range(2008, 2027))
def test_due_times_lay_within_the_bounds_that_were_told_before_the_notice_of_the_year_came(year: int) -> None:
    foreseen, official, hours = Calendar.published(until_year=year - 1), Calendar.published(), OfficeHours()
    for offset in range(0, 330, 3):
        start = datetime(year - 1, 12, 1, 10, tzinfo=SHANGHAI) + timedelta(days=offset)
        for amount in (1, 5, 15):
            ledger = Ledger(policy="p", policy_version="v", budget=working_days(amount), started_at=start)
            told, came = due(ledger, foreseen, hours), due(ledger, official, hours)
            earliest, latest = remind_by(told), breach_after(told)
            assert isinstance(came, Official)
            assert earliest is not None
            assert latest is not None
            special = year == 2015 and date(2015, 8, 12) <= start.date() <= date(2015, 9, 6)
            assert special or earliest <= came.at <= latest, (start, amount)


@pytest.mark.parametrize("year", range(2008, 2027))
def test_no_real_notice_but_the_special_ones_was_unforeseen(year: int) -> None:
    assert {day.date for day in unforeseen(library_notices()[year])} <= EXTRAORDINARY


def test_the_calendar_that_the_project_ships_as_an_example_was_foreseen() -> None:
    notice = parse_notice(Path("examples/calendar/2027.json").read_bytes(), "2027")
    assert unforeseen(notice) == ()
    christmas = datetime(2026, 12, 25, 10, tzinfo=SHANGHAI)
    ledger = Ledger(policy="p", policy_version="v", budget=working_days(15), started_at=christmas)
    before, hours = Calendar.published(), OfficeHours()
    told, came = due(ledger, before, hours), due(ledger, before.with_notice(notice), hours)
    assert isinstance(told, Provisional)
    assert isinstance(came, Official)
    assert told.earliest <= came.at <= told.latest


def test_a_notice_that_goes_beyond_what_was_foreseen_is_named_day_by_day() -> None:
    notice = parse_notice(Path("examples/calendar/2027.json").read_bytes(), "2027")
    surprises = (
        NoticeDay(name="元旦", date=date(2027, 1, 4), is_off_day=True),
        NoticeDay(name="春节", date=date(2027, 3, 13), is_off_day=False),
    )
    harmless = NoticeDay(name="春节", date=date(2027, 3, 20), is_off_day=True)
    changed = notice.model_copy(update={"days": (*notice.days, *surprises, harmless)})
    assert unforeseen(changed) == surprises


def test_what_is_left_open_is_the_smaller_part_of_a_year() -> None:
    open_days = [sum(seen.works == "open" for seen in outlook(year).values()) for year in range(2027, 2051)]

    assert max(open_days) <= 80
