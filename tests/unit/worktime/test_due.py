"""Due times as the rules of the domain state them, by example."""

from datetime import date, datetime, time

import pytest
from pydantic import ValidationError

from worktime import (
    SHANGHAI,
    Budget,
    Calendar,
    Extension,
    FreshStart,
    Held,
    Ledger,
    OfficeHours,
    Official,
    OutOfCalendarError,
    Pause,
    Period,
    Provisional,
    StartRule,
    Unit,
    add_office_minutes,
    breach_after,
    calendar_days,
    due,
    earlier_of,
    half_working_days,
    hours_budget,
    office_minutes,
    remaining,
    remind_by,
    working_days,
)

CALENDAR = Calendar.published()
HOURS = OfficeHours()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def clock(budget: Budget, start: str) -> Ledger:
    return Ledger(policy="handling", policy_version="v1", budget=budget, started_at=at(start))


def due_at(ledger: Ledger) -> datetime:
    found = due(ledger, CALENDAR, HOURS)
    assert isinstance(found, Official)
    return found.at


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-02-13 10:00", 1, "2026-02-14 17:30"),
        ("2026-02-14 10:00", 1, "2026-02-24 17:30"),
        ("2026-02-18 03:00", 1, "2026-02-24 17:30"),
        ("2026-02-13 10:00", 5, "2026-02-27 17:30"),
        ("2026-02-13 10:00", 6, "2026-02-28 17:30"),
        ("2026-02-27 17:45", 1, "2026-02-28 17:30"),
        ("2026-02-13 10:00", 15, "2026-03-12 17:30"),
        ("2026-09-18 09:00", 1, "2026-09-20 17:30"),
        ("2026-09-30 23:59", 1, "2026-10-08 17:30"),
        ("2026-10-09 09:00", 1, "2026-10-10 17:30"),
        ("2026-12-28 00:00", 3, "2026-12-31 17:30"),
    ],
)
def test_the_deadline_is_close_of_business_of_the_nth_working_day_after_receipt(
    start: str, days: int, expected: str
) -> None:
    assert due_at(clock(working_days(days), start)) == at(expected)


def test_days_are_counted_and_the_hour_of_receipt_does_not_matter() -> None:
    moments = ("00:00", "08:59", "11:30", "12:00", "17:29", "17:30", "23:59:59.999999")

    assert {due_at(clock(working_days(1), f"2026-03-03 {moment}")) for moment in moments} == {at("2026-03-04 17:30")}


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-03 16:00", "2026-03-03 17:30"),
        ("2026-03-03 17:30", "2026-03-04 17:30"),
        ("2026-03-01 18:00", "2026-03-02 17:30"),
    ],
)
def test_the_day_of_receipt_counts_where_the_start_rule_says_so(start: str, expected: str) -> None:
    budget = Budget(unit=Unit.WORKING_DAYS, amount=1, start=StartRule.SAME_DAY)

    assert due_at(clock(budget, start)) == at(expected)


@pytest.mark.parametrize(
    ("budget", "start", "expected"),
    [
        (hours_budget(2), "2026-02-16 23:10:07", "2026-02-17 01:10:07"),
        (hours_budget(24), "2026-10-01 08:00", "2026-10-02 08:00"),
        (office_minutes(10), "2026-03-03 11:25", "2026-03-03 13:35"),
        (office_minutes(30), "2026-03-03 11:00", "2026-03-03 11:30"),
        (office_minutes(10), "2026-03-03 17:25", "2026-03-04 09:05"),
        (office_minutes(10), "2026-02-14 17:25", "2026-02-24 09:05"),
        (office_minutes(10), "2026-02-28 20:00", "2026-03-02 09:10"),
        (half_working_days(1), "2026-03-03 09:00", "2026-03-03 14:15"),
        (half_working_days(1), "2026-03-03 13:30", "2026-03-03 16:45"),
        (half_working_days(1), "2026-03-03 16:30", "2026-03-04 11:15"),
        (half_working_days(2), "2026-03-03 12:00", "2026-03-04 11:30"),
        (calendar_days(14), "2026-02-10 15:00", "2026-02-25 00:00"),
    ],
)
def test_hours_run_through_nights_and_holidays_and_office_time_does_not(
    budget: Budget, start: str, expected: str
) -> None:
    assert due_at(clock(budget, start)) == at(expected)


