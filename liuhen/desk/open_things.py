"""What is open on a public topic of states, read on from where the last reading ended.

A topic of states keeps the newest message of each thing for 400 days, and a queue shows only what is open of it. So the
first reading goes through the whole topic; what it finds open is kept in the instance's folder together with the place
that was reached, and the next one goes on from there. What is kept is given up, and all read again, as soon as the
topic is not the one that it was read from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, NamedTuple, TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from chassis.broker import Broker
from liuhen.desk.queue import PublishedMessage
from schemas.message import Message
from schemas.public import CallbackRequest, DeskTask, Order, ReceiptGiven, ReceiptRefused
from schemas.values import CARRIED_ON, ENDED
from tools.client.kafka import listener, read
from tools.layout import home_of
from tools.local.settings import load_settings

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"

_FORM: Final = 1
"""Of the file; one of another form is not read."""
_AT_REST: Final = ENDED | CARRIED_ON


class Thing(NamedTuple):
    """The newest message of a thing, as it lies on the topic."""

    partition: int
    offset: int
    headers: tuple[tuple[str, str], ...]
    value: str

    def message(self, topic: str) -> PublishedMessage | None:
        """Read it; None of a type that this version does not know."""
        headers = [(name, value.encode()) for name, value in self.headers]
        news = read(topic, headers, self.value.encode())
        return PublishedMessage(news.envelope.time, news.message) if news else None


class ReadUpTo(NamedTuple):
    """How far a partition was read: the offset of the last record, and its event's id."""

    offset: int
    id: str


@dataclass
class Reading:
    """What was read of a topic so far: how far, the newest of each source, and each thing that is open."""

    places: dict[int, ReadUpTo] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """Read one record more; what was repeated, or is no event, changes nothing but the place."""
        headers = tuple((name, (value or b"").decode()) for name, value in record.headers)
        named = dict(headers)
        self.places[record.partition] = ReadUpTo(record.offset, named.get("ce_id", ""))
        source = f"{record.partition} {named.get('ce_source', '')}"
        sequence = int(named.get("ce_sequence", "0"))
        if sequence <= self.newest.get(source, 0) or record.value is None:
            return
        self.newest[source] = sequence
        key = f"{record.partition} {named.get('ce_type', '')} {(record.key or b'').decode()}"
        self.things.pop(key, None)
        self.things[key] = Thing(record.partition, record.offset, headers, record.value.decode())

    def open(self, topic: str, begins: Mapping[int, int]) -> list[PublishedMessage]:
        """Keep what is open and still stands on the topic, and tell that, in the order in which it was last told."""
        found: dict[str, PublishedMessage] = {}
        for key, thing in self.things.items():
            still_there = thing.message(topic) if thing.offset >= begins.get(thing.partition, 0) else None
            if still_there is not None and not over(still_there.message):
                found[key] = still_there
        self.things = {key: self.things[key] for key in found}
        return list(found.values())


def over(message: Message) -> bool:
    """Whether nobody waits any more for what a message is about."""
    match message:
        case DeskTask():
            return not message.open
        case CallbackRequest():
            return message.happened == "cancelled"
        case Order():
            return message.role == "none" or (message.state in _AT_REST and not message.supervised)
        case ReceiptGiven() | ReceiptRefused():
            return True
        case _:
            return False


async def open_things(broker: Broker, topic: str, memory: Path | None = None) -> list[PublishedMessage]:
    """Read what is open on a topic of states, from where the last reading ended, as the file `memory` says."""
    file = memory or _memory_of(broker.address, topic)
    async with listener(broker, [topic]) as ears:
        here = sorted(ears.assignment(), key=lambda place: place.partition)
        begins = {place.partition: offset for place, offset in (await ears.beginning_offsets(here)).items()}
        reading = load(file)
        if not await _goes_on(ears, here, reading):
            reading = Reading()
            await ears.seek_to_beginning(*here)
            await _read_to_end(ears, here, reading)
        found = reading.open(topic, begins)
    save(file, reading)
    return found


async def _goes_on(ears: AIOKafkaConsumer, here: Iterable[TopicPartition], reading: Reading) -> bool:
    """Read on, where each partition still has the record that was read last of it."""
    if not reading.places:
        return False
    expected = dict(reading.places)
    for place in here:
        known = expected.get(place.partition)
        if known is not None:
            ears.seek(place, known.offset)
        else:
            await ears.seek_to_beginning(place)
    return await _read_to_end(ears, here, reading, expected)


async def _read_to_end(
    ears: AIOKafkaConsumer,
    here: Iterable[TopicPartition],
    reading: Reading,
    expected: Mapping[int, ReadUpTo] | None = None,
) -> bool:
    """Read what lies there now; false as soon as a partition does not begin with the record that is expected."""
    ends = await ears.end_offsets(list(here))
    unseen = dict(expected or {})
    if any(ends[place] <= unseen[place.partition].offset for place in here if place.partition in unseen):
        return False
    while [place for place, end in ends.items() if await ears.position(place) < end]:
        for place, records in (await ears.getmany(timeout_ms=200)).items():
            for record in records:
                known = unseen.pop(place.partition, None)
                if known is None:
                    reading.take(record)
                elif known != (record.offset, dict(record.headers).get("ce_id", b"").decode()):
                    return False
    return not unseen


# --- what is kept between two readings -------------------------------------------------------------------------------


def _memory_of(address: str, topic: str) -> Path:
    name = hashlib.sha256(f"{address} {topic}".encode()).hexdigest()[:16]
    return home_of(load_settings().instance) / "queues" / f"{name}.json"


def load(file: Path) -> Reading:
    """Read what was kept; nothing where that is none of ours."""
    try:
        kept = json.loads(file.read_text("utf-8"))
        if kept["form"] != _FORM:
            return Reading()
        things = {
            key: Thing(partition, offset, tuple((name, text) for name, text in headers), value)
            for key, (partition, offset, headers, value) in kept["things"].items()
        }
        places = {int(partition): ReadUpTo(*place) for partition, place in kept["places"].items()}
        return Reading(places, kept["newest"], things)
    except (OSError, ValueError, KeyError, TypeError):
        return Reading()


def save(file: Path, reading: Reading) -> None:
    """Keep it for the next time, for the eyes of this account alone; whoever may not write there reads all again."""
    kept = {"form": _FORM, "places": reading.places, "newest": reading.newest, "things": reading.things}
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A temporary file is its owner's alone; renamed, it is whole or not there.
        with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as written:
            json.dump(kept, written, ensure_ascii=False)
        Path(written.name).replace(file)
    except OSError:
        return
