"""What happens in lanes when nothing comes in: timers fire, published positions are written, operators are heard."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import structlog

from chassis import garbage, metrics, store
from chassis.clock import stopwatch
from chassis.holding import Holding
from chassis.logs import where
from chassis.service import Foresee
from chassis.store import Key
from chassis.transient import transient

_HOUSEKEEPING_SECONDS: Final = 1.0
_BEHIND_SECONDS: Final = 5.0
_NOT_CAUGHT_UP_SECONDS: Final = 0.02
_SWEEP_SECONDS: Final = 600.0
_SWEEP_AT_LAST_SECONDS: Final = 3_600.0
_AHEAD: Final = timedelta(minutes=10)
_log: Final = structlog.get_logger()


class Upkeep:
    """Looks after lanes that are held; runs in the task that holds them."""

    def __init__(self, holding: Holding) -> None:
        """Has looked after nothing yet."""
        self.holding = holding
        self.turns = holding.turns
        self._kept_house = 0.0
        self._looked_behind = 0.0
        self._look_again = 0.0
        self._foresee_again = 0.0
        self._swept = stopwatch()

    def patience(self) -> float:
        """Seconds until something must be looked at even if nothing comes in."""
        due = [held.next_due for held in self.turns.held.values() if held.next_due is not None]
        if due and stopwatch() >= self._foresee_again:
            return 0.0
        if not due:
            return _HOUSEKEEPING_SECONDS
        soon = max(self.turns.clock.seconds_until(min(due)), self._look_again - stopwatch(), 0.0)
        return min(_HOUSEKEEPING_SECONDS, soon)

    async def tick(self, *, idle: bool) -> None:
        """Do what is due; where nothing else waits, work out a little of what will be."""
        if self.turns.service.timers is not None:
            await self._fire()
            if idle:
                await self._foresee(self.turns.service.timers)
        self._sweep(idle=idle)
        if stopwatch() - self._kept_house >= _HOUSEKEEPING_SECONDS:
            self._kept_house = stopwatch()
            await self._keep_house()

    async def _fire(self) -> None:
        """Fire what is due in the lanes that have heard everything that was there when it became due."""
        now = self.turns.clock.now()
        due = [name for name, held in self.turns.held.items() if held.next_due is not None and held.next_due <= now]
        if not due or stopwatch() < self._look_again:
            return
        caught_up = await self._caught_up(due)
        self._look_again = 0.0 if caught_up else stopwatch() + _NOT_CAUGHT_UP_SECONDS
        if caught_up:
            await self.holding.take({}, dict.fromkeys(caught_up, now))
            for row in await store.load_next_due(await self.holding.connected(), caught_up):
                if (held := self.turns.held.get(row["lane"])) is not None:
                    held.next_due = row["due"]

    async def _foresee(self, foresee: Foresee) -> None:
        if self.turns.held and stopwatch() >= self._foresee_again:
            lanes = [held.view for held in self.turns.held.values()]
            until = self.turns.clock.now() + _AHEAD
            more = await foresee(await self.holding.connected(), lanes, until)
            self._foresee_again = 0.0 if more else stopwatch() + _HOUSEKEEPING_SECONDS
            if more:
                garbage.keep()

    def _sweep(self, *, idle: bool) -> None:
        since = stopwatch() - self._swept
        quiet = idle and self.patience() >= _HOUSEKEEPING_SECONDS
        if since >= _SWEEP_AT_LAST_SECONDS or (quiet and since >= _SWEEP_SECONDS):
            garbage.sweep()
            self._swept = stopwatch()

    async def _caught_up(self, names: Iterable[str]) -> list[str]:
        places = {name: self._places(name) for name in names}
        whole = {name: its for name, its in places.items() if all(place in self.holding.epochs for place in its)}
        ends = await self.holding.reader.ends(place for its in whole.values() for place in its)
        offsets = {name: self.turns.held[name].offsets for name in whole}
        return [name for name, its in whole.items() if all(offsets[name][place] >= ends[place] for place in its)]

    def _places(self, name: str) -> list[Key]:
        """All inputs of a lane, whether or not they are assigned to us."""
        topics = (self.turns.topics[topic] for topic in self.turns.service.inputs)
        places = [(topic.name, partition) for topic in topics for partition in range(topic.partitions)]
        return [place for place in places if self.holding.lane(place) == name]

    async def _keep_house(self) -> None:
        await self.holding.note_published(self.holding.published())
        await self.holding.tools.outlets.flush_positions()
        metrics.LANES.labels(self.holding.service, "running").set(len(self.turns.held))
        metrics.LANES.labels(self.holding.service, "paused").set(len(self.holding.paused))
        metrics.PARKED.labels(self.holding.service).set(sum(len(held.parked) for held in self.turns.held.values()))
        if self.holding.paused:
            async with self.holding.tools.pool.acquire() as connection:
                for name in await store.running(connection, list(self.holding.paused)):
                    del self.holding.paused[name]
        if any(held.parked for held in self.turns.held.values()):
            await self._replay()
        await self._stir()
        if stopwatch() - self._looked_behind >= _BEHIND_SECONDS:
            self._looked_behind = stopwatch()
            self.holding.tools.health.behind = await self.holding.reader.behind(list(self.holding.epochs))

    async def _stir(self) -> None:
        """Let the work look at what came by no topic, such as the outcome of an effect outside."""
        stirred = self.turns.service.stirred
        if stirred is None or not self.turns.held:
            return
        names = await stirred(await self.holding.connected(), list(self.turns.held))
        if names:
            await self.holding.take({}, dict.fromkeys(names, self.turns.clock.now()))

    async def _replay(self) -> None:
        connection = await self.holding.connected()
        for name in await store.lanes_to_replay(connection, list(self.turns.held)):
            began = stopwatch()
            try:
                taken = await self.holding.guarded(self.turns.replay(connection, name))
            except Exception as error:
                if transient(error):
                    raise
                _log.exception("replay failed", lane=name, error=where(error))
                await store.end_replay(connection, name)
                self.holding.forget([name])
            else:
                await self.holding.finish(taken, began)
