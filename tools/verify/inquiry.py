"""Reads a whole running system and holds it against every promise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Final

import asyncpg

from chassis.clock import Clock
from rulebook import Policy, load_policy
from schemas.registry import TICKETS, Topic, TopicKind, topics
from tools.client.addresses import Addresses
from tools.client.log import Counted, TopicRecord, committed_offsets, end_offsets, read_topics, trimmed
from tools.local.plan import service_names
from tools.verify import checks, doors, folds
from tools.verify.books import Books, NextOffset
from tools.verify.findings import Finding, Verdict
from tools.verify.histories import Histories
from tools.verify.said import Said
from worktime import OfficeHours, Period, load_calendar

_PATIENCE: Final = 60.0
_LOOK_AGAIN: Final = 0.2


async def inquire(system: Addresses, counted: Counted) -> list[Verdict]:
    """Check every promise of a running system; what is on its way is given time to arrive and is no finding.

    The order of reading matters: what was recorded before the topics were read must stand on them, what stood on them
    must be recorded and heard afterwards, and what was recorded in between is left out of what spans services.
    """
    policy = load_policy(system.policy)
    known = topics(department.code for department in policy.departments)
    began = Clock.parse(system.clock).now()
    async with _books(system) as books:
        before = {lane: number for each in books.values() for lane, number in (await each.recorded_before()).items()}
        inbound = [topic.name for topic in known if topic.kind is TopicKind.INBOUND]
        arrivals = [record async for record in read_topics(system.kafka, inbound, counted)]
        said = await _said(system, known, counted)
        reached = {**_ends(arrivals), **said.ends}
        at_first = await _next_offsets(books.values())
        await _caught_up(list(books.values()), reached, began)
        facts = [record async for record in read_topics(system.kafka, [TICKETS], counted)]
        listened = [place for each in books.values() for place in await each.listened()]
        lived = await _lived(system, policy, books, said, began)
        return [
            doors.everything_answered(arrivals, facts, await books["intake"].dead_places()),
            doors.one_ticket_each(facts),
            checks.order_kept(said),
            checks.everything_heard(listened, said, _readers(known)),
            *await _recorded(books, said, before, lived),
            *await _read(system, list(books.values()), reached),
            await _nothing_stands_still(list(books.values()), at_first, reached),
        ]


async def _said(system: Addresses, known: Sequence[Topic], counted: Counted) -> Said:
    told = [topic.name for topic in known if topic.kind in (TopicKind.INTERNAL, TopicKind.PUBLIC)]
    said = Said(await trimmed(system.kafka, told))
    async for record in read_topics(system.kafka, told, counted):
        said.take(record)
    return said


async def _lived(
    system: Addresses, policy: Policy, books: Mapping[str, Books], said: Said, began: datetime
) -> Histories:
    """Read what services remember, then what trace noted; all of it after everybody had caught up with the topics."""
    periods = tuple(Period(opens=hours.opens, closes=hours.closes) for hours in policy.office.hours)
    lived = Histories(said, load_calendar(system.policy / "calendar"), OfficeHours(periods=periods))
    for service in folds.FOLDS:
        if service == "notify":
            lived.know_deliveries(await books[service].deliveries())
        lived.verdicts += await folds.checked(books[service], began, lived.visitor(service))
    traced = checks.Traced(said, [topic for topic, readers in _READ_BY_TRACE.items() if readers])
    async with books["trace"].at_one_moment():
        async for entry in books["trace"].noted():
            traced.take(entry)
        await lived.read_trace(books["trace"])
    lived.verdicts.append(traced.verdict())
    return lived


async def _recorded(
    books: Mapping[str, Books], said: Said, before: Mapping[tuple[str, str], int], lived: Histories
) -> list[Verdict]:
    """Read the event tables last: what they hold beyond the topics as they were read tells which tickets moved on."""
    recorded = checks.Recorded(said, before, service_names())
    for each in books.values():
        async for event in each.written():
            recorded.take(event)
    return [*recorded.verdicts(), *lived.judged(recorded.moved)]


def _readers(known: Sequence[Topic]) -> Mapping[str, Sequence[str]]:
    internal = [topic for topic in known if topic.kind is TopicKind.INTERNAL]
    return {topic.name: [name for name in topic.readers if name in service_names()] for topic in internal}


_READ_BY_TRACE: Final = {name: "trace" in readers for name, readers in _readers(topics(())).items()}


def _ends(records: Sequence[TopicRecord]) -> dict[tuple[str, int], int]:
    return {(record.topic, record.partition): record.offset + 1 for record in records}


async def _caught_up(books: Sequence[Books], ends: Mapping[tuple[str, int], int], began: datetime) -> None:
    until = asyncio.get_running_loop().time() + _PATIENCE
    while asyncio.get_running_loop().time() < until:
        offsets = await _next_offsets(books)
        read = all(each.offset >= ends.get((each.topic, each.partition), 0) for each in offsets)
        if read and not any([await each.overdue_timers(began) for each in books]):
            return
        await asyncio.sleep(_LOOK_AGAIN)


async def _read(system: Addresses, books: Sequence[Books], reached: Mapping[tuple[str, int], int]) -> list[Verdict]:
    places: dict[str, list[tuple[str, int]]] = {}
    for each in books:
        places[each.service] = [(place.topic, place.partition) for place in await each.next_offsets()]
    committed = {name: await committed_offsets(system.kafka, name, own) for name, own in places.items()}
    offsets = await _next_offsets(books)
    ends = await end_offsets(system.kafka, sorted({topic for own in places.values() for topic, _ in own}))
    return [checks.offsets_behind(offsets, ends, committed), checks.everything_read(offsets, reached)]


async def _next_offsets(books: Iterable[Books]) -> list[NextOffset]:
    return [place for each in books for place in await each.next_offsets()]


async def _nothing_stands_still(
    books: Sequence[Books], at_first: Sequence[NextOffset], reached: Mapping[tuple[str, int], int]
) -> Verdict:
    findings = checks.standing_services(at_first, await _next_offsets(books), reached)
    for each in books:
        findings += [Finding(key, f"parked in {each.service}") for key in await each.parked_keys()]
        findings += [
            Finding(f"{each.service}/{lane}", f"stands still: {why}") for lane, why in await each.paused_lanes()
        ]
    return Verdict("没有停住的服务、通道和工单 (nothing stands still)", len(books), findings)


@asynccontextmanager
async def _books(system: Addresses) -> AsyncIterator[dict[str, Books]]:
    async with AsyncExitStack() as stack:
        opened = {}
        for service in service_names():
            connection = await asyncpg.connect(system.postgres_dsn(service))
            stack.push_async_callback(connection.close)
            opened[service] = Books(service, connection)
        yield opened