def test_a_working_day_has_as_much_office_time_as_its_hours() -> None:
    assert HOURS.day.total_seconds() == 390 * 60
    assert HOURS.close == time(17, 30)


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([("2026-03-04 10:00", "2026-03-04 11:00")], "2026-03-06 17:30"),
        ([("2026-03-04 10:00", "2026-03-04 10:00")], "2026-03-05 17:30"),
        ([("2026-03-04 18:00", "2026-03-05 08:00")], "2026-03-05 17:30"),
        ([("2026-03-03 11:00", "2026-03-03 17:30")], "2026-03-05 17:30"),
        ([("2026-03-03 11:00", "2026-03-05 09:00")], "2026-03-06 17:30"),
        ([("2026-03-04 00:00", "2026-03-06 00:00")], "2026-03-09 17:30"),
        ([("2026-03-04 10:00", "2026-03-04 11:00"), ("2026-03-04 10:30", "2026-03-04 11:30")], "2026-03-06 17:30"),
        ([("2026-03-05 17:30", "2026-03-09 10:00")], "2026-03-05 17:30"),
        ([("2026-03-05 17:29", "2026-03-09 10:00")], "2026-03-09 17:30"),
        ([("2026-03-04 09:00", "2026-03-05 17:09:24")], "2026-03-09 17:30"),
        # a pause of the rest of that last day, and one of an hour of it
        ([("2026-03-04 10:00", "2026-03-04 11:00"), ("2026-03-06 14:00", "2026-03-06 20:00")], "2026-03-09 17:30"),
        ([("2026-03-04 10:00", "2026-03-04 11:00"), ("2026-03-06 14:00", "2026-03-06 15:00")], "2026-03-06 17:30"),
        ([("2026-03-04 10:00", "2026-03-04 11:00"), ("2026-03-06 17:30", "2026-03-09 10:00")], "2026-03-06 17:30"),
    ],
)
def test_a_pause_moves_a_limit_in_days_to_the_close_of_the_day_in_which_it_is_used_up(
    pauses: list[tuple[str, str]], expected: str
) -> None:
    ledger = clock(working_days(2), "2026-03-03 10:00")
    for start, end in pauses:
        ledger = ledger.paused(at(start), f"needs-info {start}", "张三").resumed(at(end), f"needs-info {start}")

    assert due_at(ledger) == at(expected)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (half_working_days(3), "2026-03-04 16:15"),
        (office_minutes(390), "2026-03-04 11:00"),
        (hours_budget(24), "2026-03-04 11:00"),
        (calendar_days(2), "2026-03-07 00:00"),
    ],
)
def test_what_is_not_counted_in_days_ends_to_the_minute_and_calendar_days_at_midnight(
    budget: Budget, expected: str
) -> None:
    paused = clock(budget, "2026-03-03 10:00").paused(at("2026-03-04 09:00"), "suspended")

    assert due_at(paused.resumed(at("2026-03-04 10:00"), "suspended")) == at(expected)


def test_an_open_pause_holds_the_clock_and_resuming_runs_on_with_what_was_left() -> None:
    ledger = clock(working_days(2), "2026-03-03 10:00").paused(at("2026-03-05 09:00"), "suspended", "张三")

    held = due(ledger, CALENDAR, HOURS)
    resumed = ledger.resumed(at("2026-03-31 12:00"), "suspended")

    assert held == Held(since=at("2026-03-05 09:00"), remaining=HOURS.day)
    assert (remind_by(held), breach_after(held)) == (None, None)
    assert due_at(resumed) == at("2026-04-01 17:30")


