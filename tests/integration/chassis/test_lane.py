"""Nothing is lost, doubled or reordered: the lane transaction on a real broker and database."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import TYPE_CHECKING

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis import admin
from chassis.admin import Sender
from chassis.publish import Producer, Wire
from schemas.envelope import partition_of

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy


def keys(count: int) -> list[str]:
    return [f"T{n}" for n in range(count)]


async def test_every_record_is_answered_once_in_order(toy: Toy) -> None:
    # given records for many keys, waiting
    await toy.send([toy.poke(n, key) for n, key in enumerate(keys(50) * 10)])
    # when one worker runs
    toy.start()
    await toy.until_said(500)
    await toy.until(lambda: _whole(toy, 500))
    # then each key hears its answers in order, and each state is the fold of its events
    whole = await toy.whole()
    assert sorted(whole) == sorted(keys(50))
    for bodies in whole.values():
        assert [b'"total":%d' % total in body for total, body in enumerate(bodies, 1)] == [True] * 10
    assert await toy.value("select count(*) from state where version = 10") == 50


async def test_what_comes_again_is_dropped(toy: Toy) -> None:
    # given records that were handled
    wires = [toy.poke(n, key) for n, key in enumerate(keys(20))]
    await toy.send(wires)
    toy.start()
    await toy.until_said(20)
    # when the producer sends all of them once more, and something new behind them
    await toy.send(wires)
    await toy.send([toy.poke(100 + n, key) for n, key in enumerate(keys(4))])
    await toy.until_said(24)
    # then only the new ones are answered
    assert await toy.value("select count(*) from event") == 24
    assert await toy.value("select max(version) from state") == 2


async def test_killed_in_the_middle_nothing_is_lost_or_doubled(toy: Toy) -> None:
    # given many records and two workers
    await toy.send([toy.poke(n, f"T{n % 200}") for n in range(6_000)])
    toy.start("1")
    first = toy.start("2")
    await toy.until_said(1)
    # when one is killed and started again
    first.kill()
    toy.start("3")
    await toy.until_said(6_000, 150)
    # then the output is whole
    await toy.until(lambda: _whole(toy, 6_000))
    whole = await toy.whole()
    assert all([b'"total":%d,' % total in body for total, body in enumerate(bodies, 1)] for bodies in whole.values())


async def _whole(toy: Toy, count: int) -> bool:
    return sum(map(len, (await toy.whole()).values())) == count


async def test_recorded_but_unpublished_events_go_out_when_the_lane_is_opened(toy: Toy) -> None:
    # given a worker that ended between its commit and its publishing
    await toy.send([toy.poke(n, key) for n, key in enumerate(keys(40))])
    process = toy.start()
    await toy.until_said(40)
    process.terminate()
    assert process.wait(30) == 0
    before = len(await toy.read(toy.said))
    await toy.rows("update lane set published = 0")
    # when the next one starts
    toy.start()
    # then they are published again, and are the very same messages
    await toy.until(lambda: _count(toy, toy.said, 2 * before))
    messages = await toy.read(toy.said)
    assert len({(envelope.id, body) for envelope, body in messages}) == 40
    assert all(len(bodies) == 1 for bodies in (await toy.whole()).values())


async def _count(toy: Toy, topic: str, count: int) -> bool:
    return len(await toy.read(topic)) >= count


async def test_a_lost_message_stops_its_lane_and_no_other(toy: Toy) -> None:
    # given a source that leaves a number out
    await toy.send([toy.poke(0, "T0"), toy.poke(1, "T0", skip=1), *(toy.poke(n, f"T{n}") for n in range(2, 30))])
    lane = str(partition_of("T0", 4))
    # when a worker hears it
    toy.start()
    await toy.until(lambda: _paused(toy, lane))
    # then that lane stands still before the gap, says so, and the others go on
    others = sum(1 for n in range(2, 30) if str(partition_of(f"T{n}", 4)) != lane)
    await toy.until_said(1 + others)
    assert await toy.value("select count(*) from event where lane = $1", lane) == 1
    assert toy.logged("lane stands still")


async def _paused(toy: Toy, lane: str) -> bool:
    return bool(await toy.value("select paused from lane where name = $1", lane))


async def test_a_gap_is_mended_by_sending_again_from_the_missing_message_on(toy: Toy) -> None:
    # given a lane that stands still at a gap
    wires = [toy.poke(n, "T0") for n in range(10)]
    await toy.send([*wires[:3], *wires[5:]])
    lane, partition = str(partition_of("T0", 4)), partition_of("T0", 4)
    toy.start()
    await toy.until(lambda: _paused(toy, lane))
    # when an operator lets it mend and the producer sends again
    connection = await asyncpg.connect(toy.dsn, server_settings={"search_path": toy.name})
    await admin.mend(connection, toy.heard, partition, f"liuhen/feed/{partition}")
    await connection.close()
    await toy.send(wires[3:])
    # then everything is heard, in order
    await toy.until(lambda: _whole(toy, 10))
    assert [b'"n":%d,' % n in body for n, body in enumerate((await toy.whole())["T0"])] == [True] * 10


async def test_a_number_that_comes_again_with_another_id_is_an_alarm(toy: Toy) -> None:
    # given a source whose last number comes again, as another event
    await toy.send([toy.poke(0, "T0")])
    toy.start()
    await toy.until_said(1)
    toy.sequences.clear()
    # when it is heard
    await toy.send([toy.poke(1, "T0")])
    # then the lane stands still instead of dropping it
    lane = str(partition_of("T0", 4))
    await toy.until(lambda: _paused(toy, lane))
    assert "another id" in await toy.value("select paused from lane where name = $1", lane)


async def test_an_unreadable_record_parks_its_ticket_until_it_is_replayed(toy: Toy) -> None:
    # given a record of a type that this version does not know, and more for the same ticket behind it
    strange = toy.poke(1, "T0")
    headers = [(name, b"liuhen.toy.unheard-of.v1" if name == "ce_type" else value) for name, value in strange.headers]
    await toy.send([strange._replace(headers=headers), toy.poke(2, "T0"), toy.poke(3, "T0")])
    await toy.send([toy.poke(10 + n, f"T{n}") for n in range(1, 20)])
    # when it is heard
    toy.start()
    await toy.until_said(19)
    # then only that ticket waits
    parked = await toy.rows("select reason from parked order by place")
    assert [row["reason"] for row in parked] == ["type", "behind", "behind"]
    # and when a version that knows it replays, it is heard in order
    names = headers_of(strange)
    await toy.rows("update parked set header_names = $1, header_values = $2 where reason = 'type'", *names)
    connection = await asyncpg.connect(toy.dsn, server_settings={"search_path": toy.name})
    assert await admin.replay(connection, "T0") == 3
    await connection.close()
    await toy.until(lambda: _whole(toy, 22))
    assert [b'"n":%d,' % n in body for n, body in enumerate((await toy.whole())["T0"], 1)] == [True] * 3
    assert await toy.value("select count(*) from parked") == 0


def headers_of(wire: Wire) -> tuple[list[str], list[bytes]]:
    return [name for name, _ in wire.headers], [value for _, value in wire.headers]


async def test_an_unreadable_foreign_record_is_a_dead_letter_and_the_rest_goes_on(toy: Toy) -> None:
    # given foreign records, one of them no text
    await toy.send([Wire(toy.foreign, 0, b"a", value, []) for value in (b"fine", b"\xff", b"fine too")])
    await toy.send([Wire(toy.foreign, 0, b"null", None, [("odd", b"\x00")])])
    # when they are heard
    toy.start()
    await toy.until(lambda: _offset(toy, toy.foreign, 4))
    # then the two are dead letters with the reason, in the table and on their topic
    letters = await toy.rows('select "offset", reason from dead_letter order by "offset"')
    assert [tuple(letter) for letter in letters] == [(1, "not-text"), (3, "not-text")]

    async def published() -> bool:
        return bool(await toy.value("select count(*) = 2 from dead_letter where published"))

    await toy.until(published)


async def test_dead_letters_are_counted_as_they_lie_there_also_after_a_restart(toy: Toy) -> None:
    # given two dead letters, and a worker that ended
    await toy.send([Wire(toy.foreign, 0, b"a", b"\xff", []) for _ in range(2)])
    toy.start()
    await toy.until(lambda: _offset(toy, toy.foreign, 2))
    toy.end()
    # when another one begins
    toy.start()
    await toy.until(lambda: _measures(toy, "liuhen_lanes{"))
    # then it tells of both, though it has met none
    told = f'liuhen_dead_letters_kept{{reason="not-text",service="{toy.name}",topic="{toy.foreign}"}} 2.0'
    await toy.until(lambda: _measures(toy, told))


async def _measures(toy: Toy, words: str) -> bool:
    try:
        return words in await asyncio.to_thread(toy.measured)
    except OSError:
        return False


async def _offset(toy: Toy, topic: str, offset: int) -> bool:
    return bool(await toy.value("select min(next_offset) = $2 from input where topic = $1", topic, offset))


async def test_a_record_that_the_code_cannot_handle_stops_the_process_and_names_it(toy: Toy) -> None:
    # given one record among many that meets a bug
    await toy.send([toy.poke(n, f"T{n}", text="bug" if n == 77 else "") for n in range(200)])
    # when it is handled
    process = toy.start()
    # then the process ends with 1, names its coordinates, and every record before it was answered
    assert await asyncio.to_thread(process.wait, 60) == 1
    assert toy.logged("stopped by a record")
    assert not toy.logged("division")
    partition = partition_of("T77", 4)
    offset = await toy.value("select next_offset from input where topic = $1 and partition = $2", toy.heard, partition)
    assert toy.logged(f'"partition": {partition}, "offset": {offset}')
    assert offset == sum(1 for n in range(77) if partition_of(f"T{n}", 4) == partition)


async def test_a_record_that_the_work_refuses_parks_its_ticket(toy: Toy) -> None:
    await toy.send([toy.poke(n, f"T{n}", text="refused" if n == 7 else "") for n in range(20)])
    toy.start()
    await toy.until_said(19)
    assert [tuple(row) for row in await toy.rows("select parked_key, reason from parked")] == [("T7", "unwelcome")]


async def test_a_topic_for_outsiders_that_is_missing_holds_up_nobody_else(toy: Toy) -> None:
    # given messages for a topic that does not exist
    await toy.send([toy.poke(n, f"T{n}", text="outward") for n in range(30)])
    toy.start()
    # when they are handled, the own topic hears everything
    await toy.until_said(30)
    await toy.until(lambda: _whole(toy, 30))
    # and once the topic is there, outsiders hear everything too
    admin = AIOKafkaAdminClient(**toy.kafka.for_aiokafka())
    await admin.start()
    await admin.create_topics([NewTopic(toy.outward, 1, 1)])
    await admin.close()

    async def all_out() -> bool:
        return len({envelope.id for envelope, _ in await toy.read(toy.outward)}) == 30

    await toy.until(all_out, 90)


async def test_lost_connections_are_survived(toy: Toy) -> None:
    # given a worker in the middle of its work
    await toy.send([toy.poke(n, f"T{n % 100}") for n in range(3_000)])
    process = toy.start()
    await toy.until_said(1)
    # when the database ends all its sessions, again and again, whatever they are in the middle of
    owner = await asyncpg.connect(toy.owner_dsn)
    for _ in range(20):
        await owner.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", toy.name)
        await asyncio.sleep(0.15)
    await owner.close()
    # then it goes on by itself
    await toy.until_said(3_000, 90)
    await toy.until(lambda: _whole(toy, 3_000))
    assert process.poll() is None


async def test_an_idle_worker_is_ready_again_once_the_database_is_back(toy: Toy) -> None:
    # given an idle worker that is ready
    process = toy.start()
    await toy.until(toy.ready)
    # when the database lets nobody in, and then does again
    owner = await asyncpg.connect(toy.owner_dsn)
    await owner.execute(f"alter role {toy.name} nologin")
    await owner.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", toy.name)
    await toy.until(toy.unready)
    assert "database" in toy.waits()
    await owner.execute(f"alter role {toy.name} login")
    await owner.close()
    # then it is ready again, though nothing came to be done
    await toy.until(toy.ready)
    assert toy.waits() == {}
    assert process.poll() is None


async def test_a_frozen_worker_loses_its_locks(toy: Toy) -> None:
    # given somebody who locked the lanes and froze
    process = toy.start()
    await toy.send([toy.poke(0, "T0")])
    await toy.until_said(1)
    zombie = await asyncpg.connect(toy.dsn, server_settings={"search_path": toy.name})
    await zombie.execute("begin; select * from lane for update")
    # when there is work in these lanes
    await toy.send([toy.poke(n, f"T{n}") for n in range(1, 20)])
    # then the worker ends the zombie's session after a session timeout
    await toy.until_said(20, 60)
    assert process.poll() is None
    zombie.terminate()


async def test_next_offsets_of_another_log_stop_the_lane_until_it_is_rebased(toy: Toy) -> None:
    # given a topic that is not the one that was heard
    await toy.send([toy.poke(n, f"T{n}") for n in range(8)])
    process = toy.start()
    await toy.until_said(8)
    process.terminate()
    process.wait(30)
    await toy.rows("update input set topic_id = 'another' where topic = $1 and partition = 0", toy.heard)
    # when a worker starts
    toy.start()
    await toy.until(lambda: _paused(toy, "0"))
    await toy.send([toy.poke(100 + n, f"T{n}") for n in range(8)])
    in_lane = sum(1 for n in range(8) if partition_of(f"T{n}", 4) == 0)
    await toy.until_said(16 - in_lane)
    # then the lane goes on after it was rebased, and what was heard is dropped by its number
    connection = await asyncpg.connect(toy.dsn, server_settings={"search_path": toy.name})
    await admin.rebase(connection, toy.heard, 0)
    await connection.close()
    await toy.until_said(16)
    assert await toy.value("select count(*) from event") == 16


async def test_events_can_be_published_again_from_the_table(toy: Toy) -> None:
    await toy.send([toy.poke(n, "T0") for n in range(10)])
    toy.start()
    await toy.until_said(10)
    await toy.until(lambda: _count(toy, toy.said, 10))
    connection = await asyncpg.connect(toy.dsn, server_settings={"search_path": toy.name})
    producer, partition = Producer(toy.kafka, toy.name), partition_of("T0", 4)
    place = (toy.said, partition)
    sender = Sender(producer, toy.name, None)
    assert await admin.republish(connection, sender, place, str(partition), 4) == 7
    await producer.close()
    await connection.close()
    messages = await toy.read(toy.said)
    assert [envelope.sequence for envelope, _ in messages] == [*range(1, 11), *range(4, 11)]
    assert messages[3:10] == messages[10:]


async def test_sigterm_ends_a_busy_worker_in_seconds(toy: Toy) -> None:
    # given a worker with more to do than it can finish
    await toy.send([toy.poke(n, f"T{n % 500}") for n in range(20_000)])
    process = toy.start()
    await toy.until_said(1)
    # when it is asked to end
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    # then it does, in order, and the next one goes on
    assert await asyncio.to_thread(process.wait, 30) == 0
    assert time.monotonic() - began < 15
    assert await toy.value("select bool_and(published = next_number - 1) from lane")
