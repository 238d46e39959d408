"""Timers fire once, never early, before what is later than they are, and only when everything earlier was heard."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chassis.packing import said, unpacked

if TYPE_CHECKING:
    from asyncpg import Record

    from tests.support.chassis.outside import Toy


async def told(toy: Toy, key: str) -> list[dict[str, Any]]:
    rows = await toy.rows(f"select {said()} from event where key = $1 and not outward order by number", key)  # noqa: S608 - our own columns
    return [json.loads(unpacked(kept)) for (kept,) in rows]


async def fired(toy: Toy, *, yes: bool = True) -> list[Record]:
    rows = await toy.rows(f"select time, recorded, {said()} as said from event order by number")  # noqa: S608 - our own columns
    return [row for row in rows if json.loads(unpacked(row["said"])).get("fired") is yes]


async def test_a_timer_fires_once_and_not_before_it_is_due(toy: Toy) -> None:
    # given a worker that runs, and a timer one second after a record
    toy.start()
    await toy.send([toy.poke(0, "T1")])
    await toy.until_said(1)
    began = datetime.now(UTC)
    await toy.send([toy.poke(1, "T0", wait=1.0, at=began)])
    # when it fired
    await toy.until_said(3)
    # then it was not early, is judged by its due time, and is settled
    row = (await fired(toy))[0]
    assert row["time"] == began + timedelta(seconds=1)
    assert row["recorded"] >= row["time"]
    assert (row["recorded"] - row["time"]).total_seconds() < 0.5
    assert [(body["n"], body["fired"]) for body in await told(toy, "T0")] == [(1, False), (-1, True)]
    assert await toy.value("select status from timer") == "fired"


async def test_a_timer_fires_before_a_record_that_is_later(toy: Toy) -> None:
    # given records whose times lie far apart, heard in one go
    start = datetime.now(UTC) - timedelta(days=1)
    hours = [start + timedelta(hours=hour) for hour in range(4)]
    await toy.send(
        [
            toy.poke(0, "T0", wait=5_400.0, at=hours[0]),
            toy.poke(1, "T0", at=hours[1]),
            toy.poke(2, "T0", at=hours[2]),
            toy.poke(3, "T0", wait=60.0, at=hours[3]),
        ]
    )
    # when they are handled
    toy.start()
    await toy.until_said(6)
    # then each timer stands between the records that it lies between
    assert [body["n"] for body in await told(toy, "T0")] == [0, 1, -1, 2, 3, -1]


async def test_a_timer_that_is_set_anew_fires_only_at_its_last_due_time(toy: Toy) -> None:
    start = datetime.now(UTC) - timedelta(hours=10)
    await toy.send(
        [
            toy.poke(0, "T0", wait=3_600.0, at=start),
            toy.poke(1, "T0", wait=7_200.0, at=start + timedelta(minutes=30)),
            toy.poke(2, "T0", at=start + timedelta(hours=9)),
        ]
    )
    toy.start()
    await toy.until_said(4)
    assert [body["n"] for body in await told(toy, "T0")] == [0, 1, -1, 2]
    due = await toy.value("select due from timer")
    assert due == start + timedelta(minutes=30, hours=2)


async def test_timers_of_a_worker_that_is_gone_fire_in_the_next(toy: Toy) -> None:
    # given a worker that armed a timer and was killed
    first = toy.start()
    await toy.send([toy.poke(0, "T0", wait=3.0)])
    await toy.until_said(1)
    first.kill()
    # when another one takes over
    toy.start()
    # then the timer fires, once
    await toy.until_said(2)
    assert [body["n"] for body in await told(toy, "T0")] == [0, -1]


async def test_under_an_accelerated_clock_waits_are_shorter_by_its_speed(toy: Toy) -> None:
    # given a clock on which an hour is a second
    toy.clock = f"2026-09-14T08:00:00+08:00@3600@{time.time()}"
    toy.start()
    # when a timer is set for two hours later
    await toy.send([toy.poke(0, "T0", wait=7_200.0, at=datetime.fromisoformat("2026-09-14T09:00:00+08:00"))])
    # then it fires within seconds, judged by its due time
    await toy.until_said(2, 30)
    assert await toy.value("select time from event where number = 2") == datetime.fromisoformat("2026-09-14T03:00:00Z")


async def test_a_burst_of_timers_fires_in_seconds(toy: Toy) -> None:
    # given thousands of timers that are due at the same moment
    due = datetime.now(UTC) + timedelta(seconds=6)
    moments = [datetime.now(UTC) for _ in range(4_000)]
    await toy.send([toy.poke(n, f"T{n}", wait=(due - at).total_seconds(), at=at) for n, at in enumerate(moments)])
    toy.start()
    await toy.until_said(4_000)
    # when it comes
    await toy.until_said(8_000)
    # then all fired, none early, the last within three seconds from when all were armed and due
    armed = max(row["recorded"] for row in await fired(toy, yes=False))
    last = max(row["recorded"] for row in await fired(toy))
    late = last - max(armed, due)
    assert all(row["recorded"] >= row["time"] for row in await fired(toy))
    assert late < timedelta(seconds=3)
