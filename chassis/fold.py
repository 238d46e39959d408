"""Folding facts into states: the work of a lane, made of a decider's pure functions."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from chassis import timers
from chassis.decider import EVERYONE, C, Change, Decider, Stepped, cause_of, step, taken
from chassis.portions import Stretch
from chassis.service import (
    Cause,
    Fact,
    Foreign,
    Heard,
    Instant,
    NextTimer,
    Outcome,
    Recall,
    Say,
    TimerChanges,
    Transaction,
    Work,
)
from chassis.state_cache import CachedState, cache_of, load
from chassis.store import columns
from chassis.timers import Timer, TimerUpdate
from schemas.message import Message

S = TypeVar("S")


class TimerError(Exception):
    """What follows from a timer cannot be decided: no record is to blame for it."""


def folding(decider: Decider[S, C]) -> Work:
    """Make the work of a lane: fold what is heard, fire what is due, write states, timers and read models."""

    async def work(transaction: Transaction, items: Sequence[Heard | Foreign]) -> Outcome:
        return await _Fold(decider, transaction).run([item for item in items if isinstance(item, Heard)])

    return work


def recalling(decider: Decider[S, C]) -> Recall:
    """Make how the decider's states are taken from the facts that stand on its topic."""

    async def work(transaction: Transaction, facts: Sequence[Fact]) -> Outcome:
        return await _Fold(decider, transaction).recall(facts)

    return Recall(decider.topic, work)


@dataclass(slots=True)
class _Cell(Generic[S]):
    """One key during one transaction; `body` is the state as JSON where that is known already."""

    lane: str
    version: int
    before: S | None
    now: S | None
    had: NextTimer | None
    wanted: NextTimer | None
    fired: NextTimer | None = None
    body: str | None = None
    facts: list[tuple[Message, Cause]] = field(default_factory=list)