def test_a_pause_with_a_planned_end_gives_a_deadline_and_can_end_earlier() -> None:
    ledger = clock(working_days(1), "2026-03-03 10:00").paused(
        at("2026-03-04 09:00"), "suspended", "张三", until=at("2026-03-11 09:00")
    )

    assert due_at(ledger) == at("2026-03-11 17:30")
    assert due_at(ledger.resumed(at("2026-03-06 09:00"), "suspended")) == at("2026-03-06 17:30")
    assert ledger.resumed(at("2026-03-12 09:00"), "suspended") == ledger


def test_pausing_twice_and_resuming_nothing_change_nothing() -> None:
    ledger = clock(working_days(1), "2026-03-03 10:00").paused(at("2026-03-04 09:00"), "needs-info")

    assert ledger.paused(at("2026-03-04 10:00"), "needs-info") == ledger
    assert ledger.resumed(at("2026-03-04 10:00"), "suspended") == ledger


def test_time_charged_to_a_dispute_afterwards_counts_like_a_pause_at_its_time() -> None:
    dispute = Pause(start=at("2026-03-04 09:00"), end=at("2026-03-04 15:30"), ground="return upheld", approver="李四")

    assert due_at(clock(working_days(1), "2026-03-03 10:00").with_pause(dispute)) == at("2026-03-05 17:30")


def test_extensions_add_whole_days_and_a_fresh_start_spends_them() -> None:
    extension = Extension(at=at("2026-03-04 09:00"), unit=Unit.WORKING_DAYS, amount=3, ground="works", approver="李四")
    ledger = clock(working_days(1), "2026-03-03 10:00").extended(extension)
    fresh = FreshStart(at=at("2026-03-05 10:00"), ground="new lead", approver="李四")

    assert due_at(ledger) == at("2026-03-09 17:30")
    assert due_at(ledger.restarted(fresh)) == at("2026-03-06 17:30")


def test_a_pause_that_is_open_at_a_fresh_start_goes_on() -> None:
    ledger = clock(working_days(1), "2026-03-03 10:00").paused(at("2026-03-04 09:00"), "suspended")
    ledger = ledger.restarted(FreshStart(at=at("2026-03-05 10:00"), ground="new lead"))

    assert due(ledger, CALENDAR, HOURS) == Held(since=at("2026-03-04 09:00"), remaining=HOURS.day)


def test_an_extension_in_hours_does_not_fit_a_budget_of_working_days() -> None:
    extension = Extension(at=at("2026-03-04 09:00"), unit=Unit.HOURS, amount=3, ground="works", approver="李四")

    with pytest.raises(ValueError, match="unit: hours cannot be added to working_days"):
        clock(working_days(1), "2026-03-03 10:00").extended(extension)
    with pytest.raises(ValidationError, match="extensions: hours cannot be added to working_days"):
        Ledger.model_validate({**clock(working_days(1), "2026-03-03 10:00").model_dump(), "extensions": [extension]})


def test_over_the_turn_of_2026_a_deadline_is_provisional_until_the_notice_comes() -> None:
    assert due(clock(working_days(3), "2026-12-28 10:00"), CALENDAR, HOURS) == Official(at=at("2026-12-31 17:30"))
    assert due(clock(working_days(4), "2026-12-28 10:00"), CALENDAR, HOURS) == Provisional(
        earliest=at("2027-01-04 17:30"), latest=at("2027-01-04 17:30")
    )


def test_around_an_unpublished_spring_festival_reminders_go_by_the_earliest_and_breach_by_the_latest() -> None:
    found = due(clock(working_days(2), "2027-02-01 10:00"), CALENDAR, HOURS)

    assert found == Provisional(earliest=at("2027-02-03 17:30"), latest=at("2027-02-15 17:30"))
    assert (remind_by(found), breach_after(found)) == (at("2027-02-03 17:30"), at("2027-02-15 17:30"))


