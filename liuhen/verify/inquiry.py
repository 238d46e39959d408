"""Reads a whole running system and holds it against every promise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from liuhen.addresses import Addresses
from liuhen.verify import checks, doors
from liuhen.verify.evidence import (
    Books,
    Counted,
    Listened,
    NextOffset,
    Written,
    committed_offsets,
    end_offsets,
    read_topics,
)
from liuhen.verify.findings import Finding, Verdict
from schemas.policy import load_policy
from schemas.registry import TICKETS, Topic, TopicKind, topics

SERVICES: Final = ("intake", "dispatch", "sla", "notify", "trace")


async def inquire(system: Addresses, counted: Counted) -> list[Verdict]:
    """Check every promise; the system should be at rest, or what is under way is reported as not yet heard."""
    known = topics(department.code for department in load_policy(system.policy).departments)
    inbound = [topic.name for topic in known if topic.kind is TopicKind.INBOUND]
    told = [topic.name for topic in known if topic.kind in (TopicKind.INTERNAL, TopicKind.PUBLIC)]
    async with _books(system) as books:
        written = [event for each in books for event in await each.written()]
        listened = [place for each in books for place in await each.listened()]
        offsets = [place for each in books for place in await each.next_offsets()]
        numbers, disorder = checks.numbers_of([r async for r in read_topics(system.kafka, told, counted)])
        arrivals = [record async for record in read_topics(system.kafka, inbound, counted)]
        facts = [record async for record in read_topics(system.kafka, [TICKETS], counted)]
        return [
            *_told(written, listened, numbers, disorder, known),
            *await _read(system, offsets, [*inbound, *told]),
            doors.everything_answered(arrivals, facts, await books[0].dead_places()),
            doors.one_ticket_each(facts),
            await _nothing_stands_still(books),
        ]


def _told(
    written: Sequence[Written],
    listened: Sequence[Listened],
    numbers: checks.Numbers,
    disorder: Sequence[Finding],
    known: Sequence[Topic],
) -> list[Verdict]:
    readers = {
        topic.name: [name for name in topic.readers if name in SERVICES]
        for topic in known
        if topic.kind is TopicKind.INTERNAL
    }
    return [
        checks.order_kept(numbers, disorder),
        checks.everything_published(written, numbers),
        checks.nothing_else_published(written, numbers, frozenset(SERVICES)),
        checks.everything_heard(listened, numbers, readers),
        checks.no_double_effect(written),
    ]


async def _read(system: Addresses, offsets: Sequence[NextOffset], names: Sequence[str]) -> list[Verdict]:
    ends = await end_offsets(system.kafka, names)
    places: Mapping[str, list[tuple[str, int]]] = defaultdict(list)
    for each in offsets:
        places[each.service].append((each.topic, each.partition))
    committed = {name: await committed_offsets(system.kafka, name, own) for name, own in places.items()}
    return [checks.offsets_behind(offsets, ends, committed), checks.everything_read(offsets, ends)]


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
