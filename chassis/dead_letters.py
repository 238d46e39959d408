"""The dead letters of open lanes, relayed from their table to the dead-letter topic of where they came from.

A record can be larger than that topic accepts, because it was compressed when it came. What does not fit is cut,
and the letter says so; the whole stays in the table. Values are sealed in both, for the place where the record stood.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import asyncpg
import structlog
from aiokafka.errors import MessageSizeTooLargeError

from chassis import crash_points, store
from chassis.crash_points import CrashPoint
from chassis.outbox import Outbox
from chassis.portions import Portions
from chassis.publish import Producer, Wire, pause_before
from chassis.service import Connection, Pool, Record
from schemas.registry import dead_letter_topic
from schemas.text import fitted
from sealing.records import SEAL_BYTES, RecordSeal

CUT: Final = "dead_cut"
"""The header that names what was cut."""
_MOST: Final = 4 * 1024 * 1024
"""Values of more bytes are read one by one."""
_USUAL: Final = 1_000_000
"""What a topic accepts unless told otherwise."""
_LEAST: Final = 4_096
_LONGEST_REASON: Final = 500
_FRAME: Final = 256
"""Bytes that a batch, a record and our last header take besides what stands in them."""
_FRAME_OF_HEADER: Final = 12
_log: Final = structlog.get_logger()


class _PutAside(NamedTuple):
    """A record that could not be taken, opened: why, and how many bytes its value has, of which it may hold fewer."""

    record: Record
    reason: str
    detail: str
    size: int


class DeadLetters:
    """Publishes dead letters to the dead-letter topic of where they came from, when it can."""

    def __init__(
        self,
        outbox: Outbox,
        pool: Pool,
        producer: Producer,
        limits: Mapping[str, int],
        portions: Portions,
        seal: RecordSeal,
    ) -> None:
        """Reads what is unpublished in the lanes of `outbox` when woken; `limits` are bytes that topics accept."""
        self._outbox = outbox
        self._pool = pool
        self._producer = producer
        self._limits = dict(limits)
        self._portions = portions
        self._seal = seal
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
        most = self._portions.size
        async with self._pool.acquire() as connection:
            rows = await store.unpublished_dead_letters(connection, sorted(self._outbox.lanes), most, _MOST)
            if rows:
                with self._portions.doing(len(rows)):
                    await self._send([await self._put_aside(connection, row) for row in rows])
                crash_points.here(CrashPoint.LETTER_SENT)
                await store.mark_dead_letters_published(
                    connection, [(row["topic"], row["partition"], row["offset"]) for row in rows]
                )
        return len(rows) == most

    async def _put_aside(self, connection: Connection, row: asyncpg.Record) -> _PutAside:
        """Open what a row keeps; of a large value the beginning alone stays in memory."""
        record = store.record_of(row, self._seal)
        if record.value is None and row["size"] is not None:
            place = record[:3]
            whole = self._seal.opened(await store.dead_value(connection, *place), *store.place_of(*place)) or b""
            return _PutAside(record._replace(value=whole[:_MOST]), row["reason"], row["detail"], len(whole))
        return _PutAside(record, row["reason"], row["detail"], len(record.value or b""))

    async def _send(self, letters: Sequence[_PutAside]) -> None:
        try:
            await self._producer.send([self._letter(each) for each in letters])
        except MessageSizeTooLargeError:
            for each in letters:
                await self._send_alone(each)

    async def _send_alone(self, put_aside: _PutAside) -> None:
        """The broker accepts less than we were told: cut more until it takes it."""
        while True:
            letter = self._letter(put_aside)
            try:
                await self._producer.send([letter])
            except MessageSizeTooLargeError:
                limit = self._limit(letter.topic)
                if limit <= _LEAST:
                    raise
                self._limits[letter.topic] = max(limit // 2, _LEAST)
            else:
                return

    def _limit(self, topic: str) -> int:
        return self._limits.get(topic, _USUAL)

    def _letter(self, put_aside: _PutAside) -> Wire:
        record, reason, detail, size = put_aside
        reasons = {
            "dead_topic": record.topic,
            "dead_partition": str(record.partition),
            "dead_offset": str(record.offset),
            "dead_reason": reason,
            "dead_detail": detail,
        }
        # A record with neither key nor value cannot be sent as it was.
        value = record.value if record.value is not None or record.key is not None else b""
        topic = dead_letter_topic(record.topic)
        whole = Wire(topic, 0, record.key, value, list(record.headers))
        added = [(name, fitted(text, _LONGEST_REASON).encode()) for name, text in reasons.items()]
        letter = cut(whole, added, size, self._limit(topic) - SEAL_BYTES)
        return letter._replace(value=self._seal.sealed(letter.value, *store.place_of(*record[:3])))

    async def close(self) -> None:
        """Stop; the next worker finds what is left."""
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._producer.close()


def cut(letter: Wire, added: Sequence[tuple[str, bytes]], size: int, limit: int) -> Wire:
    """Let a letter fit into `limit` bytes: our headers whole; key, its own headers and value as far as it goes.

    `size` is that of the whole value, of which the letter may hold the beginning only.
    """
    room = limit - _FRAME - sum(map(_bytes_of, added))
    missing: list[str] = []
    key = letter.key
    if key is not None and len(key) > room // 4:
        key = key[: max(room // 4, 0)]
        missing.append(f"key {len(key)} of {len(letter.key or b'')} bytes")
    room -= len(key or b"")
    # A value says more than the last of hundreds of headers.
    headers: list[tuple[str, bytes]] = []
    for_headers = room if _bytes(letter) <= room else room // 2
    for header in letter.headers:
        for_headers -= _bytes_of(header)
        if for_headers < 0:
            missing.append(f"headers {len(headers)} of {len(letter.headers)}")
            break
        headers.append(header)
    room -= sum(map(_bytes_of, headers))
    value = letter.value
    if value is not None and size > (kept := min(len(value), max(room, 0))):
        value = value[:kept]
        missing.append(f"value {kept} of {size} bytes")
    said = [(CUT, ", ".join(missing).encode())] if missing else []
    return letter._replace(key=key, value=value, headers=[*headers, *added, *said])


def _bytes(letter: Wire) -> int:
    return len(letter.value or b"") + sum(map(_bytes_of, letter.headers))


def _bytes_of(header: tuple[str, bytes | None]) -> int:
    name, value = header
    return len(name.encode()) + len(value or b"") + _FRAME_OF_HEADER
