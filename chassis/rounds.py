"""What a service does again and again beside its lanes, and what a server that is away means to it: a later round."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog

from chassis.failures import transient

_log = structlog.get_logger()


async def rounds(work: Callable[[], Awaitable[None]], seconds: float) -> NoReturn:
    """Do some work for ever, with a pause of so many real seconds between two rounds; a bug ends it."""
    while True:
        try:
            await work()
        except Exception as error:
            if not transient(error):
                raise
            # The lanes wait for the same server, and say so.
            _log.info("left for the next round", error=type(error).__qualname__)
        await asyncio.sleep(seconds)
