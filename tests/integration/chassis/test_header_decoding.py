"""No outsider's record stops the reading, however odd its headers are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from chassis.connecting import connected

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy


class Odd(str):
    """A header name that is no UTF-8 on the wire."""

    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        return b"\xff\xfe"


async def odd_batch(toy: Toy, values: list[bytes], odd: int, codec: int) -> None:
    producer = AIOKafkaProducer(**toy.kafka.for_aiokafka())
    async with connected(producer):
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(
            magic=2,
            compression_type=codec,
            is_transactional=0,
            producer_id=-1,
            producer_epoch=-1,
            base_sequence=0,
            batch_size=100_000,
        )
        for n, value in enumerate(values):
            batch.append(timestamp=None, key=b"k", value=value, headers=[(Odd("x") if n == odd else "x", b"1")])
        await (await producer.send_batch(batch, toy.foreign, partition=0))
        await producer.send_and_wait(toy.foreign, b"behind", partition=0)


async def test_a_header_name_that_is_no_text_stops_nothing(toy: Toy) -> None:
    # given batches, plain and compressed, with one odd record in the middle
    await odd_batch(toy, [b"a", b"b", b"\xff", b"d"], 1, codec=0)
    await odd_batch(toy, [b"a", b"\xff", b"c"], 2, codec=1)
    # when they are heard
    toy.start()

    async def heard() -> bool:
        return bool(await toy.value("select next_offset = 9 from input where topic = $1", toy.foreign))

    await toy.until(heard)
    # then every record was heard once, and the dead letters are those that the toy refuses
    assert toy.log.read_text("utf-8").count(f'"topic":"{toy.foreign}"') == 9
    letters = await toy.rows('select "offset" from dead_letter order by "offset"')
    assert [letter["offset"] for letter in letters] == [2, 6]
