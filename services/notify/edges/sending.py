"""What every channel of notify is: it hands messages over, and says of each what the other side made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

import structlog

from chassis.metrics import ALARMS
from services.notify.store import DueDelivery

SIDE_BY_SIDE: Final = 20
"""Messages that one channel hands over at the same time."""
UNSENDABLE: Final = "unsendable"
"""The error of a message that no channel can hand over, whatever the other side says."""
_log: Final = structlog.get_logger()


class Failed(Exception):  # noqa: N818 - an outcome
    """The other side did not take it: a code without personal data, and whether trying again makes sense."""

    def __init__(self, code: str, *, for_ever: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.for_ever = for_ever


Leaving: TypeAlias = tuple[DueDelivery, Sequence[DueDelivery]]
"""A message as it leaves, and the deliveries that leave with it."""
Channel: TypeAlias = Callable[[Sequence[DueDelivery]], Awaitable[Sequence[Failed | None]]]
"""Hands messages to the other side, and says of each whether it was taken; one that comes again must do no harm."""


def one_by_one(send: Callable[[DueDelivery], Awaitable[None]], seconds: float) -> Channel:
    """Send the messages of a batch side by side, but not too many at once; each within so many seconds."""
    free = asyncio.Semaphore(SIDE_BY_SIDE)

    async def attempt(delivery: DueDelivery) -> Failed | None:
        async with free:
            try:
                async with asyncio.timeout(seconds):
                    await send(delivery)
            except Failed as failed:
                return failed
            except TimeoutError:
                return Failed("timeout")
            except Exception as error:  # noqa: BLE001 - whatever one message holds, the others are sent
                ALARMS.labels("notify", UNSENDABLE).inc()
                _log.error("message cannot be sent", notice=delivery.notice, error=type(error).__qualname__)
                return Failed(UNSENDABLE, for_ever=True)
        return None

    async def channel(batch: Sequence[DueDelivery]) -> Sequence[Failed | None]:
        return await asyncio.gather(*map(attempt, batch))

    return channel
