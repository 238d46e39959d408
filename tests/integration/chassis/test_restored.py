"""A service whose database was restored from an older copy first knows again what it said since, and then hears on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.structs import TopicPartition

from chassis.packing import said

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy

_EVENTS = f"select lane, topic, partition, sequence, id, {said()} from event order by lane, topic, partition, sequence"  # noqa: S608 - our own columns
_STATES = "select key, version, body::text from state order by key"


def keys(count: int) -> list[str]:
    return [f"T{n}" for n in range(count)]


async def stopped(toy: Toy) -> None:
    process = toy.processes[-1]
    process.terminate()
    process.wait()


async def test_what_was_said_since_the_copy_is_known_again_and_nothing_is_said_twice(toy: Toy) -> None:
    # given a toy that tells outsiders too, and a copy of its tables
    admin = AIOKafkaAdminClient(**toy.kafka.for_aiokafka())
    await admin.start()
    await admin.create_topics([NewTopic(toy.outward, 1, 1)])
    await admin.close()
    await toy.send([toy.poke(n, key) for n, key in enumerate(keys(20))])
    toy.start()
    await toy.until_said(20)
    await stopped(toy)
    await toy.copy()
    # and much that it said after the copy, of timers and to outsiders too
    toy.start()
    texts = ["", "outward", "later"]
    await toy.send([toy.poke(100 + n, f"T{n % 30}", text=texts[n % 3]) for n in range(90)])
    await toy.send([toy.poke(300 + n, f"T{n}", wait=0.1) for n in range(5)])
    await toy.until_said(20 + 90 + 5 + 5)
    await toy.until(lambda: _outward(toy, 30))
    await stopped(toy)
    before, states = await toy.rows(_EVENTS), await toy.rows(_STATES)
    # when it begins on the copy, while more has come
    await toy.restore()
    assert await toy.value("select count(*) from event") == 20
    await toy.send([toy.poke(500 + n, key) for n, key in enumerate(keys(8))])
    toy.start()
    await toy.until_said(128)
    # then all that it said is known again, word by word; its states are what they were, and it says on from there
    known = {row[:4]: row for row in await toy.rows(_EVENTS)}
    assert [known[row[:4]] for row in before] == before
    assert len(known) == len(before) + 8
    grown = {row["key"]: row["version"] for row in await toy.rows(_STATES)}
    assert grown == {row["key"]: row["version"] + (row["key"] in keys(8)) for row in states}
    # and nobody reads any of it twice under two numbers, or one number with two contents
    await toy.until(lambda: _whole(toy, 128))
    ids = [envelope.id for envelope, _ in await toy.read(toy.said)]
    assert len(ids) == len(set(ids)) == 128
    assert await _outward(toy, 30)
    assert await toy.ready()


async def test_what_was_recorded_and_never_published_is_decided_anew(toy: Toy) -> None:
    # given a copy, and records behind it that the toy has not heard
    await toy.send([toy.poke(n, key) for n, key in enumerate(keys(10))])
    toy.start()
    await toy.until_said(10)
    await stopped(toy)
    await toy.copy()
    await toy.send([toy.poke(50 + n, key) for n, key in enumerate(keys(10))])
    # when it begins on a copy that is no older than what it said
    await toy.restore()
    toy.start()
    # then it goes on as if nothing had been
    await toy.until_said(20)
    await toy.until(lambda: _whole(toy, 20))


async def test_a_record_that_could_not_be_taken_is_put_aside_again_and_holds_up_nothing(toy: Toy) -> None:
    # given a ticket that was parked by a record that the toy does not take
    await toy.copy()
    toy.start()
    await toy.send([toy.poke(1, "T1"), toy.poke(2, "T2", text="refused"), toy.poke(3, "T2"), toy.poke(4, "T1")])
    await toy.send([toy.poke(5, "T3"), toy.poke(6, "T1")])
    await toy.until_said(4)
    await stopped(toy)
    parked = await toy.value("select array_agg(reason order by place) from parked")
    assert parked == ["unwelcome", "behind"]
    # when everything is made anew from the topics, from the first record on
    await toy.restore()
    assert await toy.value("select count(*) from event") == 0
    toy.start()
    await toy.send([toy.poke(9, "T1")])
    # then it is parked again, and nothing else waits
    await toy.until_said(5)
    assert await toy.value("select array_agg(reason order by place) from parked") == parked
    assert await toy.value("select version from state where key = 'T1'") == 4
    await toy.until(lambda: _whole(toy, 5))


async def test_a_copy_that_cannot_be_completed_is_refused_with_what_is_missing(toy: Toy) -> None:
    # given a copy, and a topic of the toy's own from which a part of what it said since is gone
    await toy.send([toy.poke(n, "T1") for n in range(5)])
    toy.start()
    await toy.until_said(5)
    await stopped(toy)
    await toy.copy()
    toy.start()
    await toy.send([toy.poke(10 + n, "T1") for n in range(5)])
    await toy.until_said(10)
    await stopped(toy)
    envelope, _ = (await toy.read(toy.said))[0]
    partition = int(envelope.source.rpartition("/")[2])
    admin = AIOKafkaAdminClient(**toy.kafka.for_aiokafka())
    await admin.start()
    await admin.delete_records({TopicPartition(toy.said, partition): RecordsToDelete(7)})
    await admin.close()
    # when it begins on the copy
    await toy.restore()
    process = toy.start()
    # then it does not start, says which number is gone, and has changed nothing
    assert process.wait() == 1
    assert toy.logged("第 6 号已不在主题上")
    assert await toy.value("select count(*) from event") == 5


async def test_whoever_runs_on_a_database_that_is_replaced_ends_before_it_says_anything(toy: Toy) -> None:
    # given a toy that runs and has said more since the copy
    await toy.send([toy.poke(n, key) for n, key in enumerate(keys(10))])
    toy.start()
    await toy.until_said(10)
    await stopped(toy)
    await toy.copy()
    process = toy.start()
    await toy.send([toy.poke(50 + n, key) for n, key in enumerate(keys(10))])
    await toy.until_said(20)
    # when the copy takes the place of its database
    await toy.restore()
    await toy.send([toy.poke(90 + n, key) for n, key in enumerate(keys(10))])
    # then it ends, and whoever starts it again finds all of it
    assert process.wait() == 1
    assert toy.logged("数据库换成了较旧的备份")
    toy.start()
    await toy.until_said(30)
    await toy.until(lambda: _whole(toy, 30))


async def _outward(toy: Toy, count: int) -> bool:
    found = await toy.read(toy.outward)
    return len(found) == len({envelope.id for envelope, _ in found}) == count


async def _whole(toy: Toy, count: int) -> bool:
    return sum(map(len, (await toy.whole()).values())) == count
