"""A calendar file that cannot be used says which field is wrong and what was expected instead."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from worktime import NoticeError, parse_notice
from worktime.festivals import statutory_days

Document = dict[str, Any]


def document() -> Document:
    days = [{"name": name, "date": str(day), "isOffDay": True} for day, name in statutory_days(2027).items()]
    return {"$schema": "https://example.org/schema.json", "year": 2027, "papers": [], "days": days}


def changed(change: Callable[[Document], Any]) -> str:
    content = document()
    change(content)
    return json.dumps(content, ensure_ascii=False)


def test_a_file_of_holiday_cn_is_read_with_what_it_carries_besides() -> None:
    notice = parse_notice(json.dumps(document()), "2027.json")

    assert notice.year == 2027
    assert {day.name for day in notice.days} >= {"元旦", "春节", "国庆节"}


BAD: dict[str, tuple[Callable[[Document], Any], str, str]] = {
    "year missing": (lambda d: d.pop("year"), "year", "现为：无；应为：2004 至 2050 的年份"),
    "year as text": (lambda d: d.update(year="2027"), "year", "现为：'2027'；应为：2004 至 2050 的年份"),
    "year too late": (lambda d: d.update(year=2099), "year", "现为：2099；应为：2004 至 2050 的年份"),
    "papers missing": (lambda d: d.pop("papers"), "papers", "正式通知的网址列表"),
    "days missing": (lambda d: d.pop("days"), "days", "现为：无；应为：含 name、date、isOffDay 的对象列表，至少一项"),
    "days empty, as holiday-cn has it before the notice": (lambda d: d.update(days=[]), "days", "至少一项"),
    "days no list": (lambda d: d.update(days="none"), "days", "的对象列表"),
    "a day no object": (lambda d: d["days"].insert(2, 7), "days[2]", "现为：7；应为：含 name、date、isOffDay 的对象"),
    "name missing": (lambda d: d["days"][1].pop("name"), "days[1].name", "节日名称"),
    "name empty": (lambda d: d["days"][1].update(name=""), "days[1].name", "节日名称"),
    "date that is none": (
        lambda d: d["days"][3].update(date="2027-13-01"),
        "days[3].date",
        "日期，如 2027-01-01",
    ),
    "isOffDay as text": (
        lambda d: d["days"][0].update(isOffDay="true"),
        "days[0].isOffDay",
        "true（放假）或者 false",
    ),
    "isOffDay as number": (lambda d: d["days"][0].update(isOffDay=1), "days[0].isOffDay", "true（放假）或者 false"),
    "a date of another year": (
        lambda d: d["days"].append({"name": "元旦", "date": "2028-01-01", "isOffDay": True}),
        "days[13].date",
        "现为：2028-01-01；应为：2027 年的日期，或者 2026 年12月的",
    ),
    "a date twice": (
        lambda d: d["days"].append(d["days"][0]),
        "days[13].date",
        "现为：第二个 2027-01-01；应为：每个日期一次",
    ),
    "a Monday to be worked": (
        lambda d: d["days"].append({"name": "春节", "date": "2027-02-15", "isOffDay": False}),
        "days[13].isOffDay",
        "true；只有周六、周日可以为 false",
    ),
    "a statutory festival left out": (
        lambda d: d["days"].pop(0),
        "days",
        "现为：没有这一天；应为：2027-01-01（元旦）的 isOffDay 为 true",
    ),
    "a statutory festival worked": (
        lambda d: d["days"][2].update(isOffDay=False),
        "days",
        "现为：上班；应为：2027-02-06（春节）的 isOffDay 为 true",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_field_and_expectation(case: str) -> None:
    change, field, expected = BAD[case]

    with pytest.raises(NoticeError) as caught:
        parse_notice(changed(change), "policy/calendar/2027.json")

    assert str(caught.value).startswith(f"policy/calendar/2027.json：{field} 现为：")
    assert expected in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[1, 2", b"\xff\xfe", "不是日历"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(NoticeError, match=r"x\.json：整个文件 现为：.*；应为：UTF-8 的 JSON$"):
        parse_notice(text, "x.json")


@pytest.mark.parametrize("text", ["[]", "null", "7", '"2027"'])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(NoticeError, match=r"x\.json：整个文件 现为：.*；应为：含 year、papers、days 的对象$"):
        parse_notice(text, "x.json")
