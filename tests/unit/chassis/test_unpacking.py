"""What was compressed is held no further than a record may be large: the rest is known by its place and size."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

import pytest
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchBuilderPy

from chassis.unpacking import LARGEST_BATCH, Unread, is_compressed, unpacked

CODECS = {"gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
LARGEST = 1_000_000
by_every_codec = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)


def batch_of(values: Sequence[bytes], codec: int, headers: int = 1) -> memoryview:
    builder = _DefaultRecordBatchBuilderPy(2, codec, 0, -1, -1, 0, 1 << 40)
    for n, value in enumerate(values):
        assert builder.append(n, None, b"k", value, [("x", b"1")] * headers)
    return memoryview(bytes(builder.build()))


def read(batch: bytes) -> dict[int, bytes | None]:
    return {record.offset: record.value for record in DefaultRecordBatch(batch)}


@by_every_codec
def test_what_fits_is_read_whole(codec: int) -> None:
    # given a batch of small records
    values = [b"%d" % n * 1_000 for n in range(20)]
    packed = batch_of(values, codec)
    assert is_compressed(packed)
    # when it is unpacked
    found = unpacked(packed, LARGEST)
    # then every record is there, in its place, and the batch is plain
    assert read(found.batch) == dict(enumerate(values))
    assert not found.unread
    assert not is_compressed(memoryview(found.batch))


@by_every_codec
def test_a_record_that_is_too_large_is_known_by_its_size_and_the_others_are_read(codec: int) -> None:
    # given one record that is larger than a record may be, between two others
    packed = batch_of([b"before", b" " * 3_000_000, b"behind"], codec)
    # when the batch is unpacked
    found = unpacked(packed, LARGEST)
    # then the others are read
    assert read(found.batch) == {0: b"before", 2: b"behind"}
    assert found.unread == (Unread(1, 3_000_000 + 14),)


@by_every_codec
def test_a_batch_that_is_larger_than_may_be_held_is_read_as_far_as_it_goes(codec: int) -> None:
    # given records of which each is small enough, and that are too many together
    values = [bytes([n]) * 900_000 for n in range(40)]
    # when they are unpacked
    found = unpacked(batch_of(values, codec), LARGEST)
    # then the first are read as they were written, and of the others each is known by its place
    there = read(found.batch)
    assert there == {n: values[n] for n in range(len(there))}
    assert LARGEST_BATCH - 2 * 900_000 < sum(map(len, values[: len(there)])) <= LARGEST_BATCH
    assert [each.delta for each in found.unread] == list(range(len(there), len(values)))


def test_a_bomb_costs_no_more_memory_than_a_batch_may_be_held() -> None:
    # given a record of a hundred megabytes that is small on the wire
    packed = batch_of([b" " * (100 << 20)], CODECS["zstd"])
    assert len(packed) < 100_000
    # when its batch is unpacked
    tracemalloc.start()
    found = unpacked(packed, LARGEST)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # then nothing of it was held beyond what may be
    assert (read(found.batch), len(found.unread)) == ({}, 1)
    assert most < 2 * LARGEST_BATCH


@by_every_codec
def test_what_cannot_be_unpacked_is_unread_and_no_error(codec: int) -> None:
    # given batches whose content is no longer what was compressed
    packed = bytearray(batch_of([b"a" * 5_000, b"b" * 5_000], codec))
    packed[61:90] = b"\xff" * 29
    # when one is unpacked
    found = unpacked(memoryview(packed), LARGEST)
    # then all of its records are known by their places
    assert found.unread == (Unread(0, None), Unread(1, None))
    assert read(found.batch) == {}
