"""What each service still has before it: records of its inputs that it has not heard, events that are not out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import asyncpg
from aiokafka.errors import KafkaError

from chassis import store
from schemas.principals import OPERATORS
from tools.client.addresses import Addresses
from tools.client.log import end_offsets
from tools.local.plan import service_names

_WITHIN: Final = 5.0
_AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError)


class NextOffset(NamedTuple):
    """Where a service goes on in an input."""

    service: str
    topic: str
    partition: int
    offset: int


Ends = Mapping[tuple[str, int], int]
"""Where partitions end."""


async def next_offsets(service: str, connection: asyncpg.Connection[Any]) -> list[NextOffset]:
    """Where a service goes on in each input."""
    rows = await connection.fetch("select topic, partition, next_offset from input")
    return [NextOffset(service, *row) for row in rows]


def unread(each: NextOffset, ends: Ends) -> int:
    """How many records of one input wait for its service; none of a topic that is not there."""
    return max(ends.get((each.topic, each.partition), 0) - each.offset, 0)


def backlog_of(system: Addresses, service: str) -> int | None:
    """Count the records that wait for a service, whether it runs or not; None while broker or database are away."""
    try:
        return asyncio.run(asyncio.wait_for(_unread_of(system, service), _WITHIN))
    except _AWAY:
        return None


async def _unread_of(system: Addresses, service: str) -> int:
    places, _ = await _looked_at(system, service)
    ends = await _ends(system, places)
    return sum(unread(each, ends) for each in places)


async def inputs_end(system: Addresses) -> Ends:
    """Tell where all inputs of all services end now."""
    places = [place for service in service_names() for place in (await _looked_at(system, service))[0]]
    return await _ends(system, places)


async def waiting(system: Addresses, ends: Ends | None = None) -> int | None:
    """Count what waits in all services: records up to where inputs end, or to `ends`, and events that are not out.

    None while broker or database do not answer, or are too busy to.
    """
    try:
        async with asyncio.timeout(_WITHIN * len(service_names())):
            looked = [await _looked_at(system, service) for service in service_names()]
            places = [place for found, _ in looked for place in found]
            known = await _ends(system, places) if ends is None else ends
    except _AWAY:
        return None
    return sum(unread(each, known) for each in places) + sum(unpublished for _, unpublished in looked)


async def _looked_at(system: Addresses, service: str) -> tuple[list[NextOffset], int]:
    """Where a service goes on, and how many recorded events are not out (a topic for outsiders counts as one)."""
    connection = await asyncpg.connect(system.postgres_dsn(service))
    try:
        lanes = await connection.fetch("select name, next_number - 1 - published as inside from lane")
        outside = await store.outward_topics(connection, [row["name"] for row in lanes])
        return await next_offsets(service, connection), sum(row["inside"] for row in lanes) + len(outside)
    finally:
        await connection.close()


async def _ends(system: Addresses, places: Sequence[NextOffset]) -> Ends:
    return await end_offsets(system.broker(OPERATORS), sorted({each.topic for each in places}))