def test_the_earlier_of_two_deadlines_binds_bounds_and_all() -> None:
    official, later = Official(at=at("2027-02-05 12:00")), Official(at=at("2027-03-01 12:00"))
    provisional = Provisional(earliest=at("2027-02-03 17:30"), latest=at("2027-02-15 17:30"))
    held = Held(since=at("2027-02-03 17:30"), remaining=HOURS.day)

    assert earlier_of(official, later) == official
    assert earlier_of(provisional, official) == Provisional(
        earliest=at("2027-02-03 17:30"), latest=at("2027-02-05 12:00")
    )
    assert earlier_of(later, provisional) == provisional
    assert earlier_of(held, official) == earlier_of(official, held) == official


def test_what_is_left_of_a_budget_can_be_told_at_any_moment() -> None:
    ledger = clock(working_days(1), "2026-03-03 10:00")

    left = [
        remaining(ledger, at(f"2026-03-0{text}"), CALENDAR, HOURS)
        for text in ("3 12:00", "4 09:30", "4 17:30", "5 09:30")
    ]

    assert [value.total_seconds() / 60 for value in left] == [390, 360, 0, -30]


def test_a_reminder_can_be_set_office_time_before_the_deadline() -> None:
    assert add_office_minutes(at("2026-03-02 10:00"), -195, CALENDAR, HOURS) == at("2026-02-28 15:15")


def test_office_hours_are_data() -> None:
    summer = OfficeHours(periods=(Period(opens=time(8, 30), closes=time(12)), Period(opens=time(14), closes=time(18))))

    found = due(clock(working_days(1), "2026-03-03 10:00"), CALENDAR, summer)

    assert found == Official(at=at("2026-03-04 18:00"))
    assert OfficeHours.model_validate_json('{"periods": [{"opens": "09:00", "closes": "17:00"}]}').close == time(17)


@pytest.mark.parametrize(
    ("periods", "said"),
    [
        ([], "at least 1 item"),
        ([{"opens": "11:00", "closes": "09:00"}], "must be before closes"),
        ([{"opens": "09:00+08:00", "closes": "11:00+08:00"}], "without an offset"),
        ([{"opens": "09:00", "closes": "12:00"}, {"opens": "11:00", "closes": "17:00"}], "overlap"),
    ],
)
def test_impossible_office_hours_are_refused(periods: list[dict[str, str]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        OfficeHours.model_validate({"periods": periods})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"unit": "working_days", "amount": 0}, "greater than or equal to 1"),
        ({"unit": "weeks", "amount": 1}, "unit"),
        ({"unit": "working_days", "amount": 1, "start": "moment"}, "expected day_after or same_day"),
        ({"unit": "hours", "amount": 1, "start": "same_day"}, "expected moment or day_after"),
    ],
)
def test_impossible_budgets_are_refused(data: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Budget.model_validate(data)


def test_a_budget_in_data_starts_as_its_unit_usually_does() -> None:
    assert Budget.model_validate({"unit": "working_days", "amount": 5}) == working_days(5)
    assert Budget.model_validate({"unit": "hours", "amount": 2}) == hours_budget(2)


def test_a_ledger_survives_being_stored() -> None:
    ledger = clock(working_days(2), "2026-03-03 10:00").paused(at("2026-03-04 10:00"), "needs-info", "张三")

    assert Ledger.model_validate_json(ledger.model_dump_json()) == ledger


def test_moments_without_an_offset_and_beyond_the_calendar_are_errors() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Ledger(policy="p", policy_version="v", budget=working_days(1), started_at=datetime(2026, 3, 3))  # noqa: DTZ001
    with pytest.raises(OutOfCalendarError, match="outside 2004-01-01 to 2050-12-31"):
        due(clock(working_days(100_000), "2026-03-03 10:00"), CALENDAR, HOURS)
    with pytest.raises(ValueError, match="has no offset"):
        add_office_minutes(datetime(2026, 3, 3), 1, CALENDAR, HOURS)  # noqa: DTZ001


def test_a_moment_given_in_another_zone_is_the_same_moment() -> None:
    utc = clock(working_days(1), "2026-03-03 23:30").model_copy(
        update={"started_at": datetime.fromisoformat("2026-03-03T15:30Z")}
    )

    assert due_at(utc) == at("2026-03-04 17:30")
    assert CALENDAR.is_official(date(2026, 12, 31))
