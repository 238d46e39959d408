"""Hears what the city's platform hands down, and puts it on the topic of its party; told again, nothing is doubled."""

from __future__ import annotations

from typing import Any, Final, assert_never

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.clock import stopwatch
from chassis.metrics import ALARMS
from chassis.rounds import rounds
from chassis.service import Edge, EdgeContext
from doors.city import CityRefusedError, Platform, platform
from doors.own import mark_of
from schemas.envelope import Envelope
from schemas.registry import inbound_topic
from schemas.values import Party, PartyKind
from services.intake.core.alarms import REFUSED
from services.intake.core.city import (
    CHANGE,
    KNOWN,
    WHAT,
    CityChange,
    Order,
    Said,
    Verdict,
    order_said,
    verdict_said,
)
from services.intake.core.state import DoorConfig
from services.intake.settings import IntakeSettings

CITY: Final = Party(kind=PartyKind.CITY)
SOURCE: Final = "door/city"
_PAUSE: Final = 5.0
_AT_ONCE: Final = 100
_PATIENCE: Final = 60.0
"""Real seconds that a verdict waits for the order that it is about."""
_log: Final = structlog.get_logger()

_HOLD: Final = "update heard_of_city set held_until = clock_timestamp() + interval '2 minutes'"
_TAKE: Final = f"{_HOLD} where held_until < clock_timestamp() returning after"
_NOTE: Final = f"{_HOLD}, after = $1"
_LET_GO: Final = "update heard_of_city set held_until = '-infinity'"
_BY_NUMBER: Final = "select id from ticket where upstream = $1 order by registered desc limit 1"


class Page(BaseModel):
    """What is new at the city after what was heard."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    changes: list[dict[str, Any]]


def fetch(settings: IntakeSettings, config: DoorConfig) -> Edge:
    """Make the edge that listens to the city, for as long as the service runs; without an address there is nothing."""

    async def edge(context: EdgeContext) -> None:
        ALARMS.labels("intake", REFUSED)
        async with platform(settings) as city:
            listener = Listener(context, config, city)
            await rounds(listener.once, _PAUSE)

    return edge


class Listener:
    """Hears change after change, in the order in which the city tells them."""

    def __init__(self, context: EdgeContext, config: DoorConfig, city: Platform) -> None:
        self._context = context
        self._config = config
        self._city = city
        self._waited: dict[str, float] = {}

    async def once(self) -> None:
        """Hear all that is new, unless another worker does."""
        after = await self._context.pool.fetchval(_TAKE)
        if after is None:
            return
        try:
            while after is not None:
                after = await self._hear(after)
        finally:
            await self._context.pool.execute(_LET_GO)

    async def _hear(self, after: str) -> str | None:
        """Hear what comes after a change; returns the last that was heard, None where there is no more to hear now."""
        page = await self._page(after)
        for document in page:
            try:
                change = CHANGE.validate_python(document)
            except ValidationError:
                # Without its place nothing after it could be asked for either.
                _alarm("a change of the city has no id", after=after)
                return None
            if not await self._take(change, document):
                return None
            after = change.id
            await self._context.pool.execute(_NOTE, after)
        return after if page else None

    async def _page(self, after: str) -> list[dict[str, Any]]:
        try:
            data = await self._city.ask("/changes", {"after": after, "limit": str(_AT_ONCE)})
            return Page.model_validate_json(data).changes
        except (ValidationError, CityRefusedError) as error:
            _alarm("the city's answer cannot be read", error=type(error).__qualname__)
            return []

    async def _take(self, change: CityChange, document: dict[str, Any]) -> bool:
        """Put one change on the topic; False where it has to wait."""
        if change.kind not in KNOWN:
            return True
        try:
            what = WHAT.validate_python(document)
        except ValidationError as error:
            _alarm("a change of the city cannot be read", change=change.id, field=str(error.errors()[0]["loc"][-1:]))
            return True
        match what:
            case Order():
                await self._put(order_said(what), what.number)
            case Verdict():
                ticket = await self._context.pool.fetchval(_BY_NUMBER, what.number)
                if ticket is None:
                    return self._waited_long_enough(change, what)
                await self._put(verdict_said(change.id, what, ticket), what.number)
            case _:
                assert_never(what)
        return True

    def _waited_long_enough(self, change: CityChange, verdict: Verdict) -> bool:
        """A verdict can be told before the lane decided on its order, and then of one that we never took."""
        since = self._waited.setdefault(change.id, stopwatch())
        if stopwatch() - since < _PATIENCE:
            return False
        del self._waited[change.id]
        _alarm("the city judges an order that is not here", change=change.id, number=verdict.number)
        return True

    async def _put(self, said: Said, number: str) -> None:
        key, now = self._config.secrets.key, self._context.clock.now()
        headers = Envelope(said.id, SOURCE, said.model.type_name, now, "").headers()
        headers.append(mark_of(key, CITY, SOURCE, said.id))
        await self._context.publish(inbound_topic(CITY), number.encode(), said.content, headers)


def _alarm(event: str, **known: str) -> None:
    ALARMS.labels("intake", REFUSED).inc()
    _log.error(event, **known)
