"""Compressed batches, unpacked no further than may be held: a megabyte on the wire can be gigabytes once it is read.

What does not fit is never made a record of: its place and size are all that is kept in memory.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import cramjam
from aiokafka.codec import _detect_xerial_stream
from aiokafka.record.default_records import DefaultRecordBase
from aiokafka.record.util import decode_varint_py as decode_varint

LARGEST_BATCH: Final = 16 * 1024 * 1024
"""So many bytes of one batch are unpacked at most: sixteen times what an inbound topic takes on the wire."""
TOO_LARGE: Final = "too_large"
"""The reason of a record that is too large to be read: nothing of it is kept, and it stays on its topic."""
_HEADER: Final = DefaultRecordBase.HEADER_STRUCT
_ATTRIBUTES, _LAST_DELTA, _COUNT = 5, 6, 12
_LENGTH_OF: Final = struct.Struct(">i")
_LENGTH_AT: Final = 8
_ATTRIBUTES_AT: Final = DefaultRecordBase.ATTRIBUTES_OFFSET
_ATTRIBUTES_OF: Final = struct.Struct(">h")
_COUNT_AT: Final = _HEADER.size - _LENGTH_OF.size
_MAGIC_AT: Final = struct.calcsize(">qii")
_MAGIC_OF_BATCHES: Final = 2
_XERIAL_HEADER: Final = 16
_INTO: Final = {
    DefaultRecordBase.CODEC_GZIP: cramjam.gzip.decompress_into,
    DefaultRecordBase.CODEC_LZ4: cramjam.lz4.decompress_into,
    DefaultRecordBase.CODEC_ZSTD: cramjam.zstd.decompress_into,
}
_ROOM_AT_FIRST: Final = 256 * 1024
"""Room is cleared before it is used, and most batches need little."""
_MORE_ROOM: Final = 8
_FULL: Final = "failed to write whole buffer"


class Unread(NamedTuple):
    """A record that was not read: how far behind its batch's first it stands, and its bytes where they are known."""

    delta: int
    size: int | None


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A batch as if it had never been compressed, less the records that were not read."""

    batch: bytes
    unread: tuple[Unread, ...]


class _Walked(NamedTuple):
    start: int
    end: int
    delta: int
    size: int


def is_compressed(batch: memoryview) -> bool:
    """Whether the records of a batch have to be unpacked."""
    if batch[_MAGIC_AT] < _MAGIC_OF_BATCHES:
        return False
    return bool(_ATTRIBUTES_OF.unpack_from(batch, _ATTRIBUTES_AT)[0] & DefaultRecordBase.CODEC_MASK)


def unpacked(batch: memoryview, largest: int, most: int = LARGEST_BATCH) -> Unpacked:
    """Unpack a batch as far as it may be held.

    Unread are records of more than `largest` bytes, and whatever stands behind the first `most` bytes.
    """
    header = _HEADER.unpack_from(batch)
    records = _decompressed(batch[_HEADER.size :], header[_ATTRIBUTES] & DefaultRecordBase.CODEC_MASK, most)
    read, unread, last = [], [], -1
    for walked in _walk(records, header[_COUNT]):
        last = walked.delta
        if walked.size > largest or walked.end > len(records):
            unread.append(Unread(walked.delta, walked.size))
        else:
            read.append(records[walked.start : walked.end])
    unread += [Unread(delta, None) for delta in range(last + 1, header[_LAST_DELTA] + 1)]
    return Unpacked(_rebuilt(batch, records if not unread else b"".join(read), len(read)), tuple(unread))


def _walk(records: memoryview, count: int) -> Iterator[_Walked]:
    """Find where each record lies, up to the first that goes on behind what was unpacked."""
    at = 0
    for _ in range(count):
        try:
            size, begin = decode_varint(records, at)
            _, after = decode_varint(records, begin)  # attributes
            _, after = decode_varint(records, after)  # timestamp
            delta, _ = decode_varint(records, after)
        except (IndexError, ValueError):
            return
        end = begin + size
        if size <= 0:
            return
        yield _Walked(at, end, delta, size)
        if end >= len(records):
            return
        at = end


def _rebuilt(batch: memoryview, records: bytes | memoryview, count: int) -> bytes:
    """Write the batch anew with records that are not compressed; its checksum no longer holds."""
    header = bytearray(batch[: _HEADER.size])
    attributes = _ATTRIBUTES_OF.unpack_from(header, _ATTRIBUTES_AT)[0] & ~DefaultRecordBase.CODEC_MASK
    _ATTRIBUTES_OF.pack_into(header, _ATTRIBUTES_AT, attributes)
    _LENGTH_OF.pack_into(header, _LENGTH_AT, _HEADER.size - DefaultRecordBase.AFTER_LEN_OFFSET + len(records))
    _LENGTH_OF.pack_into(header, _COUNT_AT, count)
    return b"".join((header, records))


def _decompressed(packed: memoryview, codec: int, most: int) -> memoryview:
    """The beginning of what was packed, `most` bytes at the most; nothing where it cannot be unpacked."""
    size = min(_ROOM_AT_FIRST, most)
    while True:
        room = bytearray(size)
        try:
            filled, is_all = _filled(packed, codec, room)
        except (cramjam.DecompressionError, struct.error):
            return memoryview(b"")
        if is_all or size == most:
            return memoryview(room)[:filled]
        size = min(size * _MORE_ROOM, most)


def _filled(packed: memoryview, codec: int, room: bytearray) -> tuple[int, bool]:
    """Unpack into `room`; tells how many bytes are there, and whether they are all."""
    if codec == DefaultRecordBase.CODEC_SNAPPY:
        return _filled_by_snappy(packed, room)
    try:
        return _INTO[codec](packed, room), True
    except cramjam.DecompressionError as error:
        if _FULL in str(error):
            return len(room), False
        raise


def _filled_by_snappy(packed: memoryview, room: bytearray) -> tuple[int, bool]:
    at = 0
    for block in _blocks(packed):
        size = cramjam.snappy.decompress_raw_len(block)
        if at + size > len(room):
            return at, False
        room[at : at + size] = bytes(cramjam.snappy.decompress_raw(block))
        at += size
    return at, True


def _blocks(packed: memoryview) -> Iterator[memoryview]:
    if not _detect_xerial_stream(packed):
        yield packed
        return
    at = _XERIAL_HEADER
    while at < len(packed):
        size: Any = _LENGTH_OF.unpack_from(packed, at)[0]
        at += _LENGTH_OF.size
        yield packed[at : at + size]
        at += size
