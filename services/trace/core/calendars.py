"""What publications make of a calendar."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from schemas.rules import CalendarPublished
from worktime import Calendar, Notice, NoticeError, parse_notice


def as_published(base: Calendar, published: Iterable[CalendarPublished]) -> Calendar:
    """The calendar after publications, given in the order in which they came: the newest of a year counts."""
    newest: dict[int, Notice] = {}
    for each in published:
        # What the clocks cannot go by is set aside there, and counts nowhere.
        with suppress(NoticeError):
            newest[each.year] = parse_notice(each.notice(), each.version)
    for year in sorted(newest):
        base = base.with_notice(newest[year])
    return base
