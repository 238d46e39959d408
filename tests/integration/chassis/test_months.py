"""A service that runs for months makes the partitions of each before it comes."""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy

A_MONTH_IN_TWO_SECONDS = 1_300_000


async def test_half_a_year_without_a_restart_leaves_the_default_partition_empty(toy: Toy) -> None:
    # given a service whose months go by in seconds
    toy.clock = f"2030-01-10T00:00:00+00:00@{A_MONTH_IN_TWO_SECONDS}@{time.time()}"
    toy.start()
    # when it says something again and again for half a year
    for said in count(1):
        await toy.send([toy.poke(said, "T0")])
        await toy.until_said(said)
        if await toy.value("select to_char(max(recorded), 'YYYY-MM') from event") >= "2030-07":
            break
    # then each event stands in the partition of its month
    assert await toy.value("select count(distinct tableoid) from event") > 1
    assert await toy.value("select count(*) from event_default") == 0
