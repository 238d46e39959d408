"""Each blow of the list, in one run: nothing is lost, doubled or reordered."""

from __future__ import annotations

import asyncio
import random

import pytest

from bench.blows import LINES, Blow, Nemesis
from bench.village import SECOND, Village, seen
from bench.wired import Wired

_AT_ONCE = 20


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_every_promise_is_kept_under_every_blow(doubled: Village, wired: Wired) -> None:
    (twice,) = doubled.twice
    nemesis = Nemesis(doubled, wired, random.Random(1))  # noqa: S311 - no secret
    # given tickets that flow from the call to the closing
    async with doubled.flowing(_AT_ONCE):
        # when each blow of the list is dealt, while what was struck before has not recovered
        async def strike(*blows: Blow) -> None:
            for blow in blows:
                await nemesis.deal(blow)

        await strike(Blow.DATABASE_STOPPED, Blow.BROKER_KILLED, Blow.BROKER_LATE)
        await seen(doubled.well, "everybody is ready again")
        await nemesis.deal(Blow.KILLED, twice)
        await asyncio.gather(nemesis.deal(Blow.STILL, f"{twice}-{SECOND}"), strike(*LINES, Blow.BACKENDS_ENDED))
        await asyncio.gather(strike(Blow.BROKER_STILL), strike(Blow.DATABASE_STILL))
        await nemesis.deal(Blow.ENDED, twice)
        await nemesis.deal(Blow.JOINED, "sla")
        await nemesis.deal(Blow.ROLLED, twice)
        await seen(doubled.well, "everybody is ready again")
    results = await doubled.results()
    # then every ticket was closed, and neither verify nor the journal of those who spoke finds anything
    assert doubled.closed >= _AT_ONCE
    assert [finding for result in results for finding in result.findings] == []
    # and dashboards count each of them once, whatever ended meanwhile
    assert await doubled.closed_by_the_totals() == doubled.closed
    assert nemesis.dealt.keys() == set(Blow)
