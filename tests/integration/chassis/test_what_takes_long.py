"""What cannot be finished in its time is not tried again as it was: it is taken smaller until it goes through."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from chassis.packing import said, unpacked
from chassis.service import MOST_AT_ONCE

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy


async def test_a_batch_that_outgrows_its_time_shrinks_and_goes_through(toy: Toy) -> None:
    # given more slow records than a silent transaction has time for, however they are fetched
    toy.silence_seconds = 1.0
    await toy.send([toy.poke(n, f"T{n % 40}", text="slow") for n in range(200)])
    # when they are heard
    process = toy.start()
    await toy.until_said(200)
    # then each was answered once, in order
    await toy.until(lambda: _whole(toy, 200))
    whole = await toy.whole()
    assert all([b'"total":%d,' % total in body for total, body in enumerate(bodies, 1)] for bodies in whole.values())
    # and it was told that less was done at once
    assert toy.logged('"reason": "failed"')
    assert f'liuhen_smaller_portions_total{{service="{toy.name}",work="records"}}' in toy.measured()
    assert process.poll() is None


async def test_portions_grow_back_once_records_are_quick_again(toy: Toy) -> None:
    # given slow records, and many quick ones behind them
    toy.silence_seconds = 1.0
    await toy.send([toy.poke(n, f"T{n % 40}", text="slow") for n in range(60)])
    await toy.send([toy.poke(n, f"T{n % 40}") for n in range(60, 4_060)])
    toy.start()
    await toy.until_said(4_060)
    # then the last ones took few transactions, far fewer than portions of the slow ones would have made of them
    assert int(await toy.value("select max(turn) from lane")) < 150


async def _whole(toy: Toy, count: int) -> bool:
    return sum(map(len, (await toy.whole()).values())) == count


async def test_timers_that_are_due_before_a_record_fire_a_portion_at_a_time(toy: Toy) -> None:
    # given more timers than fire at once, all of which come due while nobody works
    many = 2 * MOST_AT_ONCE + 500
    await toy.send([toy.poke(n, f"T{n}", wait=600.0) for n in range(many)])
    process = toy.start()
    await toy.until_said(many, 150)
    process.terminate()
    assert process.wait(30) == 0
    # when a record of an hour later is heard
    later = datetime.now(UTC) + timedelta(hours=1)
    toy.clock = f"{later.isoformat()}@1@{time.time():.3f}"
    await toy.send([toy.poke(many, "T0", at=later)])
    toy.start()
    await toy.until_said(2 * many + 1, 150)
    # then they fired in several transactions, before it
    events = await toy.rows(f"select key, recorded, {said()} as said from event order by number")  # noqa: S608 - our own columns
    bodies = [json.loads(unpacked(row["said"])) for row in events]
    fired = Counter(row["recorded"] for row, body in zip(events, bodies, strict=True) if body["fired"])
    assert fired.total() == many
    assert max(fired.values()) <= MOST_AT_ONCE
    of_the_first = [body for row, body in zip(events, bodies, strict=True) if row["key"] == "T0"]
    assert [body["total"] for body in of_the_first] == [1, 2, 3]
    assert of_the_first[-1]["fired"] is False
