"""The dead letters of open lanes, relayed from their table to the dead-letter topic of where they came from."""

from __future__ import annotations

import asyncio
from typing import Final

import asyncpg
import structlog

from chassis import store
from chassis.outbox import Outbox
from chassis.publish import Producer, Wire, pause_before
from chassis.service import Pool
from schemas.registry import dead_letter_topic

_LETTERS: Final = 100
_log: Final = structlog.get_logger()


class DeadLetters:
    """Publishes dead letters to the dead-letter topic of where they came from, when it can."""

    def __init__(self, outbox: Outbox, pool: Pool, producer: Producer) -> None:
        """Reads what is unpublished in the lanes of `outbox` whenever it is woken."""
        self._outbox = outbox
        self._pool = pool
        self._producer = producer
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name="dead letters")

    def wake(self) -> None:
        """There may be some."""
        self._wake.set()

    async def _run(self) -> None:
        attempt = 0
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while await self._some():
                    attempt = 0
            except Exception as error:  # noqa: BLE001 - whatever it is, only dead letters wait
                attempt += 1
                _log.warning("dead letters stuck", error=type(error).__qualname__, attempt=attempt)
                self._wake.set()
                await asyncio.sleep(pause_before(attempt))

    async def _some(self) -> bool:
        async with self._pool.acquire() as connection:
            rows = await store.unpublished_dead_letters(connection, sorted(self._outbox.lanes), _LETTERS)
            if rows:
                await self._producer.send([_letter(row) for row in rows])
                await store.mark_dead_letters_published(
                    connection, [(row["topic"], row["partition"], row["offset"]) for row in rows]
                )
        return len(rows) == _LETTERS

    async def close(self) -> None:
        """Stop; the next worker finds what is left."""
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._producer.close()


def _letter(row: asyncpg.Record) -> Wire:
    record = store.record_of(row)
    reasons = {
        "dead_topic": record.topic,
        "dead_partition": str(record.partition),
        "dead_offset": str(record.offset),
        "dead_reason": row["reason"],
        "dead_detail": row["detail"],
    }
    headers = [*record.headers, *((name, text.encode()) for name, text in reasons.items())]
    # A record with neither key nor value cannot be sent as it was.
    value = record.value if record.value is not None or record.key is not None else b""
    return Wire(dead_letter_topic(record.topic), 0, record.key, value, headers)
