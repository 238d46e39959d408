"""Taking back what a service has said since the copy from which its database was restored.

All in one transaction, before the service hears anything: first its own tail is taken from its topics, states and all;
then it hears again what it had answered, in the order in which it came, without deciding anything. Either all of that
is in the database afterwards, or nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from chassis import store
from chassis.broker import Broker
from chassis.failures import Fenced, refusal_of, transient
from chassis.lane import Alarm, LaneState, lane_of
from chassis.load import LogInfo, identities, load_lanes
from chassis.misfit import RestoredError, UnrecoverableError
from chassis.published_tail import Place, PublishedTail, Recorded
from chassis.reading import record_of, refusal_of_unread
from chassis.service import Connection, Fact, Record, place_in_cause
from chassis.store import TopicPartition
from chassis.tail import Ranges, Tail, existing, outputs, reading, unknown_tail
from chassis.transaction import Transactions
from schemas.envelope import EnvelopeError, decode
from schemas.registry import TopicKind, model_of
from schemas.sealed import CONTACT_FIELDS, mask_of

_AT_ONCE: Final = 200
_ONE_AT_A_TIME: Final = 704_120_312
"""The lock under which a service is taken back; its other workers wait for it."""
_CONTACTS: Final = ("contact", "contacts")
"""The fields of messages under which contacts stand."""
_log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was taken back: so many messages of its own, so many records that were heard again, so many said anew."""

    taken: int
    heard: int
    fresh: int


async def recover(connection: Connection, broker: Broker, transactions: Transactions) -> Recovered | None:
    """Take back what the topics know and the database does not; None where there is no such thing.

    UnrecoverableError where it cannot be had whole; then nothing was changed.
    """
    service = transactions.service
    # It is long silent while it reads, and nobody else may have the lanes meanwhile.
    await connection.execute("set idle_in_transaction_session_timeout = 0")
    await connection.execute("select pg_advisory_lock($1, hashtext($2))", _ONE_AT_A_TIME, service.name)
    try:
        inputs, (tail, ends) = await _tail(connection, broker, transactions)
        if not tail:
            await store.save_reached(connection, ends)
            return None
        _log.warning("the database is older than what was said; taking it back", messages=len(tail))
        async with reading(broker, inputs) as ranges, connection.transaction():
            done = await _Recovery(connection, broker, transactions, ranges).run(tail)
        _log.warning("taken back", taken=done.taken, heard=done.heard, fresh=done.fresh)
        return done
    finally:
        transactions.states.clear()
        transactions.tail = None
        await connection.execute("select pg_advisory_unlock($1, hashtext($2))", _ONE_AT_A_TIME, service.name)


async def require_current(connection: Connection, broker: Broker, transactions: Transactions) -> None:
    """Raise RestoredError where the database is older than what the service has said."""
    _, (messages, _) = await _tail(connection, broker, transactions)
    if messages:
        raise RestoredError("数据库换成了较旧的备份：重新启动后，先从主题接回此后说过的话。")


async def _tail(
    connection: Connection, broker: Broker, transactions: Transactions
) -> tuple[list[TopicPartition], Tail]:
    """What the service hears, as far as it is there, and what it said beyond what its database knows."""
    service = transactions.service
    written = outputs(service.name, service.topics)
    there = await existing(broker, [*written, *(transactions.topics[name] for name in service.inputs)])
    inputs = [tp for tp in there if tp[0] in service.inputs]
    lanes = {lane_of(tp, tp[0] in transactions.foreign) for tp in inputs}
    names = {topic.name for topic in written}
    said = [tp for tp in there if tp[0] in names]
    compacted = [topic.name for topic in written if topic.compacted]
    return inputs, await unknown_tail(connection, broker, service.name, said, lanes, compacted)


