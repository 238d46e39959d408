"""Reading whatever outsiders wrote: without this, one record stops aiokafka, and with it whoever it serves.

- Header names that are no UTF-8 make aiokafka's fast parser fail in the middle of a batch, for ever. The batch is then
  parsed once more, by the slow parser, from the same bytes, with what is no text replaced.
- A compressed batch can be larger than all memory once it is unpacked. It is unpacked as far as may be held; of what is
  too large a record without key, value and headers remains, whose size of the value tells why (`refusal_of_unread`).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, NamedTuple, Self

from aiokafka.consumer import fetcher
from aiokafka.record import memory_records
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy

from chassis.service import Record, Refused
from chassis.unpacking import LARGEST_BATCH, TOO_LARGE, is_compressed, unpacked
from schemas.text import mended, storable

_USUAL: Final = 1024 * 1024
"""What a topic accepts unless told otherwise."""
_AT_ONCE: Final = 4 * 1024 * 1024
"""So many bytes of a partition are handed on at once, and at least one record."""


def refusal_of_unread(message: Any) -> Refused | None:
    """Why a record was not read; None for one that was."""
    size = message.serialized_value_size
    if message.value is not None or size < 0:
        return None
    if size == 0:
        return Refused(TOO_LARGE, f"stands behind the first {LARGEST_BATCH} bytes of its batch once that is unpacked")
    accepted = _PartitionRecords.accepted.get(message.topic, _USUAL)
    return Refused(TOO_LARGE, f"{size} bytes once unpacked, where {accepted} are accepted")


def record_of(message: Any) -> Record:
    """A message of aiokafka as our record; header names that no database takes are mended."""
    headers = tuple(message.headers)
    if not storable("".join([name for name, _ in headers])):
        headers = tuple((mended(name), value) for name, value in headers)
    return Record(
        message.topic,
        message.partition,
        message.offset,
        message.key,
        message.value,
        headers,
        datetime.fromtimestamp(message.timestamp / 1000, UTC),
    )


class _Replacing(bytearray):
    """Bytes of which every slice decodes, whatever it holds."""

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return found if isinstance(found, int) else _Replacing(found)

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:  # noqa: ARG002 - bytearray's signature
        return super().decode(encoding, "replace")


class _LenientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]
    _buffer: bytearray

    def __iter__(self) -> Self:
        super().__iter__()
        self._buffer = _Replacing(self._buffer)
        return self


class _UnreadRecord(NamedTuple):
    """Stands for a record that is too large: in its place and with its time, and without what it says."""

    offset: int
    timestamp: int
    timestamp_type: int
    size: int
    """Bytes, or 0 where nobody counted them."""
    key: None = None
    value: None = None
    headers: tuple[()] = ()
    checksum: None = None


class _CompressedBatch:
    """What aiokafka asks of a batch, of one that is unpacked only as far as may be held."""

    def __init__(self, packed: memoryview, largest: int, batch: Any) -> None:
        self._packed, self._largest, self._batch = packed, largest, batch
        self._as_it_is = plain = batch(packed)
        self.is_control_batch, self.is_transactional = plain.is_control_batch, plain.is_transactional
        self.producer_id, self.base_offset, self.next_offset = plain.producer_id, plain.base_offset, plain.next_offset
        self.validate_crc = plain.validate_crc

    def __iter__(self) -> Iterator[Any]:
        found, plain = unpacked(self._packed, self._largest), self._as_it_is
        read: Iterator[Any] = iter(self._batch(found.batch))
        if not found.unread:
            return read
        unread = (
            _UnreadRecord(plain.base_offset + each.delta, plain.max_timestamp, plain.timestamp_type, each.size or 0)
            for each in found.unread
        )
        # A batch of aiokafka must not be asked for its iterator twice, as merging does.
        return heapq.merge((record for record in read), unread, key=lambda record: record.offset)


class _Records(memory_records._MemoryRecordsPy):  # type: ignore[misc] # noqa: SLF001
    """aiokafka's records, one batch after the other, that remember the bytes they are read from."""

    _next_slice: memoryview | None
    batch: Any = DefaultRecordBatch
    largest = _USUAL

    def next_batch(self) -> Any:
        found = self._next_slice
        if found is not None and is_compressed(found):
            self._cache_next()
            return _CompressedBatch(found, self.largest, self.batch)
        if self.batch is DefaultRecordBatch:
            return super().next_batch()
        self._cache_next()
        return None if found is None else self.batch(found)

    def lenient(self) -> _Records:
        """The same bytes from their beginning, read by the parser that fails of nothing."""
        again = _Records(self._buffer)
        again.batch, again.largest = _LenientBatch, self.largest
        return again


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]
    accepted: ClassVar[Mapping[str, int]] = {}
    _tp: Any
    _records: Any
    _aborted_transactions: list[tuple[int, int]]
    _aborted_producers: set[int]

    def _unpack_records(self) -> Iterator[Any]:
        """Whoever has small fetches of large records begins the next at what was not handed on."""
        room = _AT_ONCE
        for record in self._unpack_all():
            yield record
            room -= max(record.serialized_value_size, 0)
            if room < 0:
                return

    def _unpack_all(self) -> Iterator[Any]:
        self._records.largest = self.accepted.get(self._tp.topic, _USUAL)
        aborted = list(self._aborted_transactions)
        try:
            yield from super()._unpack_records()
        except UnicodeDecodeError:
            self._records = self._records.lenient()
            self._aborted_transactions, self._aborted_producers = aborted, set()
            yield from super()._unpack_records()

    def _consumer_record(self, tp: Any, record: Any) -> Any:
        found = super()._consumer_record(tp, record)
        if isinstance(record, _UnreadRecord):
            found.serialized_value_size = record.size
        return found


def install(accepted: Mapping[str, int] | None = None) -> None:
    """Let every consumer of this process read so; `accepted` are the bytes that a record of a topic may have."""
    _PartitionRecords.accepted = accepted or {}
    fetcher.MemoryRecords = _Records
    fetcher.PartitionRecords = _PartitionRecords
