"""What kind of day a date is, by name, until when that is official, and which version says so."""

from datetime import date
from pathlib import Path

import pytest

from worktime import Calendar, Notice, NoticeDay, NoticeError, OutOfCalendarError, load_calendar, works
from worktime.festivals import statutory_days


def notice(year: int, off: dict[date, str] | None = None, on: dict[date, str] | None = None) -> Notice:
    days_off = {day: name.split("、")[0] for day, name in statutory_days(year).items()} | (off or {})
    days = [NoticeDay(name=name, date=day, is_off_day=True) for day, name in days_off.items()]
    days += [NoticeDay(name=name, date=day, is_off_day=False) for day, name in (on or {}).items()]
    return Notice(year=year, papers=("https://www.gov.cn/",), days=tuple(sorted(days, key=lambda day: day.date)))


@pytest.mark.parametrize("day", [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)])
def test_people_work_on_the_make_up_days_of_2026(day: tuple[int, int]) -> None:
    found = Calendar.published().day(date(2026, *day))

    assert (found.kind, found.name) == ("make_up", "调休上班")
    assert works(found) is True


def test_the_spring_festival_of_2026_runs_from_15_to_23_february_by_name() -> None:
    calendar = Calendar.published()

    names = [calendar.day(date(2026, 2, day)).name for day in range(13, 25)]

    assert names == ["周五", "调休上班", *["春节"] * 9, "周二"]


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2026, 2, 28), "make_up", "调休上班"),
        (date(2026, 3, 1), "weekend", "周日"),
        (date(2026, 4, 6), "holiday", "清明节"),
        (date(2026, 6, 19), "holiday", "端午节"),
        (date(2026, 9, 19), "weekend", "周六"),
        (date(2026, 9, 25), "holiday", "中秋节"),
        (date(2026, 10, 1), "holiday", "国庆节"),
        (date(2026, 10, 8), "working", "周四"),
    ],
)
def test_each_day_is_called_by_the_name_people_know(day: date, kind: str, name: str) -> None:
    found = Calendar.published().day(day)

    assert (found.kind, found.name) == (kind, name)


def test_an_unpublished_year_knows_its_festivals_and_leaves_the_days_around_them_open() -> None:
    calendar = Calendar.published()

    eve, shifted, weekend_before, plain, plain_sunday = (
        calendar.day(day)
        for day in (date(2027, 2, 5), date(2027, 2, 9), date(2027, 1, 30), date(2027, 3, 10), date(2027, 3, 14))
    )

    assert [works(day) for day in (eve, shifted, weekend_before, plain, plain_sunday)] == [
        False,
        None,
        None,
        True,
        False,
    ]
    assert (eve.name, shifted.name, plain.name) == ("春节", "春节前后", "周三")


def test_the_last_days_of_a_year_are_open_while_the_next_notice_may_still_move_them() -> None:
    # 2019: announced on 6 December 2018, Monday 31 December off and Saturday the 29th worked.
    before, after = Calendar.published(until_year=2018), Calendar.published(until_year=2019)

    assert before.official_until == date(2018, 12, 28)
    assert [before.day(date(2018, 12, day)).kind for day in (28, 29, 31)] == ["working", "unpublished", "unpublished"]
    assert [after.day(date(2018, 12, day)).kind for day in (28, 29, 31)] == ["working", "make_up", "holiday"]


def test_decembers_between_two_unpublished_years_are_open_too() -> None:
    assert works(Calendar.published().day(date(2027, 12, 31))) is None


def test_a_notice_makes_its_year_official_and_changes_the_version() -> None:
    before = Calendar.published()
    after = before.with_notice(notice(2027, off={date(2027, 2, 9): "春节"}, on={date(2027, 2, 20): "春节"}))

    assert (before.official_until, after.official_until.year) == (date(2026, 12, 31), 2027)
    assert before.version != after.version
    assert after.day(date(2027, 2, 9)).name == "春节"
    assert after.day(date(2027, 2, 20)).kind == "make_up"
    assert after.day(date(2027, 2, 21)).kind == "weekend"
    assert before.day(date(2027, 2, 9)).kind == "unpublished"


def test_a_notice_replaces_the_whole_of_its_year_also_one_that_the_library_has() -> None:
    amended = Calendar.published([notice(2026, off={date(2026, 9, 3): "纪念日"})])

    assert amended.day(date(2026, 9, 3)).name == "纪念日"
    assert amended.day(date(2026, 2, 14)).kind == "weekend"


def test_a_year_beyond_a_gap_is_known_but_the_calendar_is_official_only_up_to_the_gap() -> None:
    calendar = Calendar.published([notice(2028)])

    assert calendar.official_until == date(2026, 12, 31)
    assert calendar.day(date(2028, 5, 1)).kind == "holiday"
    assert not calendar.is_official(date(2028, 5, 1))


def test_the_version_names_coverage_and_content_and_nothing_else() -> None:
    one, same = Calendar.published([notice(2027)]), Calendar.published().with_notice(notice(2027))
    other = Calendar.published([notice(2027, off={date(2027, 2, 9): "春节"})])

    assert one.version == same.version
    assert one.version != other.version
    assert Calendar.published().version.startswith("cn-2026-12-31-")


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2051, 1, 1)])
def test_a_day_outside_2004_to_2050_is_an_error_that_names_it(day: date) -> None:
    with pytest.raises(OutOfCalendarError, match=str(day)):
        Calendar.published().day(day)


def test_the_files_of_a_directory_are_laid_over_the_library(tmp_path: Path) -> None:
    (tmp_path / "2027.json").write_text(notice(2027).model_dump_json(), encoding="utf-8")
    (tmp_path / "README.md").write_text("not a calendar", encoding="utf-8")

    assert load_calendar(tmp_path).version == Calendar.published([notice(2027)]).version


def test_two_files_for_one_year_are_refused_by_name(tmp_path: Path) -> None:
    for name in ("2027.json", "2027-corrected.json"):
        (tmp_path / name).write_text(notice(2027).model_dump_json(), encoding="utf-8")

    with pytest.raises(NoticeError, match=r"2027\.json：year 现为：2027 年的第二个文件；应为：每年一个文件"):
        load_calendar(tmp_path)
