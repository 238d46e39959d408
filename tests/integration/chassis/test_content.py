"""No record ends the process by what it holds: it is put aside with an alarm, and everything else goes on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis.connecting import connected
from chassis.dead_letters import CUT
from chassis.publish import Wire
from chassis.unpacking import TOO_LARGE
from schemas.registry import dead_letter_topic
from sealing.masters import MasterKeys
from sealing.records import RecordSeal, is_sealed

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy

ACCEPTED = 4_000_000
"""Bytes that a record of a toy's topic may have, less what frames it."""


async def test_what_the_database_does_not_take_is_a_dead_letter(toy: Toy) -> None:
    # given foreign records of which the database takes nothing, between others
    values = (b"fine", b"a lone surrogate", b"a NUL", b"fine too", b"too long for an index", b"fine again")
    await toy.send([Wire(toy.foreign, 0, b"k", value, [("odd\0name", b"\0")]) for value in values])
    # when they are heard
    process = toy.start()
    await toy.until(lambda: _at(toy, toy.foreign, len(values)))
    # then they are dead letters with the kind of error, and the others were taken
    letters = await toy.rows('select "offset", reason, detail from dead_letter order by "offset"')
    assert [tuple(letter) for letter in letters] == [
        (1, "unprocessable", "DataError (22000)"),
        (2, "unprocessable", "CharacterNotInRepertoireError (22021)"),
        (4, "unprocessable", "ProgramLimitExceededError (54000)"),
    ]
    assert toy.logged("record put aside")
    assert process.poll() is None


async def test_a_fact_that_cannot_be_told_onward_parks_its_ticket_and_no_other(toy: Toy) -> None:
    # given a text that is legal, and with a few words around it too long for the next message
    await toy.send([toy.poke(n, f"T{n}", text="long" + "." * 92 if n == 7 else "") for n in range(20)])
    # and later facts of the same ticket
    await toy.send([toy.poke(100 + n, "T7") for n in range(3)])
    # when they are heard
    process = toy.start()
    await toy.until_said(19)

    async def parked() -> bool:
        return bool(await toy.value("select count(*) = 4 from parked"))

    # then that ticket waits, with all that came for it, and everybody else was answered
    await toy.until(parked)
    rows = await toy.rows("select parked_key, reason, detail from parked order by place")
    assert {row["parked_key"] for row in rows} == {"T7"}
    assert [row["reason"] for row in rows] == ["unprocessable", *["behind"] * 3]
    assert rows[0]["detail"] == "Counted: text: string_too_long"
    assert await toy.value("select bool_and(position('long....' in encode(value, 'escape')) = 0) from parked")
    assert toy.logged("record put aside")
    assert process.poll() is None


