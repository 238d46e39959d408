"""Folding facts into states: turns pure functions (react, decide, evolve) into the work of a lane."""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Generic, NamedTuple, TypeVar

from pydantic import TypeAdapter

from chassis import timers
from chassis.service import Cause, Connection, Foreign, Heard, Instant, Outcome, Say, TimerChanges, Turn, Work
from chassis.store import columns
from chassis.timers import Settled, Timer
from schemas.envelope import derived_id
from schemas.message import Message

S = TypeVar("S")
C = TypeVar("C")

_REMEMBERED: Final = 20_000
_MOMENT: Final = timedelta(microseconds=1)

EVERYONE: Final = "*"
"""The key that a reaction gives to a command for all that `concerned` names, such as a new calendar."""


class Tell(NamedTuple):
    """A further topic that hears of a fact, besides the service's own."""

    topic: str
    key: str
    message: Message


class Change(NamedTuple, Generic[S]):
    """What one transaction did to one key, for read models: the state before and after, and the facts between."""

    key: str
    lane: str
    version: int
    before: S | None
    after: S
    facts: Sequence[tuple[Message, Cause]]


def _nothing_told(_state: object, _fact: Message, _cause: Cause) -> Sequence[Tell]:
    return ()


def _no_timers(_state: object) -> Mapping[str, Instant]:
    return {}


@dataclass(frozen=True)
class Decider(Generic[S, C]):
    """A service that remembers by folding its own facts; everything but `project` and `concerned` is pure.

    `decide` returns own facts, () being nothing to do. `evolve` is total; its instant is the cause's time. `timers`
    names the timers that a state wants, by due time; a fired one stays silent until its due time changes. `form`
    numbers the shape of the stored state; code that meets a newer one than its own stops.
    """

    topic: str
    state: TypeAdapter[S]
    react: Callable[[Heard], Sequence[tuple[str, C]]]
    decide: Callable[[S | None, C, Cause], Sequence[Message]]
    evolve: Callable[[S | None, Message, Instant], S]
    tell: Callable[[S, Message, Cause], Sequence[Tell]] = _nothing_told
    timers: Callable[[S], Mapping[str, Instant]] = _no_timers
    fired: Callable[[str, Instant], C] | None = None
    concerned: Callable[[Connection, str, Heard], Awaitable[Sequence[str]]] | None = None
    project: Callable[[Connection, Sequence[Change[S]]], Awaitable[None]] | None = None
    form: int = 1


class NewerState(Exception):  # noqa: N818 - it says what was met
    """A stored state has a newer form than this version knows: an older version runs where a newer one wrote."""


def folding(decider: Decider[S, C]) -> Work:
    """Make the work of a lane: fold what is heard, fire what is due, write states, timers and read models."""

    async def work(turn: Turn, items: Sequence[Heard | Foreign]) -> Outcome:
        return await _Fold(decider, turn).run([item for item in items if isinstance(item, Heard)])

    return work


@dataclass(slots=True)
class _Cell(Generic[S]):
    """One key during one transaction."""

    lane: str
    version: int
    before: S | None
    now: S | None
    facts: list[tuple[Message, Cause]] = field(default_factory=list)
    had: Mapping[str, Instant] = field(default_factory=dict)
    wanted: Mapping[str, Instant] = field(default_factory=dict)
    fired: dict[str, Instant] = field(default_factory=dict)


