"""The yearly notices of the State Council as data: holiday-cn JSON, read strictly, and the years of the library."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from chinese_calendar import constants as library
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from worktime.festivals import FIRST_YEAR, LAST_YEAR, outlook, statutory_days

_EXPECTED: Final = {
    "": "含 year、papers、days 的对象",
    "year": f"{FIRST_YEAR} 至 {LAST_YEAR} 的年份",
    "papers": "正式通知的网址列表",
    "days": "含 name、date、isOffDay 的对象列表，至少一项",
    "name": "节日名称，如春节",
    "date": "日期，如 2027-01-01",
    "isOffDay": "true（放假）或者 false（调休上班）",
}
_FULL_NAMES: Final = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
_NEW_YEAR: Final = "元旦"
_SATURDAY: Final = 5
_DECEMBER: Final = 12


class NoticeError(ValueError):
    """A calendar file that cannot be used: says which file, which field, what was expected and what stood there."""

    def __init__(self, source: str, field: str, expected: str, found: str) -> None:
        super().__init__(f"{source}：{field or '整个文件'} 现为：{found}；应为：{expected}")
        self.source = source
        self.field = field
        self.expected = expected
        self.found = found


class NoticeDay(BaseModel):
    """One day that a notice names: off, or worked although it is a weekend."""

    model_config = ConfigDict(frozen=True, strict=True, validate_by_name=True, serialize_by_alias=True)

    name: str = Field(min_length=1)
    date: date
    is_off_day: bool = Field(alias="isOffDay")


class Notice(BaseModel):
    """All days that the notice of one year names, a few of them perhaps in the December before."""

    model_config = ConfigDict(frozen=True, strict=True)

    year: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    papers: tuple[str, ...]
    days: tuple[NoticeDay, ...] = Field(min_length=1)


def parse_notice(text: str | bytes, source: str) -> Notice:
    """The notice in a text of holiday-cn JSON; raises NoticeError, which names the field and what was expected."""
    try:
        notice = Notice.model_validate_json(text)
    except ValidationError as error:
        raise _explained(error, source) from None
    check_notice(notice, source)
    return notice


def read_notices(directory: Path) -> tuple[Notice, ...]:
    """The notices in the ``*.json`` files of a directory, by year; raises NoticeError, also when a year comes twice."""
    found: dict[int, Notice] = {}
    for path in sorted(directory.glob("*.json")):
        notice = parse_notice(path.read_bytes(), str(path))
        if notice.year in found:
            raise NoticeError(str(path), "year", "每年一个文件", f"{notice.year} 年的第二个文件")
        found[notice.year] = notice
    return tuple(found[year] for year in sorted(found))


def check_notice(notice: Notice, source: str) -> None:
    """Raises NoticeError unless the notice is a whole year's: own dates, each once, weekends worked, festivals off."""
    seen: dict[date, NoticeDay] = {}
    for at, day in enumerate(notice.days):
        _check_day(notice.year, day, f"days[{at}]", source)
        if day.date in seen:
            raise NoticeError(source, f"days[{at}].date", "每个日期一次", f"第二个 {day.date}")
        seen[day.date] = day
    for date_, name in statutory_days(notice.year).items():
        if date_ not in seen or not seen[date_].is_off_day:
            state = "上班" if date_ in seen else "没有这一天"
            raise NoticeError(source, "days", f"{date_}（{name}）的 isOffDay 为 true，办法规定放假", state)


def unforeseen(notice: Notice) -> tuple[NoticeDay, ...]:
    """The days of a notice that decide what was held for certain before it came: bounds did not reckon with them."""
    seen = outlook(notice.year)
    return tuple(
        day for day in notice.days if day.date not in seen and day.is_off_day == (day.date.weekday() < _SATURDAY)
    )


def _check_day(year: int, day: NoticeDay, field: str, source: str) -> None:
    if day.date.year != year and (day.date.year, day.date.month) != (year - 1, _DECEMBER):
        raise NoticeError(source, f"{field}.date", f"{year} 年的日期，或者 {year - 1} 年12月的", str(day.date))
    if not day.is_off_day and day.date.weekday() < _SATURDAY:
        raise NoticeError(source, f"{field}.isOffDay", "true；只有周六、周日可以为 false", f"{day.date} 为 false")


def _explained(error: ValidationError, source: str) -> NoticeError:
    first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid":
        return NoticeError(source, "", "UTF-8 的 JSON", "读不出来的内容")
    names = [part for part in first["loc"] if isinstance(part, str)]
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    expected = _EXPECTED[names[-1] if names else ""]
    if names == ["days"] and isinstance(first["loc"][-1], int):
        expected = "含 name、date、isOffDay 的对象"
    found = "无" if first["type"] == "missing" else _shown(first["input"])
    return NoticeError(source, field, expected, found)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004


@cache
def library_notices() -> Mapping[int, Notice]:
    """The notices that chinesecalendar carries, one for each year from 2004."""
    chinese = {festival.value: festival.chinese for festival in library.Holiday}
    named = [(day, chinese[key], True) for day, key in library.holidays.items()]
    named += [(day, chinese[key], False) for day, key in library.workdays.items()]
    days: dict[int, list[NoticeDay]] = {year: [] for year in range(FIRST_YEAR, max(library.holidays).year + 1)}
    for day, name, off in sorted(named):
        # What December gives for New Year's Day was announced with the year that begins.
        year = day.year + 1 if day.month == _DECEMBER and name == _NEW_YEAR else day.year
        days[year].append(NoticeDay(name=_FULL_NAMES.get(name, name), date=day, is_off_day=off))
    return {year: Notice(year=year, papers=(), days=tuple(listed)) for year, listed in days.items()}
