"""Clients of aiokafka, begun and ended so that none of their connections is left open for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar

Client = TypeVar("Client", bound=Any)
"""A consumer or producer of aiokafka, which has no types."""
_PATIENCE: Final = 2.0


async def begin(client: Any) -> None:
    """Start a client; where that fails, or is given up, nothing of it stays.

    When it is cancelled while it asks for the first time, aiokafka loses that connection: it is let come to the end.
    """
    starting = asyncio.ensure_future(client.start())
    try:
        await asyncio.shield(starting)
    except BaseException:
        await asyncio.wait([starting], timeout=_PATIENCE)
        starting.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await starting
        await end(client)
        raise


async def end(client: Any) -> None:
    """Stop a client, and close what it was just connecting to: that comes to be only after aiokafka has closed all."""
    await client.stop()
    inner = getattr(client, "client", None) or client._client  # noqa: SLF001 - a producer shows it, a consumer does not
    async with inner._get_conn_lock:  # noqa: SLF001
        await inner.close()


@asynccontextmanager
async def connected(client: Client) -> AsyncIterator[Client]:
    """Start a client, and stop it at the end."""
    await begin(client)
    try:
        yield client
    finally:
        await end(client)
