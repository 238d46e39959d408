"""How many records of its inputs each service has not heard yet."""

from __future__ import annotations

import asyncio

import asyncpg

from schemas.principals import OPERATORS
from tools.client.addresses import Addresses
from tools.client.log import end_offsets
from tools.verify.checks import unread
from tools.verify.tables import Tables


def backlog_of(system: Addresses, service: str) -> int | None:
    """Count the records that wait for a service, whether it runs or not; None while broker or database are away."""
    try:
        return asyncio.run(asyncio.wait_for(_backlog(system, service), timeout=5))
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return None


async def _backlog(system: Addresses, service: str) -> int:
    connection = await asyncpg.connect(system.postgres_dsn(service))
    try:
        places = await Tables(service, connection).next_offsets()
    finally:
        await connection.close()
    ends = await end_offsets(system.broker(OPERATORS), sorted({each.topic for each in places}))
    return sum(unread(each, ends) for each in places)
