"""A connection to one broker, for questions that librdkafka has no words for or cannot be trusted with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.conn import AIOKafkaConnection, collect_hosts, create_conn
from aiokafka.errors import KafkaConnectionError, KafkaError

from chassis.broker import Broker

_MILLISECONDS = 40_000


@asynccontextmanager
async def connected(broker: Broker, milliseconds: int = _MILLISECONDS) -> AsyncIterator[AIOKafkaConnection]:
    """Connect to the first broker that answers within so long, and at the end wait until that connection is closed.

    A whole client of aiokafka leaves the connection that it began with to close by itself. TLS takes a moment for
    that, and a loop that ends before leaves a socket open. KafkaConnectionError where no broker answers.
    """
    connection = await _first(broker, milliseconds)
    try:
        yield connection
    finally:
        await connection.close()


async def _first(broker: Broker, milliseconds: int) -> AIOKafkaConnection:
    told = broker.for_aiokafka()
    for host, port, _family in collect_hosts(told.pop("bootstrap_servers")):
        try:
            return await create_conn(host, port, request_timeout_ms=milliseconds, **told)
        except (OSError, TimeoutError, KafkaError):
            continue
    raise KafkaConnectionError(f"no broker answers at {broker.address}")