class _Fold(Generic[S, C]):
    """The fold of one transaction: every key's state, and what is said on the way."""

    def __init__(self, decider: Decider[S, C], turn: Turn) -> None:
        self.decider = decider
        self.turn = turn
        self.cells: dict[str, _Cell[S]] = {}
        self.says: list[Say] = []
        self.until: dict[str, Instant] = {}
        self.waiting: dict[str, list[Timer]] = {name: [] for name in turn.lanes}
        self.overtaken: list[Timer] = []
        self.fired: list[tuple[str, Instant]] = []

    async def run(self, items: Sequence[Heard]) -> Outcome:
        commands = [await self._commands(heard) for heard in items]
        due = await self._due(items)
        keys = {(heard.lane, key) for heard, found in zip(items, commands, strict=True) for key, _ in found}
        await self._load(keys | {(timer.lane, timer.key) for timer in due})
        for timer in due:
            heapq.heappush(self.waiting[timer.lane], timer)
        words = [self._hear(heard, found) for heard, found in zip(items, commands, strict=True)]
        for name, lane in self.turn.lanes.items():
            if lane.horizon is not None:
                self._fire(name, lane.horizon)
        armed = await self._write()
        return Outcome(self.says, words=words, timers=TimerChanges(armed, self.fired))

    async def _commands(self, heard: Heard) -> Sequence[tuple[str, C]]:
        commands = self.decider.react(heard)
        if self.decider.concerned is None or all(key != EVERYONE for key, _ in commands):
            return commands
        everyone = await self.decider.concerned(self.turn.connection, heard.lane, heard)
        return [(name, command) for key, command in commands for name in (everyone if key == EVERYONE else (key,))]

    async def _due(self, items: Iterable[Heard]) -> list[Timer]:
        """Load timers that come before some record, or are due by a lane's horizon."""
        if self.decider.fired is None:
            return []
        for heard in items:
            before = heard.envelope.time - _MOMENT
            if before > self.until.get(heard.lane, before - _MOMENT):
                self.until[heard.lane] = before
        limit = None if self.until else timers.AT_ONCE
        for name, lane in self.turn.lanes.items():
            if lane.horizon is not None:
                self.until[name] = max(lane.horizon, self.until.get(name, lane.horizon))
        return await timers.due(self.turn.connection, self.until, limit) if self.until else []

    def _memory(self, lane: str) -> dict[str, tuple[int, S]]:
        memory: dict[str, tuple[int, S]] = self.turn.lanes[lane].memory.setdefault("states", {})
        return memory

    async def _load(self, keys: Iterable[tuple[str, str]]) -> None:
        unknown: dict[str, str] = {}
        for lane, key in keys:
            known = self._memory(lane).get(key)
            if known is None:
                unknown[key] = lane
                self.cells[key] = _Cell(lane, 0, None, None)
            else:
                self.cells[key] = _Cell(lane, known[0], known[1], known[1])
        if unknown:
            rows = await self.turn.connection.fetch(
                "select key, version, form, body from state where key = any($1::text[])", list(unknown)
            )
            for row in rows:
                if row["form"] > self.decider.form:
                    raise NewerState(f"{row['key']}: form {row['form']}")
                cell = self.cells[row["key"]]
                cell.version = row["version"]
                cell.before = cell.now = self.decider.state.validate_json(row["body"])
        if self.decider.fired is not None:
            for cell in self.cells.values():
                cell.had = cell.wanted = {} if cell.now is None else self.decider.timers(cell.now)

    def _hear(self, heard: Heard, commands: Iterable[tuple[str, C]]) -> str:
        cause = heard.cause
        self._fire(heard.lane, cause.time - _MOMENT)
        said = len(self.says)
        for key, command in commands:
            self._decide(key, self.cells[key], command, cause)
        return "said" if len(self.says) > said else "nothing"

    def _fire(self, lane: str, until: Instant) -> None:
        waiting, fire = self.waiting[lane], self.decider.fired
        while fire is not None and waiting and waiting[0].due <= until:
            timer = heapq.heappop(waiting)
            cell = self.cells[timer.key]
            if cell.wanted.get(timer.name) != timer.due:
                self.overtaken.append(timer)
            elif cell.fired.get(timer.name) != timer.due:
                cell.fired[timer.name] = timer.due
                self.fired.append((lane, timer.due))
                cause = Cause(derived_id(timer.key, timer.name, timer.due.isoformat()), timer.key, timer.due)
                self._decide(timer.key, cell, fire(timer.name, timer.due), cause)

    def _decide(self, key: str, cell: _Cell[S], command: C, cause: Cause) -> None:
        decider = self.decider
        facts = decider.decide(cell.now, command, cause)
        for fact in facts:
            cell.now = state = decider.evolve(cell.now, fact, cause.time)
            cell.version += 1
            cell.facts.append((fact, cause))
            self.says.append(Say(cell.lane, decider.topic, key, fact, cause))
            self.says += [Say(cell.lane, *told, cause) for told in decider.tell(state, fact, cause)]
        if facts and cell.now is not None and decider.fired is not None:
            self._arm(key, cell, decider.timers(cell.now))

    def _arm(self, key: str, cell: _Cell[S], wanted: Mapping[str, Instant]) -> None:
        """Timers set on the way may be due before a later record of the same transaction."""
        until = self.until.get(cell.lane)
        if until is not None:
            for name, moment in wanted.items():
                if moment <= until and cell.wanted.get(name) != moment:
                    heapq.heappush(self.waiting[cell.lane], Timer(moment, key, name, cell.lane))
        cell.wanted = wanted

    async def _write(self) -> dict[str, Instant]:
        connection, decider = self.turn.connection, self.decider
        changed = {key: cell for key, cell in self.cells.items() if cell.facts}
        if changed:
            rows = [
                (key, cell.lane, cell.version, decider.form, decider.state.dump_json(cell.now).decode())
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
        armed = await self._settle() if decider.fired is not None else {}
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

    async def _settle(self) -> dict[str, Instant]:
        settled: dict[tuple[str, str], Settled] = {}
        for _, key, name, lane in self.overtaken:
            wanted = self.cells[key].wanted.get(name)
            if wanted is None:
                settled[key, name] = Settled(key, name, lane, self.turn.lanes[lane].now, "cancelled")
            else:
                settled[key, name] = Settled(key, name, lane, wanted, "pending")
        for key, cell in self.cells.items():
            if cell.facts or cell.fired:
                for each in timers.settlements(key, cell.lane, cell.had, cell.wanted, cell.fired):
                    settled[key, each.name] = each
        if settled:
            await timers.settle(self.turn.connection, settled.values())
        armed: dict[str, Instant] = {}
        for each in settled.values():
            if each.status == "pending":
                armed[each.lane] = min(each.due, armed.get(each.lane, each.due))
        return armed

    def _remember(self, changed: Mapping[str, _Cell[S]]) -> None:
        for key, cell in changed.items():
            if cell.now is not None:
                memory = self._memory(cell.lane)
                memory.pop(key, None)
                memory[key] = (cell.version, cell.now)
        for lane in self.turn.lanes:
            memory = self._memory(lane)
            if len(memory) > _REMEMBERED:
                for key in list(memory)[: len(memory) - _REMEMBERED]:
                    del memory[key]