async def test_a_dead_letter_that_is_larger_than_its_topic_is_cut_and_goes_out(toy: Toy) -> None:
    # given a record of which its topic takes as much as it may have, and one that is small
    producer = AIOKafkaProducer(
        **toy.kafka.for_aiokafka(), compression_type="gzip", max_request_size=20_000_000, max_batch_size=16_000_000
    )
    async with connected(producer):
        for value in (b"\xff" * ACCEPTED, b"\xff"):
            await producer.send_and_wait(toy.foreign, value, partition=0)
    # when none of them can be taken
    process = toy.start()
    await toy.until(lambda: _put_aside(toy, 2))
    # then both are on the dead-letter topic, each with what was cut of it, and whole in the table
    letters = await _letters(toy, 2)
    assert all(is_sealed(sealed) for sealed, _ in letters)
    assert letters[0][1].startswith("value ")
    assert letters[0][1].endswith(f" of {ACCEPTED} bytes")
    assert (opened(toy, 1, letters[1][0]), letters[1][1]) == (b"\xff", "")
    kept = await toy.value("select value from dead_letter order by octet_length(value) desc limit 1")
    assert opened(toy, 0, kept) == b"\xff" * ACCEPTED
    assert process.poll() is None


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_what_is_larger_once_unpacked_than_may_be_held_is_put_aside_unread(toy: Toy, codec: str) -> None:
    # given records that were small when they came and are large once they are unpacked, between others
    process = toy.start()
    await toy.send([Wire(toy.foreign, 0, b"k", b"fine", [])])
    producer = AIOKafkaProducer(
        **toy.kafka.for_aiokafka(), compression_type=codec, max_request_size=90_000_000, max_batch_size=80_000_000
    )
    async with connected(producer):
        many = [("x", b"y" * 10_000)] * 800
        large = 60_000_000 if codec in ("gzip", "zstd") else 15_000_000
        for value, headers in ((b" " * large, []), (b"\xff" * 3_000, many)):
            await producer.send_and_wait(toy.foreign, value, headers=headers, partition=0)
    await toy.send([Wire(toy.foreign, 0, b"k", value, []) for value in (b"fine too", b"\xff")])
    # when they are heard
    await toy.until(lambda: _put_aside(toy, 3))
    # then they are dead letters that say how large they are, the others were taken, and all were taken once
    letters = await toy.rows('select "offset", reason, detail, value, at from dead_letter order by "offset"')
    assert [(each["offset"], each["reason"]) for each in letters] == [(1, TOO_LARGE), (2, TOO_LARGE), (4, "not-text")]
    size, _, words = letters[0]["detail"].partition(" ")
    assert large < int(size) < large + 20
    assert words == "bytes once unpacked, where 4194304 are accepted"
    assert letters[0]["value"] is None
    assert toy.log.read_text("utf-8").count(f'"topic":"{toy.foreign}"') == 5
    assert await toy.value("select next_offset = 5 from input where topic = $1", toy.foreign)
    # and the worker held no more of them than of others
    assert peak_megabytes(process.pid) < 400
    assert process.poll() is None


async def test_large_records_that_may_come_are_handed_on_few_at_a_time(toy: Toy) -> None:
    # given more than a worker should hold, small on the wire, in records of which none is too large
    producer = AIOKafkaProducer(
        **toy.kafka.for_aiokafka(), compression_type="zstd", max_request_size=90_000_000, max_batch_size=80_000_000
    )
    async with connected(producer):
        for _ in range(150):
            await producer.send_and_wait(toy.foreign, b" " * ACCEPTED, partition=0)
    # when they are heard
    process = toy.start()
    await toy.until(lambda: _at(toy, toy.foreign, 150))
    # then all were taken, in a few times the memory of one
    assert toy.log.read_text("utf-8").count(f'"topic":"{toy.foreign}"') == 150
    assert peak_megabytes(process.pid) < 400
    assert process.poll() is None


def opened(toy: Toy, offset: int, sealed: bytes) -> bytes | None:
    """What a record said, by the key that its toy was told."""
    seal = RecordSeal(MasterKeys(toy.master_key, os.urandom), os.urandom)
    return seal.opened(sealed, toy.foreign, "0", str(offset))


def peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))) / 1024


async def _put_aside(toy: Toy, count: int) -> bool:
    return bool(await toy.value("select count(*) = $1 from dead_letter where published", count))


async def _letters(toy: Toy, count: int) -> list[tuple[bytes, str]]:
    consumer = AIOKafkaConsumer(**toy.kafka.for_aiokafka(), auto_offset_reset="earliest", enable_auto_commit=False)
    async with connected(consumer):
        consumer.assign([TopicPartition(dead_letter_topic(toy.foreign), 0)])
        found: dict[bytes, tuple[bytes, str]] = {}
        while len(found) < count:
            for messages in (await consumer.getmany(timeout_ms=500)).values():
                for message in messages:
                    said = dict(message.headers)
                    found[said["dead_offset"]] = (message.value, said.get(CUT, b"").decode())
    return [found[offset] for offset in sorted(found)]


async def _at(toy: Toy, topic: str, offset: int) -> bool:
    return bool(await toy.value("select min(next_offset) = $2 from input where topic = $1", topic, offset))
