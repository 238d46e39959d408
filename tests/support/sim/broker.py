"""Kafka as the chassis relies on it: partitions that only grow, producers, a group with a session time, fetches.

Nothing more is promised than Kafka promises: an acknowledgement may be lost, what a dead process sent may still
arrive, a fetch is cut anywhere, and a member that stood still learns late that its lanes are another's.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from aiokafka.errors import KafkaConnectionError, RequestTimedOutError

from chassis.executor import SESSION_SECONDS
from chassis.load import LogInfo
from chassis.publish import Wire
from chassis.service import Record
from chassis.sharing import Shared, shared_out
from chassis.store import TopicPartition
from tests.support.sim.loop import World

START: Final = datetime(2026, 9, 14, 4, tzinfo=UTC)
HEARTBEAT_SECONDS: Final = 3.0
REBALANCE_SECONDS: Final = 30.0
_CUT: Final = 5
"""A fetch brings at most so many records of a partition: a schedule is small."""


class Broker:
    """The log of one cluster."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.records: defaultdict[TopicPartition, list[Record]] = defaultdict(list)
        self.away_until = 0.0
        self.loses_acknowledgements = False
        self.forgets = False
        self.slow_until = 0.0
        """Until then what is sent arrives late, whatever became of who sent it."""
        self.tell: Callable[[str, str], None] = lambda _who, _what: None
        self._news: list[asyncio.Future[None]] = []

    def end(self, tp: TopicPartition) -> int:
        return len(self.records[tp])

    def append(self, wires: Sequence[Wire]) -> None:
        for wire in wires:
            log = self.records[wire.topic, wire.partition]
            at = START + timedelta(seconds=self.world.now)
            log.append(Record(wire.topic, wire.partition, len(log), wire.key, wire.value, tuple(wire.headers), at))
        first = wires[0]
        self.tell("broker", f"{first.topic}/{first.partition} grows to {self.end(first[:2])} by {len(wires)}")
        news, self._news = self._news, []
        for each in news:
            if not each.done():
                each.set_result(None)

    async def news(self) -> None:
        """Return when something was appended, or after some seconds."""
        waits: asyncio.Future[None] = self.world.create_future()
        self._news.append(waits)
        self.world.outside(_set, waits, after=5.0)
        await waits

    async def reach(self) -> None:
        """Return when the broker answers; KafkaConnectionError while it is away."""
        answer: asyncio.Future[None] = self.world.create_future()
        self.world.outside(_set, answer)
        await answer
        if self.world.now < self.away_until:
            await asyncio.sleep(0.3)
            raise KafkaConnectionError("away")


