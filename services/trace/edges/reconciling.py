"""Once a day the list of the city's platform is held against what trace noted, and what differs is kept by name."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, get_args

import structlog
from prometheus_client import Gauge
from pydantic import ValidationError

from chassis.metrics import PREFIX
from chassis.rounds import rounds
from chassis.service import Edge, EdgeContext
from doors.city import CityRefusedError, Platform, platform
from services.trace.core.citys_list import CitysList, Difference, Different, differences
from services.trace.edges import from_city
from services.trace.settings import TraceSettings
from worktime import SHANGHAI

DIFFERENCES: Final = Gauge(
    PREFIX + "city_differences",
    "How the city's platform and trace differed when they were last held against each other.",
    ["difference"],
)
RECONCILED: Final = Gauge(
    PREFIX + "city_reconciled_timestamp_seconds", "When they last were; 0 where no platform of a city is set."
)
_PAUSE: Final = 300.0
"""What differs has to differ still so much later: what is being told meanwhile is no difference."""
_HOUR: Final = 5
_DAYS: Final = timedelta(days=30)
_log: Final = structlog.get_logger()

BEGUN: Final = "insert into reconciling default values on conflict do nothing"
_NEWEST: Final = """
select begun.at as begun_at, newest.day, newest.at, newest.differences
from reconciling begun left join lateral (select * from reconciled order by day desc limit 1) newest on true
"""
_KEEP: Final = """
insert into reconciled (day, theirs, ours, differences) values ($1, $2, $3, $4::text::jsonb) on conflict do nothing
"""


def reconcile(settings: TraceSettings) -> Edge:
    """Make the edge that reconciles each morning, for as long as the service runs."""

    async def edge(context: EdgeContext) -> None:
        await context.pool.execute(BEGUN)
        async with platform(settings) as city:
            job = Reconciling(context, city)
            await rounds(lambda: job.once(context.clock.now()), _PAUSE)

    return edge


class Newest(NamedTuple):
    """What was found last, and when: of which day, and how many differences of each kind; before the first day none."""

    day: date | None
    at: datetime
    kinds: Counter[str]


class Reconciling:
    """Looks twice at whatever differs: what a message was on its way about differs no more."""

    def __init__(self, context: EdgeContext, city: Platform) -> None:
        self._context = context
        self._city = city
        self._seen: tuple[date, frozenset[Difference]] | None = None

    async def once(self, now: datetime) -> None:
        """Tell what was found last, and look anew where that is of yesterday."""
        here, known = now.astimezone(SHANGHAI), await self._known()
        if known.day != here.date() and here.hour >= _HOUR and await self._look(here.date()):
            known = await self._known()
        for kind in get_args(Different):
            DIFFERENCES.labels(kind).set(known.kinds[kind])
        RECONCILED.set(known.at.timestamp())

    async def _known(self) -> Newest:
        [(begun_at, day, at, found)] = await self._context.pool.fetch(_NEWEST)
        return Newest(day, at or begun_at, Counter(each["what"] for each in json.loads(found or "[]")))

    async def _look(self, today: date) -> bool:
        """Hold both sides against each other; False where there is no list, or a difference has to be seen again."""
        since = today - _DAYS
        try:
            theirs = CitysList.model_validate_json(
                await self._city.ask("/tickets", {"since": since.isoformat()})
            ).tickets
        except (ValidationError, CityRefusedError) as error:
            _log.error("the city's list cannot be read", error=type(error).__qualname__)
            return False
        ours = await from_city.ours(self._context.pool, [each.number for each in theirs], since)
        found = differences(theirs, ours)
        seen, self._seen = self._seen, (today, frozenset(found))
        if found and (seen is None or seen[0] != today):
            return False
        still = [each._asdict() for each in found if seen is not None and each in seen[1]]
        kept = json.dumps(still, ensure_ascii=False)
        await self._context.pool.execute(_KEEP, today, len(theirs), len(ours), kept)
        return True
