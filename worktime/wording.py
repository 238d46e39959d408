"""How amounts of time, moments and deadlines are said in Chinese. Moments are said in Asia/Shanghai, to the minute."""

from datetime import date, datetime, time, timedelta
from typing import Final

from worktime.hours import local
from worktime.ledger import Unit

_UNITS: Final = {
    Unit.MINUTES: "分钟",
    Unit.HOURS: "小时",
    Unit.CALENDAR_DAYS: "个自然日",
    Unit.OFFICE_MINUTES: "个办公分钟",
    Unit.HALF_WORKING_DAYS: "个半个工作日",
    Unit.WORKING_DAYS: "个工作日",
}


def amount_in_words(amount: int, unit: Unit) -> str:
    """Say an amount of time, such as 5个工作日; one half of a working day is 半个工作日."""
    if unit is Unit.HALF_WORKING_DAYS and amount == 1:
        return "半个工作日"
    return f"{amount}{_UNITS[unit]}"


def unit_in_words(unit: Unit) -> str:
    """Name the unit itself, such as 工作日."""
    return _UNITS[unit].removeprefix("个")


def moment_in_words(at: datetime) -> str:
    """Say when something happened or begins, such as 2026-09-14 09:30."""
    return f"{local(at):%Y-%m-%d %H:%M}"


def deadline_in_words(at: datetime) -> str:
    """Say when something is due, such as 2026-09-14 17:30; midnight is 24:00 of the day that ends."""
    day, hour = last_minute(at)
    return f"{day} {hour}"


def last_minute(at: datetime) -> tuple[date, str]:
    """Tell on which day something ends, and at what time of that day, 24:00 for its midnight."""
    here = local(at)
    if here.time() == time():
        return here.date() - timedelta(days=1), "24:00"
    return here.date(), f"{here:%H:%M}"
