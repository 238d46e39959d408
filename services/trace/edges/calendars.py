"""The calendar that minutes are counted by: the files of the policy, and what was published since they were read."""

from __future__ import annotations

from chassis.service import Pool
from schemas.rules import CalendarPublished
from services.trace.core.calendars import as_published
from services.trace.edges import lookup
from worktime import Calendar


class Calendars:
    """The calendar as of now; built anew only when another one was published."""

    def __init__(self, base: Calendar) -> None:
        self._base = base
        self._versions: tuple[str, ...] = ()
        self._built = base

    async def now(self, pool: Pool) -> Calendar:
        """The calendar by all that was heard so far."""
        published = [CalendarPublished.model_validate_json(body) for body in await lookup.calendars(pool)]
        versions = tuple(each.version for each in published)
        if versions != self._versions:
            self._built, self._versions = as_published(self._base, published), versions
        return self._built
