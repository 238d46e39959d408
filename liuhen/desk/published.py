"""The calendar that the running system goes by: the files of the policy, and what was published to running clocks."""

from __future__ import annotations

from collections.abc import Iterable

from liuhen.desk.queue import Told
from schemas.rules import CalendarPublished
from worktime import Calendar, Notice, NoticeDay


def as_published(base: Calendar, told: Iterable[Told]) -> Calendar:
    """The calendar after every publication, the newest of a year counting; each stands in every partition."""
    newest: dict[int, CalendarPublished] = {}
    for each in sorted(told, key=lambda one: one.at):
        if isinstance(each.message, CalendarPublished):
            newest[each.message.year] = each.message
    for year in sorted(newest):
        base = base.with_notice(_notice(newest[year]))
    return base


def _notice(published: CalendarPublished) -> Notice:
    days = tuple(NoticeDay(name=day.name, date=day.date, is_off_day=day.off) for day in published.days)
    return Notice(year=published.year, papers=published.papers, days=days)
