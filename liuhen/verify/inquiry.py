"""Reads a whole running system and holds it against every promise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import asyncpg

from liuhen.addresses import Addresses
from liuhen.verify import checks, doors, lives
from liuhen.verify.evidence import (
    Books,
    Counted,
    Listened,
    Stood,
    Written,
    committed_offsets,
    end_offsets,
    read_topics,
)
from liuhen.verify.findings import Finding, Verdict
from schemas.policy import load_policy
from schemas.registry import TICKETS, Topic, TopicKind, topics

SERVICES: Final = ("intake", "dispatch", "sla", "notify", "trace")
_PATIENCE: Final = 60.0
_LOOK_AGAIN: Final = 0.2


async def inquire(system: Addresses, counted: Counted) -> list[Verdict]:
    """Check every promise of a running system; what is on its way is given time to arrive and is no finding.

    The order of reading matters: what was recorded before the topics were read must stand on them, and what stood on
    them must be recorded and heard afterwards.
    """
    known = topics(department.code for department in load_policy(system.policy).departments)
    inbound = [topic.name for topic in known if topic.kind is TopicKind.INBOUND]
    told = [topic.name for topic in known if topic.kind in (TopicKind.INTERNAL, TopicKind.PUBLIC)]
    async with _books(system) as books:
        before = [event for each in books for event in await each.written()]
        arrivals = [record async for record in read_topics(system.kafka, inbound, counted)]
        said = [record async for record in read_topics(system.kafka, told, counted)]
        reached = _ends(arrivals, said)
        await _caught_up(books, reached)
        after = [event for each in books for event in await each.written()]
        listened = [place for each in books for place in await each.listened()]
        facts = [record async for record in read_topics(system.kafka, [TICKETS], counted)]
        return [
            doors.everything_answered(arrivals, facts, await books[0].dead_places()),
            doors.one_ticket_each(facts),
            *_told(Recorded(before, after), said, listened, known),
            *await _read(system, books, reached),
            *await lives.checked(books, system),
            await _nothing_stands_still(books),
        ]


class Recorded(NamedTuple):
    """What was recorded before and after the topics were read."""

    before: Sequence[Written]
    after: Sequence[Written]


def _ends(*read: Sequence[Stood]) -> dict[tuple[str, int], int]:
    ends: dict[tuple[str, int], int] = {}
    for records in read:
        for record in records:
            ends[record.topic, record.partition] = record.offset + 1
    return ends


async def _caught_up(books: Sequence[Books], ends: Mapping[tuple[str, int], int]) -> None:
    until = asyncio.get_running_loop().time() + _PATIENCE
    while asyncio.get_running_loop().time() < until:
        offsets = [place for each in books for place in await each.next_offsets()]
        if all(each.offset >= ends.get((each.topic, each.partition), 0) for each in offsets):
            return
        await asyncio.sleep(_LOOK_AGAIN)


def _told(
    recorded: Recorded, said: Sequence[Stood], listened: Sequence[Listened], known: Sequence[Topic]
) -> list[Verdict]:
    numbers, disorder = checks.numbers_of(said)
    readers = {
        topic.name: [name for name in topic.readers if name in SERVICES]
        for topic in known
        if topic.kind is TopicKind.INTERNAL
    }
    return [
        checks.order_kept(numbers, disorder),
        checks.everything_published(recorded.before, numbers),
        checks.nothing_else_published(recorded.after, numbers, frozenset(SERVICES)),
        checks.everything_heard(listened, numbers, readers),
        checks.no_double_effect(recorded.after),
    ]


async def _read(system: Addresses, books: Sequence[Books], reached: Mapping[tuple[str, int], int]) -> list[Verdict]:
    places: dict[str, list[tuple[str, int]]] = {}
    for each in books:
        places[each.service] = [(place.topic, place.partition) for place in await each.next_offsets()]
    committed = {name: await committed_offsets(system.kafka, name, own) for name, own in places.items()}
    offsets = [place for each in books for place in await each.next_offsets()]
    ends = await end_offsets(system.kafka, sorted({topic for own in places.values() for topic, _ in own}))
    return [checks.offsets_behind(offsets, ends, committed), checks.everything_read(offsets, reached)]


async def _nothing_stands_still(books: Sequence[Books]) -> Verdict:
    findings = []
    for each in books:
        findings += [Finding(key, f"parked in {each.service}") for key in await each.parked_keys()]
        findings += [
            Finding(f"{each.service}/{lane}", f"stands still: {why}") for lane, why in await each.paused_lanes()
        ]
    return Verdict("没有停住的通道和工单 (nothing is parked or paused)", len(books), findings)


@asynccontextmanager
async def _books(system: Addresses) -> AsyncIterator[list[Books]]:
    opened: list[Books] = []
    connections: list[asyncpg.Connection[asyncpg.Record]] = []
    try:
        for service in SERVICES:
            connection = await asyncpg.connect(system.postgres_dsn(service))
            connections.append(connection)
            opened.append(Books(service, connection))
        yield opened
    finally:
        for connection in connections:
            await connection.close()
