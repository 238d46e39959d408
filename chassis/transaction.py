"""The lane transaction: everything that waits, over all open lanes, decided and written under their locks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from chassis import crash_points, store
from chassis.clock import Clock
from chassis.contacts import Putting, handles_in, veiled
from chassis.crash_points import CrashPoint
from chassis.failures import Fenced
from chassis.lane import TOO_MANY_UNREADABLE, Alarm, Classified, LaneState, classify, lane_of, merged, read
from chassis.portions import Stretch
from chassis.published_tail import PublishedTail, Recorded
from chassis.service import (
    MOST_AT_ONCE,
    Connection,
    DeadLetter,
    Fact,
    Foreign,
    Heard,
    Instant,
    Outcome,
    Record,
    Refused,
    Say,
    Service,
    Transaction,
)
from chassis.store import Event, TopicPartition
from chassis.timers import BEFORE
from schemas.envelope import EnvelopeError, decode, derived_id, partition_of
from schemas.registry import Topic, TopicKind
from sealing.records import RecordSeal

_HEADROOM: Final = 4096
"""Bytes that headers and framing may take of what the broker accepts."""


@dataclass(slots=True)
class TransactionResult:
    """What one transaction did: known to be true only after it was committed."""

    classified: Classified
    outcome: Outcome
    events: list[Event] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)
    lanes: list[str] = field(default_factory=list)

    @property
    def dead(self) -> list[DeadLetter]:
        return [*self.classified.dead, *self.outcome.dead_letters]


class Transactions:
    """Runs transactions of the open lanes; a failed one leaves the states of its lanes untrustworthy."""

    def __init__(self, service: Service, clock: Clock, seal: RecordSeal) -> None:
        """Begins with no lane: their states enter `states` when they are opened."""
        self.service = service
        self.clock = clock
        self.seal = seal
        self.states: dict[str, LaneState] = {}
        self.refused: dict[tuple[str, int, int], Refused] = {}
        self.tail: PublishedTail | None = None
        self.topics: Mapping[str, Topic] = {topic.name: topic for topic in service.topics}
        self.limits = {topic.name: int(topic.config["max.message.bytes"]) - _HEADROOM for topic in service.topics}
        hears = service.hears
        types = None if hears is None else frozenset(message.type_name for message in hears)
        self.hears = types
        self.foreign = frozenset(name for name in service.inputs if self.topics[name].kind is not TopicKind.INTERNAL)

    async def run(
        self,
        connection: Connection,
        records: Mapping[str, Sequence[Sequence[Record]]],
        horizons: Mapping[str, Instant],
        at_once: int,
    ) -> TransactionResult:
        """Process the records of each lane, by partition, and the timers of lanes with a horizon, and commit.

        Of what no record brings, at most `at_once`. Raises Fenced when another worker wrote in between.
        """
        names = sorted({*records, *horizons})
        async with connection.transaction():
            await self.lock(connection, names, horizons)
            classified, stretch = Classified(), Stretch()
            for name in names:
                await stretch.pause()
                classify(
                    self.states[name],
                    merged(records.get(name, ())),
                    self.foreign,
                    self.refused,
                    classified,
                    self.hears,
                )
            result = await self._decide(connection, names, classified, at_once if classified.items or horizons else 0)
            crash_points.here(CrashPoint.DECIDED)
        for letter in (*result.dead, *(letter for _, letter in classified.parked)):
            self.refused.pop(letter.record[:3], None)
        for name in names:
            self.states[name].turn += 1
        return result

    async def recall(self, connection: Connection, facts: Sequence[Fact]) -> TransactionResult:
        """Take facts of ours from where they stand; the published tail says which messages they are."""
        recall, names = self.service.recall, sorted({fact.lane for fact in facts})
        assert recall is not None  # noqa: S101 - whoever calls has asked
        async with connection.transaction():
            await self.lock(connection, names, {})
            outcome = await recall.work(self._transaction(connection, names, MOST_AT_ONCE), facts)
            result = await self._written(connection, names, Classified(), outcome)
        for name in names:
            self.states[name].turn += 1
        return result

    def moments(self, records: Iterable[Record]) -> dict[str, Instant]:
        """Up to when timers fire before the last of some records in each lane, where any may be due by then."""
        lasts = {lane_of(record[:2], foreign=False): record for record in records if record.topic not in self.foreign}
        found: dict[str, Instant] = {}
        for name, record in lasts.items():
            state = self.states.get(name)
            if state is None or state.next_due is None:
                continue
            try:
                moment = decode(record.headers, record.value)[0].time - BEFORE
            except EnvelopeError:
                continue
            if state.next_due <= moment:
                found[name] = moment
        return found

    async def replay(self, connection: Connection, name: str) -> TransactionResult:
        """Hear the parked records of a lane again, key by key, up to the first of each that still cannot be read."""
        async with connection.transaction():
            await self.lock(connection, [name], {})
            state, classified = self.states[name], Classified()
            done, stuck = [], set[str]()
            for row in await store.records_to_replay(connection, name):
                record, key = store.record_of(row, self.seal), row["parked_key"]
                try:
                    if key not in stuck:
                        envelope, body = decode(record.headers, record.value)
                        classified.items.append(Heard(name, record, envelope, read(envelope, body)))
                        done.append(record)
                except (EnvelopeError, Refused):
                    stuck.add(key)
            result = await self._decide(connection, [name], classified, MOST_AT_ONCE if done else 0)
            await store.unpark(connection, done)
            await store.end_replay(connection, name)
            state.parked = {row["parked_key"] for row in await store.load_parked_keys(connection, [name])}
        state.turn += 1
        return result

    async def _decide(
        self, connection: Connection, names: Sequence[str], classified: Classified, at_once: int
    ) -> TransactionResult:
        transaction = self._transaction(connection, names, at_once)
        outcome = await self.service.work(transaction, classified.items) if at_once else Outcome()
        return await self._written(connection, names, classified, outcome)

    def _transaction(self, connection: Connection, names: Sequence[str], at_once: int) -> Transaction:
        lanes = {name: self.states[name].lane for name in names}
        return Transaction(connection, lanes, self.seal, at_once, self.service.contacts, self.tail)

    async def _written(
        self, connection: Connection, names: Sequence[str], classified: Classified, outcome: Outcome
    ) -> TransactionResult:
        result = TransactionResult(classified, outcome, lanes=list(names))
        putting = self._putting()
        result.events = self.number(outcome.says, result.said, putting)
        if putting is not None:
            await putting.write(connection)
        self.count_failures(classified.items, result.dead)
        await self.write(connection, result)
        return result

    async def lock(self, connection: Connection, names: Sequence[str], horizons: Mapping[str, Instant]) -> None:
        """Lock the lanes, in order, and make sure that each is as we left it."""
        rows = await store.lock_lanes(connection, names)
        now = self.clock.now()
        for row in rows:
            state = self.states[row["name"]]
            if row["turn"] != state.turn:
                raise Fenced(row["name"])
            state.lane.now = max(state.lane.now, now)
            state.lane.horizon = horizons.get(row["name"])

    def _putting(self) -> Putting | None:
        vault, naming = self.service.contacts, self.service.naming
        return None if vault is None or naming is None else Putting(vault, naming)

    def number(self, says: Iterable[Say], said: Counter[str], putting: Putting | None = None) -> list[Event]:
        """Give each message its id, its number in the lane and its position on its topic; put down its contacts."""
        if self.tail is not None:
            return self._number_again(says, self.tail, putting)
        return [self._event(say, said, putting) for say in says]

    def _number_again(self, says: Iterable[Say], published: PublishedTail, putting: Putting | None) -> list[Event]:
        """Of what follows once more: what stands on its topic, under its number; what never got there is kept apart.

        What is not there although later messages of its place are was not said then, and is not said now.
        """
        found = []
        for say in says:
            recorded = published.take(say)
            if recorded is not None:
                found.append(self._recorded(say, recorded, putting))
                published.note(found[-1])
            elif not published.left[say.lane, say.topic, partition_of(say.key, self._topic(say).partitions)]:
                while derived_id(say.cause.id, self.service.name, published.said[say.cause.id]) in published.ids:
                    published.said[say.cause.id] += 1
                published.fresh.append(self._event(say, published.said, putting))
                self.states[say.lane].next_number -= 1
        return found

    def _recorded(self, say: Say, recorded: Recorded, putting: Putting | None) -> Event:
        """A message that stands on its topic; outsiders read contacts opened there, which are kept sealed here."""
        outward = self._topic(say).kind is TopicKind.PUBLIC
        context = putting and (putting.of(say.key) if outward else putting.again(say.key, handles_in(recorded.body)))
        written = say.message.model_dump_json(exclude_none=True, context=context)
        return self.as_recorded(recorded, veiled(written, say.veil) if outward else recorded.body)

    def as_recorded(self, recorded: Recorded, body: str) -> Event:
        """The row of a message that stands on its topic."""
        state, envelope = self.states[recorded.lane], recorded.envelope
        number, state.next_number = state.next_number, state.next_number + 1
        return Event(
            recorded.lane,
            number,
            recorded.topic,
            recorded.partition,
            envelope.sequence,
            self.topics[recorded.topic].kind is TopicKind.PUBLIC,
            envelope.subject,
            envelope.id,
            envelope.type,
            envelope.time,
            envelope.correlation,
            envelope.causation,
            envelope.policy,
            envelope.traceparent,
            body,
            state.lane.now,
        )

    def _topic(self, say: Say) -> Topic:
        topic = self.topics.get(say.topic)
        if topic is None or topic.kind in (TopicKind.INBOUND, TopicKind.DEAD_LETTER):
            raise Refused("unpublishable", f"{say.topic} is no topic that a service may write")
        return topic

    def _event(self, say: Say, said: Counter[str], putting: Putting | None) -> Event:
        topic = self._topic(say)
        state, cause = self.states[say.lane], say.cause
        written = say.message.model_dump_json(exclude_none=True, context=putting and putting.of(say.key))
        body = veiled(written, say.veil)
        limit = self.limits[say.topic]
        if len(body) > limit // 4 and len(body.encode()) > limit:
            raise Refused("unpublishable", f"{say.message.type_name} is larger than {say.topic} accepts")
        partition = partition_of(say.key, topic.partitions)
        tp: TopicPartition = (say.topic, partition)
        state.positions[tp] = sequence = state.positions.get(tp, 0) + 1
        number, state.next_number = state.next_number, state.next_number + 1
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
            state.lane.now,
        )

    def count_failures(self, items: Iterable[object], dead: Iterable[DeadLetter]) -> None:
        """Count unreadable foreign records in a row; too many pause their lane."""
        letters = {letter.record[:3] for letter in dead}
        records = [item.record for item in items if isinstance(item, Foreign)]
        records += [letter.record for letter in dead if letter.record[:3] in self.refused]
        for record in records:
            state = self.states[f"{record.topic}/{record.partition}"]
            tp: TopicPartition = record[:2]
            state.failures[tp] = state.failures.get(tp, 0) + 1 if record[:3] in letters else 0
            if state.failures[tp] >= TOO_MANY_UNREADABLE:
                state.failures[tp] = 0
                state.pause(Alarm.UNREADABLE, f"{TOO_MANY_UNREADABLE} records of {record.topic} in a row")

    async def write(self, connection: Connection, result: TransactionResult) -> None:
        """Write events, dead letters, parked records, and what became of the lanes."""
        classified, states = result.classified, [self.states[name] for name in result.lanes]
        if result.events:
            await store.insert_events(connection, result.events)
        now = max(state.lane.now for state in states)
        if result.dead:
            await store.insert_dead_letters(connection, result.dead, now, self.seal)
        if classified.parked:
            await store.park(connection, classified.parked, now, self.seal)
        await store.update_lanes(
            connection,
            [(s.lane.name, s.lane.now, s.next_number, s.published, s.lane.counters, s.paused) for s in states],
            [
                (*tp, state.offsets[tp], state.failures.get(tp, 0))
                for state in states
                for tp in state.offsets.keys() & classified.touched
            ],
            [
                (*source, state.lane.name, last.sequence, last.id, last.mending)
                for state in states
                for source, last in state.heard.items()
                if source in classified.sources
            ],
            [(*tp, last) for tp, last in {(e.lane, e.topic, e.partition): e.sequence for e in result.events}.items()],
        )
