"""At which hours of which days people call, write and visit."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from examples.district.happenings import WayIn

ZONE: Final = ZoneInfo("Asia/Shanghai")
_SATURDAY: Final = 5

_HOURS: Final = {
    WayIn.HOTLINE: (1, 1, 1, 1, 1, 2, 4, 8, 16, 24, 24, 18, 10, 14, 22, 22, 18, 14, 10, 10, 8, 6, 3, 2),
    WayIn.WECHAT: (2, 1, 1, 1, 1, 1, 3, 6, 8, 8, 8, 8, 12, 10, 8, 8, 8, 10, 14, 18, 20, 18, 12, 6),
    WayIn.SURVEY: (0, 0, 0, 0, 0, 0, 0, 0, 1, 10, 14, 6, 1, 6, 14, 14, 10, 6, 10, 12, 4, 0, 0, 0),
}
"""How many of a hundred or so come in each hour of the day, midnight first."""

_WEEKEND: Final = {WayIn.HOTLINE: 0.6, WayIn.WECHAT: 1.1, WayIn.SURVEY: 0.5}
"""How much of a weekday's number comes on a Saturday or Sunday."""


def moment(rng: Random, way: WayIn, start: date, days: int) -> datetime:
    """Draw a moment of `days` days from the start at which somebody comes in by this way."""
    dates = [start + timedelta(days=offset) for offset in range(days)]
    weights = [_WEEKEND[way] if day.weekday() >= _SATURDAY else 1.0 for day in dates]
    day = rng.choices(dates, weights)[0]
    hour = rng.choices(range(24), _HOURS[way])[0]
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), ZONE)
