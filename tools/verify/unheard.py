"""How many records of its inputs each service has not heard yet."""

from __future__ import annotations

import asyncio

import asyncpg

from tools.client.addresses import Addresses
from tools.client.log import end_offsets
from tools.verify.books import Books
from tools.verify.checks import unread


async def unheard(system: Addresses, service: str) -> int:
    """Count the records that wait for a service, whether it runs or not."""
    connection = await asyncpg.connect(system.postgres_dsn(service))
    try:
        places = await Books(service, connection).next_offsets()
    finally:
        await connection.close()
    ends = await end_offsets(system.kafka, sorted({each.topic for each in places}))
    return sum(unread(each, ends) for each in places)


def waiting_for(system: Addresses, service: str) -> int | None:
    """Count them; None while broker or database do not answer."""
    try:
        return asyncio.run(asyncio.wait_for(unheard(system, service), timeout=5))
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return None
