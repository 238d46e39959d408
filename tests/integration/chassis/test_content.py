"""No record ends the process by what it holds: it is put aside with an alarm, and everything else goes on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis.dead_letters import CUT
from chassis.publish import Wire
from schemas.registry import dead_letter_topic
from sealing.masters import MasterKeys
from sealing.records import RecordSeal, is_sealed

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy


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
    # given records that were small when they came, and are large once they are unpacked
    producer = AIOKafkaProducer(
        **toy.kafka.for_aiokafka(), compression_type="gzip", max_request_size=20_000_000, max_batch_size=16_000_000
    )
    await producer.start()
    many = [("x", b"y" * 10_000)] * 800
    for value, headers in ((b"\xff" * 9_000_000, []), (b"\xff" * 3_000, many), (b"\xff", [])):
        await producer.send_and_wait(toy.foreign, value, headers=headers, partition=0)
    await producer.stop()
    # when none of them can be taken
    process = toy.start()

    async def published() -> bool:
        return bool(await toy.value("select count(*) = 3 from dead_letter where published"))

    await toy.until(published)
    # then all are on the dead-letter topic, each with what was cut of it, and whole in the table
    letters = await _letters(toy, 3)
    assert all(is_sealed(sealed) for sealed, _ in letters)
    assert letters[0][1].startswith("value ")
    assert letters[0][1].endswith(" of 9000000 bytes")
    assert letters[1][1].startswith("headers ")
    assert opened(toy, 1, letters[1][0]) == b"\xff" * 3_000
    assert (opened(toy, 2, letters[2][0]), letters[2][1]) == (b"\xff", "")
    kept = await toy.value("select value from dead_letter order by octet_length(value) desc limit 1")
    assert opened(toy, 0, kept) == b"\xff" * 9_000_000
    assert process.poll() is None


def opened(toy: Toy, offset: int, sealed: bytes) -> bytes | None:
    """What a record said, by the key that its toy was told."""
    seal = RecordSeal(MasterKeys(toy.master_key, os.urandom), os.urandom)
    return seal.opened(sealed, toy.foreign, "0", str(offset))


async def _letters(toy: Toy, count: int) -> list[tuple[bytes, str]]:
    consumer = AIOKafkaConsumer(**toy.kafka.for_aiokafka(), auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    consumer.assign([TopicPartition(dead_letter_topic(toy.foreign), 0)])
    found: dict[bytes, tuple[bytes, str]] = {}
    while len(found) < count:
        for messages in (await consumer.getmany(timeout_ms=500)).values():
            for message in messages:
                said = dict(message.headers)
                found[said["dead_offset"]] = (message.value, said.get(CUT, b"").decode())
    await consumer.stop()
    return [found[offset] for offset in sorted(found)]


async def _at(toy: Toy, topic: str, offset: int) -> bool:
    return bool(await toy.value("select min(next_offset) = $2 from input where topic = $1", topic, offset))
