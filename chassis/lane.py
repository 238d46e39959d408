"""The state of a lane between two transactions, and how its records are classified: pure, apart from that state."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from pydantic import ValidationError

from chassis.failures import faults
from chassis.service import DeadLetter, Foreign, Heard, Instant, Lane, Record, Refused
from chassis.store import TopicPartition
from schemas.envelope import Envelope, EnvelopeError, decode
from schemas.message import Message
from schemas.registry import model_of
from schemas.text import mended

TOO_MANY_UNREADABLE: Final = 100
"""So many unreadable records in a row pause the party that sends them."""
BEHIND: Final = "behind"
"""The reason of a record that can be read but waits behind one that cannot."""


_LONGEST_KEY: Final = 512
"""So many bytes of a key tell tickets apart, even where it is none of ours: an index takes no more."""


class Alarm(StrEnum):
    """What must never happen; each stops the lane until a person has looked."""

    GAP = "gap"
    CONFLICT = "conflict"
    OTHER_LOG = "other_log"
    UNREADABLE = "unreadable"


@dataclass(slots=True)
class LastHeard:
    """What was heard last from a source."""

    sequence: int = 0
    id: str = ""
    mending: bool = False


@dataclass(slots=True)
class LaneState:
    """A lane as its worker knows it: thrown away whenever a transaction fails or another worker wrote."""

    lane: Lane
    turn: int
    next_number: int
    published: int
    offsets: dict[TopicPartition, int] = field(default_factory=dict)
    failures: dict[TopicPartition, int] = field(default_factory=dict)
    heard: dict[tuple[str, int, str], LastHeard] = field(default_factory=dict)
    positions: dict[TopicPartition, int] = field(default_factory=dict)
    parked: set[str] = field(default_factory=set)
    next_due: Instant | None = None
    paused: str | None = None
    alarm: Alarm | None = None

    def copied(self) -> LaneState:
        """The same, to come back to; nothing is cached in it."""
        lane = Lane(self.lane.name, self.lane.now, dict(self.lane.counters), self.lane.horizon)
        return replace(
            self,
            lane=lane,
            offsets=dict(self.offsets),
            failures=dict(self.failures),
            heard={source: replace(last) for source, last in self.heard.items()},
            positions=dict(self.positions),
            parked=set(self.parked),
        )

    def pause(self, alarm: Alarm, words: str) -> None:
        """Let the lane stand still from here on; the first reason stays."""
        if self.paused is None:
            self.alarm, self.paused = alarm, f"{alarm}: {words}"


@dataclass(slots=True)
class Classified:
    """A batch sorted by what becomes of each record, and what sorting it changed."""

    items: list[Heard | Foreign] = field(default_factory=list)
    parked: list[tuple[str, DeadLetter]] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    repeats: list[Record] = field(default_factory=list)
    passed: list[Record] = field(default_factory=list)
    touched: set[TopicPartition] = field(default_factory=set)
    sources: set[tuple[str, int, str]] = field(default_factory=set)


def lane_of(tp: TopicPartition, foreign: bool) -> str:  # noqa: FBT001 - a fact about the topic
    """Name the lane of an input: internal ones share the partition's, each foreign one has its own."""
    topic, partition = tp
    return f"{topic}/{partition}" if foreign else str(partition)


def merged(records: Iterable[Sequence[Record]]) -> Iterable[Record]:
    """Bring the records of several partitions into the order of their append times; each partition keeps its own."""
    return heapq.merge(*records, key=lambda record: record.timestamp)


def classify(
    state: LaneState,
    records: Iterable[Record],
    foreign: frozenset[str],
    refused: Mapping[tuple[str, int, int], Refused],
    classified: Classified,
    hears: frozenset[str] | None = None,
) -> None:
    """Sort a lane's records, in order: drop repeats, park what cannot be read, stop the lane at what must not be.

    Of our own records those of `hears` are read, all by default; other known types pass by unread.
    """
    for record in records:
        tp = record[:2]
        if record.offset < state.offsets[tp]:
            classified.repeats.append(record)
            continue
        if state.paused is not None:
            return
        refusal = refused.get(record[:3])
        if record.topic in foreign:
            _foreign(state, record, refusal, classified)
        elif not _own(state, record, refusal, classified, hears):
            return
        state.offsets[tp] = record.offset + 1
        classified.touched.add(tp)


def _foreign(state: LaneState, record: Record, refusal: Refused | None, classified: Classified) -> None:
    if refusal is not None:
        classified.dead.append(DeadLetter(state.lane.name, record, refusal.reason, refusal.detail))
    else:
        classified.items.append(Foreign(state.lane.name, record))


def _own(
    state: LaneState,
    record: Record,
    refusal: Refused | None,
    classified: Classified,
    hears: frozenset[str] | None,
) -> bool:
    lane = state.lane.name
    try:
        envelope, body = decode(record.headers, record.value)
        if envelope.sequence < 1:
            raise EnvelopeError("ce_sequence", "a whole number from 1")  # noqa: TRY301 - read like the others
    except EnvelopeError as error:
        _park(state, DeadLetter(lane, record, "envelope", str(error)), classified)
        return True
    verdict = listen(state, record, envelope, classified)
    if verdict is not None:
        return verdict
    if hears is not None and envelope.type not in hears and model_of(envelope.type) is not None:
        classified.passed.append(record)
        return True
    if refusal is not None:
        _park(state, DeadLetter(lane, record, refusal.reason, refusal.detail), classified)
        return True
    try:
        message = read(envelope, body)
    except Refused as error:
        _park(state, DeadLetter(lane, record, error.reason, error.detail), classified)
        return True
    if state.parked and _key(record) in state.parked:
        _park(state, DeadLetter(lane, record, BEHIND, "waits behind a record that could not be read"), classified)
    else:
        classified.items.append(Heard(lane, record, envelope, message))
    return True


def _key(record: Record) -> str:
    return mended((record.key or b"")[:_LONGEST_KEY].decode(errors="replace"))


def _park(state: LaneState, letter: DeadLetter, classified: Classified) -> None:
    key = _key(letter.record)
    state.parked.add(key)
    classified.parked.append((key, letter))


def listen(state: LaneState, record: Record, envelope: Envelope, classified: Classified) -> bool | None:
    """Judge a record by its source's sequence: None to hear it, True to drop it, False to stop the lane before it."""
    source = (record.topic, record.partition, envelope.source)
    last = state.heard.setdefault(source, LastHeard())
    if envelope.sequence == last.sequence + 1:
        last.sequence, last.id, last.mending = envelope.sequence, envelope.id, False
        classified.sources.add(source)
        return None
    where = f"{record.topic}/{record.partition}@{record.offset} from {envelope.source}"
    if envelope.sequence > last.sequence:
        if last.mending:
            classified.repeats.append(record)
            return True
        state.pause(Alarm.GAP, f"{where}: {envelope.sequence} came where {last.sequence + 1} was due")
        return False
    if envelope.sequence == last.sequence and envelope.id != last.id:
        state.pause(Alarm.CONFLICT, f"{where}: {envelope.sequence} came again with another id")
        return False
    classified.repeats.append(record)
    return True


def read(envelope: Envelope, body: bytes) -> Message:
    """Read the business JSON of an internal record; Refused tells what is wrong, unquoted."""
    model = model_of(envelope.type)
    if model is None:
        raise Refused("type", f"{envelope.type} is not known to this version")
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise Refused("body", f"{envelope.type}: {faults(error)}") from None
