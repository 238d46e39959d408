"""Sudden hot spots (突发热点): what came in today of one category and sub-district, beside what is usual there.

EARS C2: the baseline are the days from nine to three days before, so that a rise of yesterday does not hide today's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Final, NamedTuple

_FIRST: Final = 9
_LAST: Final = 3
DAYS: Final = _FIRST + 1
"""So many days are counted, today among them."""
_Z: Final = 3.09
_LEAST_DEVIATION: Final = 0.5
"""Where nearly nothing comes in, one call more is no hot spot."""


class Series(NamedTuple):
    """How much came in of one category and sub-district; `days` begins with today and goes back."""

    category: str
    subdistrict: str | None
    days: Sequence[int]


class HotSpot(NamedTuple):
    """One that rose: how many today, how many are usual, and above how many it is an alarm."""

    category: str
    subdistrict: str | None
    today: int
    usual: float
    limit: float


def hot_spots(series: Iterable[Series]) -> Sequence[HotSpot]:
    """Those in which today is an alarm, what rose most above its limit first."""
    found = [_measured(each) for each in series]
    alarms = [each for each in found if each.today > each.limit]
    return sorted(alarms, key=lambda each: (each.limit - each.today, each.category))


def _measured(one: Series) -> HotSpot:
    baseline = one.days[_LAST : _FIRST + 1]
    mean = sum(baseline) / len(baseline)
    deviation = sqrt(sum((each - mean) ** 2 for each in baseline) / (len(baseline) - 1))
    return HotSpot(one.category, one.subdistrict, one.days[0], mean, mean + _Z * max(deviation, _LEAST_DEVIATION))


def series_of(counts: Mapping[tuple[str, str | None, int], int]) -> Sequence[Series]:
    """Make series of counts by category, sub-district and how many days ago."""
    places = dict.fromkeys((category, subdistrict) for category, subdistrict, _ in counts)
    return [
        Series(category, place, [counts.get((category, place, ago), 0) for ago in range(DAYS)])
        for category, place in places
    ]
