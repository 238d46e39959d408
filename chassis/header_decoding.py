"""Reading records whose header names are no UTF-8: without this, one of them stops aiokafka, and whoever it serves.

aiokafka's fast parser fails in the middle of a batch and would fail there for ever. The batch is then parsed once more,
by the slow parser, from the same bytes, with what is no text replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from aiokafka.consumer import fetcher
from aiokafka.record import memory_records
from aiokafka.record.default_records import _DefaultRecordBatchPy


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


class _LenientRecords(memory_records._MemoryRecordsPy):  # type: ignore[misc] # noqa: SLF001
    _next_slice: memoryview | None

    def next_batch(self) -> Any:
        found, self._next_slice = self._next_slice, None
        self._cache_next()
        return None if found is None else _LenientBatch(found)


class _Records:
    """aiokafka's records that remember the bytes they are read from."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        records = memory_records.MemoryRecords(data)
        self.has_next, self.next_batch, self.size_in_bytes = records.has_next, records.next_batch, records.size_in_bytes


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]
    _records: Any
    _aborted_transactions: list[tuple[int, int]]
    _aborted_producers: set[int]

    def _unpack_records(self) -> Iterator[Any]:
        aborted = list(self._aborted_transactions)
        try:
            yield from super()._unpack_records()
        except UnicodeDecodeError:
            self._records = _LenientRecords(self._records.data)
            self._aborted_transactions, self._aborted_producers = aborted, set()
            yield from super()._unpack_records()


def install() -> None:
    """Let every consumer of this process read leniently."""
    fetcher.MemoryRecords = _Records
    fetcher.PartitionRecords = _PartitionRecords