class Producer:
    """Sends batches, one after the other for each partition; an error leaves a prefix of each."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def send(self, wires: Sequence[Wire]) -> None:
        places: defaultdict[TopicPartition, list[Wire]] = defaultdict(list)
        for wire in wires:
            places[wire.topic, wire.partition].append(wire)
        await asyncio.gather(*(self._send(some) for some in places.values()))

    async def _send(self, wires: Sequence[Wire]) -> None:
        world = self._broker.world
        cut = int(world.chance.random() * len(wires))
        for batch in filter(None, (wires[:cut], wires[cut:])):
            acknowledged: asyncio.Future[None] = world.create_future()
            late = world.chance.random() * 8.0 if world.now < self._broker.slow_until else 0.0
            world.outside(self._arrive, batch, acknowledged, after=late)
            if late:
                world.outside(_fail, acknowledged, RequestTimedOutError(), after=1.0)
            await acknowledged

    def _arrive(self, batch: Sequence[Wire], acknowledged: asyncio.Future[None]) -> None:
        broker = self._broker
        if broker.world.now < broker.away_until:
            _fail(acknowledged, KafkaConnectionError("away"))
            return
        if not broker.forgets:
            broker.append(batch)
        broker.forgets = False
        if broker.loses_acknowledgements:
            broker.loses_acknowledgements = False
            _fail(acknowledged, RequestTimedOutError())
        else:
            _set(acknowledged)

    def discard(self) -> None:
        """What is on its way may still arrive."""

    async def close(self) -> None:
        """As `discard`."""

    def take_reached(self) -> dict[TopicPartition, int]:
        return {}


class Group:
    """A consumer group: who is a member, whose the lanes are, and since when it counts."""

    def __init__(self, broker: Broker, lanes: Mapping[str, Sequence[TopicPartition]]) -> None:
        self.broker = broker
        self.generation = 0
        self.committed: dict[TopicPartition, int] = {}
        self._lanes = lanes
        self._heard_of: dict[str, float] = {}
        self._joined: dict[str, asyncio.Future[tuple[int, Sequence[TopicPartition]]]] = {}
        self._given: dict[str, str] = {}
        self._settling = False

    async def join(self, member: str) -> tuple[int, Sequence[TopicPartition]]:
        """Return the generation and the partitions of a member, once all have joined or are given up."""
        await self.broker.reach()
        world = self.broker.world
        joined: asyncio.Future[tuple[int, Sequence[TopicPartition]]] = world.create_future()
        self._heard_of[member], self._joined[member] = world.now, joined
        self._begin()
        world.outside(self._settle, self.generation + 1)
        return await joined

    def _begin(self) -> None:
        if not self._settling:
            self._settling = True
            self.broker.world.outside(self._settle, self.generation + 1, after=SESSION_SECONDS)
            self.broker.world.outside(self._settle, self.generation + 1, after=REBALANCE_SECONDS)

    def _settle(self, generation: int) -> None:
        """Share out the lanes once each member has joined anew; who was silent for too long is none."""
        if generation != self.generation + 1 or not self._joined:
            return
        now = self.broker.world.now
        dead = [
            each
            for each, heard in self._heard_of.items()
            if each not in self._joined and now - heard >= SESSION_SECONDS
        ]
        for each in dead:
            del self._heard_of[each]
        if set(self._heard_of) - set(self._joined):
            self.broker.world.outside(self._settle, generation, after=1.0)
            return
        self._share_out()

    def _share_out(self) -> None:
        self.generation += 1
        self._settling = False
        joined, self._joined = self._joined, {}
        takers = frozenset(joined)
        self._given = shared_out((Shared(lane, "", takers) for lane in self._lanes), self._given)
        for member, answer in joined.items():
            tps = [tp for lane, taker in self._given.items() if taker == member for tp in self._lanes[lane]]
            if not answer.done():
                answer.set_result((self.generation, tps))

    async def beat(self, member: str, generation: int) -> bool:
        """Whether the member still holds what it was given; it joins anew where it does not."""
        await self.broker.reach()
        now = self.broker.world.now
        for each, heard in list(self._heard_of.items()):
            if each != member and now - heard >= SESSION_SECONDS and each not in self._joined:
                self._begin()
        known = member in self._heard_of and now - self._heard_of[member] < SESSION_SECONDS
        if not known or self._settling or generation != self.generation:
            return False
        self._heard_of[member] = now
        return True

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await self.broker.reach()
        self.committed |= offsets

    def leave(self, member: str) -> None:
        """An orderly end."""
        self._heard_of.pop(member, None)
        self._joined.pop(member, None)
        self._begin()
        self.broker.world.outside(self._settle, self.generation + 1)


class Reader:
    """What the executor needs of the consumer, and fetches."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self._positions: dict[TopicPartition, int] = {}

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        await self.broker.reach()
        self._positions |= offsets

    async def log_info(self, tps: Iterable[TopicPartition]) -> LogInfo:
        asked = list(tps)
        await self.broker.reach()
        return LogInfo("cluster", {topic: f"id of {topic}" for topic, _ in asked}, await self.ends(asked))

    async def ask(self) -> None:
        await self.broker.reach()

    async def ends(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, int]:
        asked = list(tps)
        await self.broker.reach()
        return {tp: self.broker.end(tp) for tp in asked}

    async def behind(self, tps: Iterable[TopicPartition]) -> bool:
        ends = await self.ends(tps)
        return any(self._positions.get(tp, 0) < end for tp, end in ends.items())

    async def fetch(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, Sequence[Record]]:
        """Some of what stands at the positions; each cut anywhere."""
        await self.broker.reach()
        chance = self.broker.world.chance
        found: dict[TopicPartition, Sequence[Record]] = {}
        for tp in tps:
            position = self._positions.get(tp)
            if position is None or position >= self.broker.end(tp):
                continue
            some = 1 + int(chance.random() * _CUT)
            found[tp] = self.broker.records[tp][position : position + some]
        if not found:
            await self.broker.news()
        for tp, records in found.items():
            self._positions[tp] = records[-1].offset + 1
        return found


def lanes_of(tps: Iterable[TopicPartition], name: Callable[[TopicPartition], str]) -> dict[str, list[TopicPartition]]:
    """Sort partitions by lanes."""
    lanes: defaultdict[str, list[TopicPartition]] = defaultdict(list)
    for tp in tps:
        lanes[name(tp)].append(tp)
    return dict(lanes)


def _set(answer: asyncio.Future[None]) -> None:
    if not answer.done():
        answer.set_result(None)


def _fail(answer: asyncio.Future[None], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
