"""The calendar that the running system goes by: the files of the policy, and what was published to running clocks."""

from __future__ import annotations

from collections.abc import Iterable

from liuhen.desk.queue import Told
from schemas.rules import CalendarPublished
from services.trace import for_tools as trace
from worktime import Calendar


def as_published(base: Calendar, told: Iterable[Told]) -> Calendar:
    """The calendar after every publication; each stands in every partition."""
    messages = (each.message for each in sorted(told, key=lambda one: one.at))
    return trace.as_published(base, (each for each in messages if isinstance(each, CalendarPublished)))