class _Recovery:
    def __init__(self, connection: Connection, broker: Broker, transactions: Transactions, inputs: Ranges) -> None:
        self._connection = connection
        self._broker = broker
        self._transactions = transactions
        self._inputs = inputs
        self._heard = 0
        self._tail_said = PublishedTail()

    async def run(self, tail: Sequence[Recorded]) -> Recovered:
        recall = self._transactions.service.recall
        tail_said = PublishedTail.of(tail, recall and recall.topic)
        states = await self._load()
        self._transactions.states.update(states)
        self._transactions.tail = self._tail_said = tail_said
        _require_unmoved(tail, states, {topic.name for topic in self._transactions.service.topics if topic.compacted})
        for each in tail:
            states[each.lane].positions[each.topic, each.partition] = each.envelope.sequence
        if recall is not None:
            await self._take([each for each in tail if each.topic == recall.topic])
        await self._hear(await self._answered(tail_said))
        await self._end(tail_said)
        return Recovered(len(tail), self._heard, len(tail_said.fresh))

    async def _load(self) -> dict[str, LaneState]:
        """All lanes, locked; what they hear next must still be there."""
        inputs, foreign = self._inputs, self._transactions.foreign
        lanes: defaultdict[str, list[TopicPartition]] = defaultdict(list)
        for tp in inputs.ends:
            lanes[lane_of(tp, tp[0] in foreign)].append(tp)
        asked = sorted({topic for topic, _ in inputs.ends})
        cluster, ids = await asyncio.to_thread(identities, self._broker, asked)
        now = self._transactions.clock.now()

        async def known() -> LogInfo:
            return LogInfo(cluster, ids, inputs.ends)

        states = await load_lanes(self._connection, lanes, known, now)
        for state in states.values():
            if state.alarm is not None:
                raise UnrecoverableError(f"分区 {state.lane.name} 停着：{state.paused}")
            # What held it up when the copy was made, and still does, holds it up again.
            state.paused = None
            for tp, offset in state.offsets.items():
                if tp in inputs.begins and offset < inputs.begins[tp]:
                    topic, partition = tp
                    raise UnrecoverableError(
                        f"要从 {topic}/{partition} 的第 {offset} 条听起，主题上最早的是第 {inputs.begins[tp]} 条："
                        "其间的来件已不在主题上。请改用更新的备份。"
                    )
        return states

    async def _take(self, tail: Iterable[Recorded]) -> None:
        """Fold own facts, each ticket's one after the other: what one changes is written before the next is told."""
        facts: list[Fact] = []
        causes: dict[str, str] = {}
        for each in tail:
            key, cause = each.envelope.subject, each.envelope.causation
            if len(facts) >= _AT_ONCE or causes.get(key, cause) != cause:
                await self._transactions.recall(self._connection, facts)
                facts, causes = [], {}
            causes[key] = cause
            facts.append(_fact(each))
        if facts:
            await self._transactions.recall(self._connection, facts)

    async def _answered(self, tail_said: PublishedTail) -> dict[TopicPartition, int]:
        """By input, up to where it was answered: behind the last record from which something follows in the tail."""
        until = dict.fromkeys(self._inputs.ends, 0)
        places = {cause[at:] for cause in tail_said.facts if (at := cause.rfind("@")) >= 0}
        async for message in self._inputs.read(self._offsets(), self._inputs.ends):
            tp: TopicPartition = (message.topic, message.partition)
            if tp[0] in self._transactions.foreign:
                answered = place_in_cause(*tp, message.offset) in places
            else:
                answered = _id_of(message) in tail_said.facts
            if answered:
                until[tp] = message.offset + 1
        return until

    def _offsets(self) -> dict[TopicPartition, int]:
        return {tp: offset for state in self._transactions.states.values() for tp, offset in state.offsets.items()}

    async def _hear(self, until: Mapping[TopicPartition, int]) -> None:
        """Hear what was answered, in the order of append times over all lanes."""
        portion: list[Record] = []
        async for message in self._inputs.read(self._offsets(), until):
            if message.value is None and (refusal := refusal_of_unread(message)) is not None:
                self._transactions.refused[message.topic, message.partition, message.offset] = refusal
            record = record_of(message)
            if portion and (len(portion) >= _AT_ONCE or not self._beside(portion[-1], record)):
                await self._hear_portion(portion)
                portion = []
            portion.append(record)
        if portion:
            await self._hear_portion(portion)

    def _beside(self, before: Record, record: Record) -> bool:
        """Whether two records may be heard at once: where that decides again to know what was said, of one lane."""
        return self._transactions.service.recall is not None or self._lane(before) == self._lane(record)

    def _lane(self, record: Record) -> str:
        return lane_of(record[:2], record.topic in self._transactions.foreign)

    async def _hear_portion(self, records: Sequence[Record]) -> None:
        transactions = self._transactions
        lanes: defaultdict[str, dict[TopicPartition, list[Record]]] = defaultdict(dict)
        for record in records:
            lanes[self._lane(record)].setdefault(record[:2], []).append(record)
        batch = {name: list(inputs.values()) for name, inputs in lanes.items()}
        before, mark = {name: transactions.states[name].copied() for name in batch}, self._tail_said.mark()
        try:
            await transactions.run(self._connection, batch, {}, len(records))
        except Exception as error:
            if transient(error):
                raise
            transactions.states.update(before)
            self._tail_said.undo(mark)
            await self._narrow_down(records, error)
            return
        for state in (transactions.states[name] for name in batch):
            if state.paused is not None and state.alarm is not Alarm.UNREADABLE:
                raise UnrecoverableError(f"分区 {state.lane.name} 停在 {state.paused}")
            state.paused = state.alarm = None
        self._heard += len(records)

    async def _narrow_down(self, records: Sequence[Record], error: Exception) -> None:
        """One record fails by what it holds, as it did when it came: it is put aside, and all others are heard."""
        if len(records) > 1:
            for half in (records[: len(records) // 2], records[len(records) // 2 :]):
                await self._hear_portion(half)
            return
        refusal = refusal_of(error)
        if refusal is None or records[0][:3] in self._transactions.refused:
            raise error
        self._transactions.refused[records[0][:3]] = refusal
        await self._hear_portion(records)

    async def _end(self, tail_said: PublishedTail) -> None:
        """Write what did not follow again, number what was never published, and say how far all is published."""
        transactions, connection = self._transactions, self._connection
        rest = [transactions.as_recorded(each, self._kept(each)) for each in tail_said.rest()]
        for event in rest:
            tail_said.note(event)
        published = {name: state.next_number - 1 for name, state in transactions.states.items()}
        fresh = []
        for event in tail_said.fresh:
            state = transactions.states[event.lane]
            fresh.append(event._replace(number=state.next_number))
            state.next_number += 1
        if rest or fresh:
            await store.insert_events(connection, [*rest, *fresh])
        states = transactions.states.values()
        for state in states:
            state.published = max(state.published, tail_said.last.get(state.lane.name, 0))
        await store.update_lanes(
            connection,
            [(s.lane.name, s.lane.now, s.next_number, s.published, s.lane.counters, s.paused) for s in states],
            (),
            (),
            [(s.lane.name, *tp, sequence) for s in states for tp, sequence in s.positions.items()],
        )
        outlets = {(lane, topic): published[lane] for lane, topic in tail_said.outlets}
        if outlets:
            await store.save_outbox_positions(connection, outlets)

    def _kept(self, recorded: Recorded) -> str:
        """The body of a message as a row may keep it: outsiders read contacts in it, which no row holds."""
        if self._transactions.topics[recorded.topic].kind is not TopicKind.PUBLIC:
            return recorded.body
        return json.dumps(masked(json.loads(recorded.body)), ensure_ascii=False, separators=(",", ":"))


def masked(document: Any) -> Any:
    """A document with its contacts as masks."""
    match document:
        case list():
            return [masked(each) for each in document]
        case dict():
            return {name: _mask(said) if name in _CONTACTS else masked(said) for name, said in document.items()}
        case _:
            return document


def _mask(contact: Any) -> Any:
    if isinstance(contact, list):
        return [_mask(each) for each in contact]
    if not isinstance(contact, dict):
        return contact
    return {name: mask_of(name, said) if name in CONTACT_FIELDS else said for name, said in contact.items()}


def _require_unmoved(tail: Iterable[Recorded], states: Mapping[str, LaneState], compacted: set[str]) -> None:
    """Somebody who has recorded more meanwhile is no restored database, but another worker."""
    seen = set[Place]()
    for each in tail:
        if each.place not in seen:
            seen.add(each.place)
            known = states[each.lane].positions.get((each.topic, each.partition), 0)
            if known >= each.envelope.sequence or (each.topic not in compacted and known + 1 != each.envelope.sequence):
                raise Fenced(each.lane)


def _fact(recorded: Recorded) -> Fact:
    model = model_of(recorded.envelope.type)
    if model is None:
        raise UnrecoverableError(
            f"{recorded.topic}/{recorded.partition} 上的 {recorded.envelope.type} 是更新的版本写的：请用那个版本接回。"
        )
    return Fact(recorded.lane, recorded.envelope.subject, model.model_validate_json(recorded.body), recorded.cause)


def _id_of(message: Any) -> str:
    try:
        return decode(message.headers, message.value)[0].id
    except EnvelopeError:
        return ""
