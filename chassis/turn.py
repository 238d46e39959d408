"""The lane transaction: everything that waits, over all lanes held, decided and written under their locks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from chassis import store
from chassis.clock import Clock
from chassis.lane import TOO_MANY_UNREADABLE, Alarm, Held, Sifted, merged, read, sift
from chassis.service import (
    Connection,
    DeadLetter,
    Foreign,
    Heard,
    Instant,
    Lane,
    Outcome,
    Record,
    Refused,
    Say,
    Service,
    Turn,
)
from chassis.store import Event, Key
from schemas.envelope import EnvelopeError, decode, derived_id, partition_of
from schemas.registry import Topic, TopicKind

_HEADROOM: Final = 4096
"""Bytes that headers and framing may take of what the broker accepts."""


class Moved(Exception):  # noqa: N818 - nothing went wrong
    """Somebody else wrote in a lane since we did: what is remembered of it is worth nothing."""


@dataclass(slots=True)
class Taken:
    """What one transaction did: known to be true only after it was committed."""

    sifted: Sifted
    outcome: Outcome
    events: list[Event] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)
    lanes: list[str] = field(default_factory=list)

    @property
    def dead(self) -> list[DeadLetter]:
        return [*self.sifted.dead, *self.outcome.dead_letters]


def held_of(row: asyncpg.Record, now: Instant) -> Held:
    """Begin to remember a lane from its locked row."""
    view = Lane(row["name"], row["ordinal"], max(now, row["now"] or now), json.loads(row["counters"]))
    return Held(view, row["turn"], row["next_number"], row["published"], paused=row["paused"])


class Turns:
    """Runs lane transactions for the lanes in `held`; a failed one leaves `held` untrustworthy for its lanes."""

    def __init__(self, service: Service, clock: Clock) -> None:
        """`held` begins empty: lanes enter it when they are opened."""
        self.service = service
        self.clock = clock
        self.held: dict[str, Held] = {}
        self.refused: dict[tuple[str, int, int], Refused] = {}
        self.topics: Mapping[str, Topic] = {topic.name: topic for topic in service.topics}
        self.limits = {topic.name: int(topic.config["max.message.bytes"]) - _HEADROOM for topic in service.topics}
        hears = service.hears
        self.hears = None if hears is None else frozenset(message.type_name for message in hears)
        self.foreign = frozenset(name for name in service.inputs if self.topics[name].kind is TopicKind.INBOUND)

    async def take(
        self,
        connection: Connection,
        records: Mapping[str, Sequence[Sequence[Record]]],
        horizons: Mapping[str, Instant],
    ) -> Taken:
        """Handle the records of each lane, by partition, and the timers of lanes with a horizon; commit; tell.

        Raises Moved when another holder wrote in between.
        """
        names = sorted({*records, *horizons})
        async with connection.transaction():
            await self.lock(connection, names, horizons)
            sifted = Sifted()
            for name in names:
                sift(self.held[name], merged(records.get(name, ())), self.foreign, self.refused, sifted, self.hears)
            taken = await self._decide(connection, names, sifted, at_all=bool(sifted.items or horizons))
        for name in names:
            self.held[name].turn += 1
        return taken

    async def replay(self, connection: Connection, name: str) -> Taken:
        """Hear the parked records of a lane again, key by key, up to the first of each that still cannot be read."""
        async with connection.transaction():
            await self.lock(connection, [name], {})
            held, sifted = self.held[name], Sifted()
            done, stuck = [], set[str]()
            for row in await store.replays(connection, name):
                record, key = store.record_of(row), row["parked_key"]
                try:
                    if key not in stuck:
                        envelope, body = decode(record.headers, record.value)
                        sifted.items.append(Heard(name, record, envelope, read(envelope, body)))
                        done.append(record)
                except (EnvelopeError, Refused):
                    stuck.add(key)
            taken = await self._decide(connection, [name], sifted, at_all=bool(done))
            await store.unpark(connection, done)
            await store.end_replay(connection, name)
            held.parked = {row["parked_key"] for row in await store.load_parked_keys(connection, [name])}
        held.turn += 1
        return taken

    async def _decide(self, connection: Connection, names: Sequence[str], sifted: Sifted, *, at_all: bool) -> Taken:
        turn = Turn(connection, {name: self.held[name].view for name in names})
        outcome = await self.service.work(turn, sifted.items) if at_all else Outcome()
        taken = Taken(sifted, outcome, lanes=list(names))
        taken.events = self.number(outcome.says, taken.said)
        self.count_failures(sifted.items, taken.dead)
        await self.write(connection, taken)
        return taken

    async def lock(self, connection: Connection, names: Sequence[str], horizons: Mapping[str, Instant]) -> None:
        """Lock the lanes, in order, and make sure that each is as we left it."""
        rows = await store.lock_lanes(connection, names)
        now = self.clock.now()
        for row in rows:
            held = self.held[row["name"]]
            if row["turn"] != held.turn:
                raise Moved(row["name"])
            held.view.now = max(held.view.now, now)
            held.view.horizon = horizons.get(row["name"])

    def number(self, says: Iterable[Say], said: Counter[str]) -> list[Event]:
        """Give each message its id, its place in the lane and its position on its topic."""
        return [self._event(say, said) for say in says]

    def _event(self, say: Say, said: Counter[str]) -> Event:
        topic = self.topics.get(say.topic)
        if topic is None or topic.kind in (TopicKind.INBOUND, TopicKind.DEAD_LETTER):
            raise Refused("unpublishable", f"{say.topic} is no topic that a service may write")
        held, cause = self.held[say.lane], say.cause
        body = say.message.model_dump_json(exclude_none=True)
        limit = self.limits[say.topic]
        if len(body) > limit // 4 and len(body.encode()) > limit:
            raise Refused("unpublishable", f"{say.message.type_name} is larger than {say.topic} accepts")
        partition = partition_of(say.key, topic.partitions)
        place: Key = (say.topic, partition)
        held.positions[place] = sequence = held.positions.get(place, 0) + 1
        number, held.next_number = held.next_number, held.next_number + 1
        index, said[cause.id] = said[cause.id], said[cause.id] + 1
        return Event(
            say.lane,
            number,
            say.topic,
            partition,
            sequence,
            topic.kind is TopicKind.PUBLIC,
            say.key,
            derived_id(cause.id, self.service.name, index),
            say.message.type_name,
            cause.time,
            cause.correlation or say.key,
            cause.id,
            self.service.policy,
            cause.traceparent,
            body,
            held.view.now,
        )

    def count_failures(self, items: Iterable[object], dead: Iterable[DeadLetter]) -> None:
        """Count unreadable foreign records in a row; too many pause their lane."""
        letters = {letter.record[:3] for letter in dead}
        records = [item.record for item in items if isinstance(item, Foreign)]
        records += [letter.record for letter in dead if letter.record[:3] in self.refused]
        for record in records:
            held = self.held[f"{record.topic}/{record.partition}"]
            place: Key = record[:2]
            held.failures[place] = held.failures.get(place, 0) + 1 if record[:3] in letters else 0
            if held.failures[place] >= TOO_MANY_UNREADABLE:
                held.failures[place] = 0
                held.pause(Alarm.UNREADABLE, f"{TOO_MANY_UNREADABLE} records of {record.topic} in a row")

    async def write(self, connection: Connection, taken: Taken) -> None:
        """Write events, dead letters, parked records, and what became of the lanes."""
        sifted, helds = taken.sifted, [self.held[name] for name in taken.lanes]
        if taken.events:
            await store.insert_events(connection, taken.events)
        now = max(held.view.now for held in helds)
        if taken.dead:
            await store.insert_dead_letters(connection, taken.dead, now)
        if sifted.parked:
            await store.park(connection, sifted.parked, now)
        await store.close_turn(
            connection,
            [(h.view.name, h.view.now, h.next_number, h.published, h.view.counters, h.paused) for h in helds],
            [
                (*place, held.offsets[place], held.failures.get(place, 0))
                for held in helds
                for place in held.offsets.keys() & sifted.touched
            ],
            [
                (*source, held.view.name, last.sequence, last.id, last.mending)
                for held in helds
                for source, last in held.heard.items()
                if source in sifted.sources
            ],
            [
                (*place, last)
                for place, last in {(e.lane, e.topic, e.partition): e.sequence for e in taken.events}.items()
            ],
        )
