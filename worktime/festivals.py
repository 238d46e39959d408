"""The statutory festivals, and what the yearly notices make of the days around them.

The festivals of a year are fixed by regulation long before the year's notice is published: their days are off, whatever
the notice says. What the notice decides is which working days next to them are given off and which weekend days are
worked for it. ``outlook`` draws the line around everything that the notices have ever decided; why it lies where it
does stands in ``docs/decisions/0010-working-time.md``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final, Literal

FIRST_YEAR: Final = 2004
LAST_YEAR: Final = 2050

# Changes whenever a bound below moves: it is a part of every calendar's version.
PRACTICE: Final = "2"

_SATURDAY: Final = 5
_NATURAL_LONG_WEEKEND: Final = frozenset({0, 4})

_ROWS: Final = """
2004 0122 0404 0622 0928  2005 0209 0405 0611 0918  2006 0129 0405 0531 1006  2007 0218 0405 0619 0925
2008 0207 0404 0608 0914  2009 0126 0404 0528 1003  2010 0214 0405 0616 0922  2011 0203 0405 0606 0912
2012 0123 0404 0623 0930  2013 0210 0404 0612 0919  2014 0131 0405 0602 0908  2015 0219 0405 0620 0927
2016 0208 0404 0609 0915  2017 0128 0404 0530 1004  2018 0216 0405 0618 0924  2019 0205 0405 0607 0913
2020 0125 0404 0625 1001  2021 0212 0404 0614 0921  2022 0201 0405 0603 0910  2023 0122 0405 0622 0929
2024 0210 0404 0610 0917  2025 0129 0404 0531 1006  2026 0217 0405 0619 0925  2027 0206 0405 0609 0915
2028 0126 0404 0528 1003  2029 0213 0404 0616 0922  2030 0203 0405 0605 0912  2031 0123 0405 0624 1001
2032 0211 0404 0612 0919  2033 0131 0404 0601 0908  2034 0219 0405 0620 0927  2035 0208 0405 0610 0916
2036 0128 0404 0530 1004  2037 0215 0404 0618 0924  2038 0204 0405 0607 0913  2039 0124 0405 0527 1002
2040 0212 0404 0614 0920  2041 0201 0404 0603 0910  2042 0122 0404 0622 0928  2043 0210 0405 0611 0917
2044 0130 0404 0531 1005  2045 0217 0404 0619 0925  2046 0206 0404 0608 0915  2047 0126 0405 0529 1004
2048 0214 0404 0615 0922  2049 0202 0404 0604 0911  2050 0123 0404 0623 0930
"""


def _moving() -> dict[int, tuple[date, date, date, date]]:
    cells = _ROWS.split()
    rows = [cells[at : at + 5] for at in range(0, len(cells), 5)]
    return {int(row[0]): _dates(int(row[0]), row[1:]) for row in rows}


def _dates(year: int, cells: list[str]) -> tuple[date, date, date, date]:
    spring, tomb, dragon, moon = (date(year, int(cell[:2]), int(cell[2:])) for cell in cells)
    return spring, tomb, dragon, moon


_MOVING: Final = _moving()


@dataclass(frozen=True)
class Festival:
    """One festival of one year: its statutory days, the days a notice may give off beside them, and may have worked."""

    name: str
    day: date
    statutory: range
    may_be_off: range
    may_be_worked: range


@dataclass(frozen=True)
class Outlook:
    """What is certain of a day before its notice is published; ``works`` is ``open`` when the notice decides."""

    name: str
    works: Literal["no", "open"]


def festivals(year: int) -> tuple[Festival, ...]:
    """The seven statutory festivals of a year from 2004 to 2050, in the order of the regulation."""
    spring, tomb, dragon, moon = _MOVING[year]
    return (
        _short("元旦", date(year, 1, 1)),
        Festival("春节", spring, _spring_days(year), range(-3, 9), range(-14, 15)),
        _short("清明节", tomb),
        Festival("劳动节", date(year, 5, 1), range(2 if year >= 2025 else 1), range(-2, 6), range(-14, 15)),  # noqa: PLR2004
        _short("端午节", dragon),
        _short("中秋节", moon),
        Festival("国庆节", date(year, 10, 1), range(3), range(-2, 9), range(-14, 15)),
    )


def _spring_days(year: int) -> range:
    # The regulation: from the eve for three days, then (2014) from the first for three, then (2025) all four.
    return range(-1, 2) if year <= 2013 else range(3) if year <= 2024 else range(-1, 3)  # noqa: PLR2004


def _short(name: str, day: date) -> Festival:
    # A Friday or a Monday joins its weekend by itself, and no notice since 2008 moved a day for it. A weekend that
    # follows may be worked all the same: to be reminded a day early costs less than to trust that it never happens.
    if day.weekday() in _NATURAL_LONG_WEEKEND:
        return Festival(name, day, range(1), range(0), range(3, 10))
    return Festival(name, day, range(1), range(-2, 3), range(-7, 10))


def statutory_days(year: int) -> dict[date, str]:
    """The days of a year that the regulation itself gives off, by name; two on one day are joined by 、."""
    days: dict[date, str] = {}
    for festival in festivals(year):
        for offset in festival.statutory:
            day = festival.day + timedelta(days=offset)
            days[day] = f"{days[day]}、{festival.name}" if day in days else festival.name
    return days


@cache
def outlook(year: int) -> Mapping[date, Outlook]:
    """The days that the unpublished notice of a year may touch, some in the December before; all others are plain."""
    days: dict[date, Outlook] = {}
    for festival in festivals(year):
        for day in _decided_by_notice(festival):
            days.setdefault(day, Outlook(f"{festival.name}前后", "open"))
    return days | {day: Outlook(name, "no") for day, name in statutory_days(year).items()}


def _decided_by_notice(festival: Festival) -> Iterator[date]:
    for offset in festival.may_be_worked:
        day = festival.day + timedelta(days=offset)
        if day.weekday() >= _SATURDAY or offset in festival.may_be_off:
            yield day