class _Fold(Generic[S, C]):
    """The fold of one transaction: every key's state, and what is said on the way."""

    def __init__(self, decider: Decider[S, C], transaction: Transaction) -> None:
        self.decider = decider
        self.transaction = transaction
        self.cells: dict[str, _Cell[S]] = {}
        self.says: list[Say] = []
        self.until: dict[str, Instant] = {}
        self.waiting: dict[str, list[Timer]] = {name: [] for name in transaction.lanes}
        self.overtaken: list[Timer] = []
        self.fired: list[tuple[str, Instant]] = []
        self.stretch = Stretch()

    async def run(self, items: Sequence[Heard]) -> Outcome:
        commands = [await self._commands(heard) for heard in items]
        due = await self._due(items)
        keys = {(heard.lane, key) for heard, found in zip(items, commands, strict=True) for key, _ in found}
        await self._load(keys | {(timer.lane, timer.key) for timer in due})
        for timer in due:
            heapq.heappush(self.waiting[timer.lane], timer)
        words = [await self._hear(heard, found) for heard, found in zip(items, commands, strict=True)]
        for name, lane in self.transaction.lanes.items():
            if lane.horizon is not None:
                await self._fire(name, lane.horizon)
        armed = await self._write()
        return Outcome(self.says, words=words, timers=TimerChanges(armed, self.fired))

    async def recall(self, facts: Sequence[Fact]) -> Outcome:
        """Fold facts that were decided before; a timer that led to one has fired."""
        await self._load({fact[:2] for fact in facts})
        for fact in facts:
            await self.stretch.pause()
            cell = self.cells[fact.key]
            wanted = cell.wanted
            if wanted is not None and cause_of(Timer(wanted.due, fact.key, wanted.name, cell.lane)).id == fact.cause.id:
                cell.fired = wanted
            done = taken(self.decider, fact, cell.now)
            self._take(fact.key, cell, done, self._timer(done.state), None)
        await self._write()
        return Outcome(self.says)

    async def _commands(self, heard: Heard) -> Sequence[tuple[str, C]]:
        """What a record asks for; one that was answered already asks for what its answer lacks, and nothing else."""
        published = self.transaction.tail
        if published is None:
            return await self._asked(heard)
        if heard.envelope.id not in published.torn:
            return ()
        return [
            (key, command) for key, command in await self._asked(heard) if not published.knows(heard.envelope.id, key)
        ]

    async def _asked(self, heard: Heard) -> Sequence[tuple[str, C]]:
        await self.stretch.pause()
        commands = self.decider.react(heard)
        if self.decider.concerned is None or all(key != EVERYONE for key, _ in commands):
            return commands
        everyone = await self.decider.concerned(self.transaction.connection, heard.lane, heard)
        return [(name, command) for key, command in commands for name in (everyone if key == EVERYONE else (key,))]

    async def _due(self, items: Iterable[Heard]) -> list[Timer]:
        """Load timers that come before some record, or are due by a lane's horizon."""
        if self.decider.fired is None or self.transaction.tail is not None:
            return []
        for heard in items:
            before = heard.envelope.time - timers.BEFORE
            self.until[heard.lane] = max(before, self.until.get(heard.lane, before))
        # Whatever is due before a record fires before it, however much that is; without records there is no hurry.
        limit = None if self.until else self.transaction.at_once
        for name, lane in self.transaction.lanes.items():
            if lane.horizon is not None:
                self.until[name] = max(lane.horizon, self.until.get(name, lane.horizon))
        return await timers.due(self.transaction.connection, self.until, limit) if self.until else []

    async def _load(self, keys: Iterable[tuple[str, str]]) -> None:
        unknown: dict[str, str] = {}
        for lane, key in keys:
            known = cache_of(self.transaction.lanes[lane]).known(key)
            if known is None:
                unknown[key] = lane
            else:
                self.cells[key] = _cell(lane, known)
        found = await load(self.transaction.connection, self.decider, unknown) if unknown else {}
        for key, lane in unknown.items():
            self.cells[key] = _cell(lane, found[key]) if key in found else _Cell(lane, 0, None, None, None, None)

    async def _hear(self, heard: Heard, commands: Iterable[tuple[str, C]]) -> str:
        cause = heard.cause
        await self.stretch.pause()
        await self._fire(heard.lane, cause.time - timers.BEFORE)
        said = len(self.says)
        for key, command in commands:
            self._decide(key, self.cells[key], command, cause)
        return "said" if len(self.says) > said else "nothing"

    async def _fire(self, lane: str, until: Instant) -> None:
        waiting, fire = self.waiting[lane], self.decider.fired
        precomputed = cache_of(self.transaction.lanes[lane]).precomputed
        while fire is not None and waiting and waiting[0].due <= until:
            await self.stretch.pause()
            timer = heapq.heappop(waiting)
            cell, wanted = self.cells[timer.key], timer.wanted
            if cell.wanted != wanted:
                self.overtaken.append(timer)
            elif cell.fired != wanted:
                cell.fired = wanted
                self.fired.append((lane, timer.due))
                ahead = precomputed.get(timer.key)
                if ahead is not None and ahead.known.version == cell.version:
                    self._take(timer.key, cell, ahead.step, ahead.wanted, ahead.body)
                else:
                    self._decide_on(timer, cell, fire(wanted))

    def _decide_on(self, timer: Timer, cell: _Cell[S], command: C) -> None:
        try:
            self._decide(timer.key, cell, command, cause_of(timer))
        except Exception as error:
            raise TimerError(f"{timer.key}: {timer.name}") from error

    def _decide(self, key: str, cell: _Cell[S], command: C, cause: Cause) -> None:
        done = step(self.decider, cell.lane, key, cell.now, command, cause)
        if done.facts and done.state is not None:
            self._take(key, cell, done, self._timer(done.state), None)

    def _timer(self, state: S | None) -> NextTimer | None:
        return None if self.decider.fired is None or state is None else self.decider.timer(state)

    def _take(self, key: str, cell: _Cell[S], done: Stepped[S], wanted: NextTimer | None, body: str | None) -> None:
        cell.now, cell.body = done.state, body
        cell.version += len(done.facts)
        cell.facts += done.facts
        self.says += done.says
        # A timer set on the way may be due before a later record of the same transaction.
        until = self.until.get(cell.lane)
        if until is not None and wanted is not None and wanted.due <= until and wanted != cell.wanted:
            heapq.heappush(self.waiting[cell.lane], Timer(wanted.due, key, wanted.name, cell.lane))
        cell.wanted = wanted

    async def _write(self) -> dict[str, Instant]:
        connection, decider = self.transaction.connection, self.decider
        changed = {key: cell for key, cell in self.cells.items() if cell.facts}
        if changed:
            rows = [
                (key, cell.lane, cell.version, decider.form, cell.body or decider.written(cell.now))
                for key, cell in changed.items()
                if cell.now is not None
            ]
            await connection.execute(
                "insert into state (key, lane, version, form, body)"
                " select * from unnest($1::text[], $2::text[], $3::bigint[], $4::smallint[], $5::json[])"
                " on conflict (key) do update"
                " set version = excluded.version, form = excluded.form, body = excluded.body",
                *columns(rows, 5),
            )
        armed = await self._write_timers() if decider.fired is not None else {}
        if changed and decider.project is not None:
            await decider.project(
                connection,
                [
                    Change(key, cell.lane, cell.version, cell.before, cell.now, cell.facts)
                    for key, cell in changed.items()
                    if cell.now is not None
                ],
            )
        self._remember(changed)
        return armed

    async def _write_timers(self) -> dict[str, Instant]:
        updates: dict[str, TimerUpdate] = {}
        for timer in self.overtaken:
            wanted = self.cells[timer.key].wanted
            if wanted is None:
                updates[timer.key] = TimerUpdate(timer.key, timer.lane, timer.name, timer.due, "cancelled")
            else:
                updates[timer.key] = TimerUpdate(timer.key, timer.lane, wanted.name, wanted.due, "pending")
        for key, cell in self.cells.items():
            if cell.facts or cell.fired:
                each = timers.timer_update(key, cell.lane, cell.had, cell.wanted, cell.fired)
                if each is not None:
                    updates[key] = each
        if updates:
            await timers.write(self.transaction.connection, updates.values())
        armed: dict[str, Instant] = {}
        for each in updates.values():
            if each.status == "pending":
                armed[each.lane] = min(each.due, armed.get(each.lane, each.due))
        return armed

    def _remember(self, changed: Mapping[str, _Cell[S]]) -> None:
        for key, cell in changed.items():
            if cell.now is not None:
                cache_of(self.transaction.lanes[cell.lane]).changed(
                    key, CachedState(cell.version, cell.now, cell.wanted)
                )


def _cell(lane: str, known: CachedState[S]) -> _Cell[S]:
    return _Cell(lane, known.version, known.state, known.state, known.wanted, known.wanted)
