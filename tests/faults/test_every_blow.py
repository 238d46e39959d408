"""Each blow of the list, in one run: nothing is lost, doubled or reordered."""

from __future__ import annotations

import asyncio
import random

import pytest

from bench.blows import LINES, Blow, Nemesis
from bench.village import SECOND, Village, seen
from bench.wired import Wired

_AT_ONCE = 20
_TWICE = "dispatch"


@pytest.fixture(scope="module")
def village(wired: Wired) -> Village:
    """Its people; dispatch has two workers."""
    village = Village(wired, (_TWICE,))
    village.start()
    return village


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_every_promise_is_kept_under_every_blow(village: Village, wired: Wired) -> None:
    nemesis = Nemesis(village, wired, random.Random(1))  # noqa: S311 - no secret
    # given tickets that flow from the call to the closing
    async with village.flowing(_AT_ONCE):
        # when each blow of the list is dealt, while what was struck before has not recovered
        async def strike(*blows: Blow) -> None:
            for blow in blows:
                await nemesis.deal(blow)

        await strike(Blow.DATABASE_STOPPED, Blow.BROKER_KILLED, Blow.BROKER_LATE)
        await seen(village.well, "everybody is ready again")
        await nemesis.deal(Blow.KILLED, _TWICE)
        await asyncio.gather(nemesis.deal(Blow.STILL, f"{_TWICE}-{SECOND}"), strike(*LINES, Blow.BACKENDS_ENDED))
        await asyncio.gather(strike(Blow.BROKER_STILL), strike(Blow.DATABASE_STILL))
        await nemesis.deal(Blow.ENDED, _TWICE)
        await nemesis.deal(Blow.JOINED, "sla")
        await nemesis.deal(Blow.ROLLED, _TWICE)
        await seen(village.well, "everybody is ready again")
    results = await village.results()
    # then every ticket was closed, and neither verify nor the journal of those who spoke finds anything
    assert village.closed >= _AT_ONCE
    assert [finding for result in results for finding in result.findings] == []
    # and dashboards count each of them once, whatever ended meanwhile
    assert await village.closed_by_the_totals() == village.closed
    assert nemesis.dealt.keys() == set(Blow)
