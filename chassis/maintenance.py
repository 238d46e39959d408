"""What happens in open lanes besides batches: timers fire, published positions are saved, operators are obeyed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import structlog

from chassis import garbage, metrics, store
from chassis.clock import stopwatch
from chassis.executor import LaneExecutor
from chassis.failures import transient
from chassis.logs import where
from chassis.service import Precompute
from chassis.store import TopicPartition

_HOUSEKEEPING_SECONDS: Final = 1.0
_BEHIND_SECONDS: Final = 5.0
_COUNT_SECONDS: Final = 15.0
_NOT_CAUGHT_UP_SECONDS: Final = 0.02
_SWEEP_SECONDS: Final = 600.0
_SWEEP_AT_LAST_SECONDS: Final = 3_600.0
_AHEAD: Final = timedelta(minutes=10)
_log: Final = structlog.get_logger()


class Maintenance:
    """Looks after open lanes between batches; runs in the partition worker's task."""

    def __init__(self, executor: LaneExecutor) -> None:
        """Has done nothing yet."""
        self.executor = executor
        self.transactions = executor.transactions
        self._last_housekeeping = 0.0
        self._last_behind_check = 0.0
        self._last_count = -_COUNT_SECONDS
        self._fire_again = 0.0
        self._precompute_again = 0.0
        self._swept = stopwatch()

    def poll_timeout(self) -> float:
        """Seconds until something must be done even if no batch comes."""
        due = [state.next_due for state in self.executor.states.values() if state.next_due is not None]
        if due and stopwatch() >= self._precompute_again:
            return 0.0
        if not due:
            return _HOUSEKEEPING_SECONDS
        soon = max(self.transactions.clock.seconds_until(min(due)), self._fire_again - stopwatch(), 0.0)
        return min(_HOUSEKEEPING_SECONDS, soon)

    async def tick(self, *, idle: bool) -> None:
        """Do what is due; where nothing else waits, precompute a little of what will be."""
        if self.transactions.service.timers is not None:
            await self._fire()
            if idle:
                await self._precompute(self.transactions.service.timers)
        self._sweep(idle=idle)
        if stopwatch() - self._last_housekeeping >= _HOUSEKEEPING_SECONDS:
            self._last_housekeeping = stopwatch()
            await self._housekeeping()

    # --- timers --------------------------------------------------------------------------------------------------

    async def _fire(self) -> None:
        """Fire what is due in the lanes that have heard everything that was there when it became due."""
        now = self.transactions.clock.now()
        states = self.executor.states
        due = [name for name, state in states.items() if state.next_due is not None and state.next_due <= now]
        if not due or stopwatch() < self._fire_again:
            return
        caught_up = await self._caught_up(due)
        self._fire_again = 0.0 if caught_up else stopwatch() + _NOT_CAUGHT_UP_SECONDS
        if caught_up:
            await self.executor.execute({}, dict.fromkeys(caught_up, now))
            for row in await store.load_next_due(await self.executor.connected(), caught_up):
                if (state := states.get(row["lane"])) is not None:
                    state.next_due = row["due"]

    async def _caught_up(self, names: Iterable[str]) -> list[str]:
        inputs = {name: self._inputs(name) for name in names}
        whole = {name: tps for name, tps in inputs.items() if all(tp in self.executor.epochs for tp in tps)}
        ends = await self.executor.consumer.ends(tp for tps in whole.values() for tp in tps)
        offsets = {name: self.executor.states[name].offsets for name in whole}
        return [name for name, tps in whole.items() if all(offsets[name][tp] >= ends[tp] for tp in tps)]

    def _inputs(self, name: str) -> list[TopicPartition]:
        """All inputs of a lane, whether or not they are assigned to us."""
        topics = (self.transactions.topics[topic] for topic in self.transactions.service.inputs)
        tps = [(topic.name, partition) for topic in topics for partition in range(topic.partitions)]
        return [tp for tp in tps if self.executor.lane(tp) == name]

    async def _precompute(self, precompute: Precompute) -> None:
        if self.executor.states and stopwatch() >= self._precompute_again:
            lanes = [state.lane for state in self.executor.states.values()]
            until = self.transactions.clock.now() + _AHEAD
            more = await precompute(await self.executor.connected(), lanes, until)
            self._precompute_again = 0.0 if more else stopwatch() + _HOUSEKEEPING_SECONDS
            if more:
                garbage.keep()

    def _sweep(self, *, idle: bool) -> None:
        since = stopwatch() - self._swept
        quiet = idle and self.poll_timeout() >= _HOUSEKEEPING_SECONDS
        if since >= _SWEEP_AT_LAST_SECONDS or (quiet and since >= _SWEEP_SECONDS):
            garbage.sweep()
            self._swept = stopwatch()

    # --- once a second -------------------------------------------------------------------------------------------

    async def _housekeeping(self) -> None:
        executor, states = self.executor, self.executor.states
        await executor.save_published(executor.unsaved_published())
        await executor.resources.outbox.flush_positions()
        metrics.LANES.labels(executor.service, "running").set(len(states))
        metrics.LANES.labels(executor.service, "paused").set(len(executor.paused))
        metrics.PARKED.labels(executor.service).set(sum(len(state.parked) for state in states.values()))
        metrics.PAUSED.clear()
        for name in executor.paused:
            metrics.PAUSED.labels(executor.service, name).set(1)
        if executor.paused:
            async with executor.resources.pool.acquire() as connection:
                for name in await store.running(connection, list(executor.paused)):
                    del executor.paused[name]
        if any(state.parked for state in states.values()):
            await self._replay()
        await self._poll()
        if stopwatch() - self._last_count >= _COUNT_SECONDS:
            self._last_count = stopwatch()
            await self._count_dead_letters()
        if stopwatch() - self._last_behind_check >= _BEHIND_SECONDS:
            self._last_behind_check = stopwatch()
            await executor.ask_around()
        await executor.probe()

    async def _count_dead_letters(self) -> None:
        """Tell what lies in the table, which a counter of this process cannot know: it was born after most of it."""
        executor = self.executor
        counted = await store.count_dead_letters(await executor.connected(), sorted(executor.resources.outbox.lanes))
        metrics.DEAD_LETTERS_KEPT.clear()
        for row in counted:
            metrics.DEAD_LETTERS_KEPT.labels(executor.service, row["topic"], row["reason"]).set(row["letters"])

    async def _poll(self) -> None:
        """Let the work look at what came by no topic, such as the outcome of an effect outside."""
        poll = self.transactions.service.poll
        if poll is None or not self.executor.states:
            return
        names = await poll(await self.executor.connected(), list(self.executor.states))
        if names:
            await self.executor.execute({}, dict.fromkeys(names, self.transactions.clock.now()))

    async def _replay(self) -> None:
        executor = self.executor
        connection = await executor.connected()
        for name in await store.lanes_to_replay(connection, list(executor.states)):
            began = stopwatch()
            try:
                result = await executor.evicting(self.transactions.replay(connection, name))
            except Exception as error:
                if transient(error):
                    raise
                _log.exception("replay failed", lane=name, error=where(error))
                await store.end_replay(connection, name)
                executor.drop([name])
            else:
                await executor.after_commit(result, began)
