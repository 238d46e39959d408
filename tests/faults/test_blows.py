"""Whatever ends, stands still or is away, whatever line is harmed: nothing is lost, doubled or reordered.

A blow of each kind, for every run; each blow there is: `test_every_blow.py`, and `make soak`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable, Iterable
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from bench.blows import Blow, Nemesis
from bench.village import SECOND, Village, seen
from bench.wired import Wired
from tools.local.process import Started

_log = logging.getLogger(__name__)
_AT_ONCE = 20
_PATIENCE = 120.0


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_every_promise_is_kept_under_blows_to_workers_broker_database_and_lines(
    doubled: Village, wired: Wired
) -> None:
    (twice,) = doubled.twice
    nemesis = Nemesis(doubled, wired, random.Random(1))  # noqa: S311 - no secret
    # given tickets that flow from the call to the closing
    async with doubled.flowing(_AT_ONCE):
        # when the database stops at once and the broker is killed, while nothing has recovered yet
        await nemesis.deal(Blow.DATABASE_STOPPED)
        await nemesis.deal(Blow.BROKER_KILLED)
        # and a worker is killed, the other one stands still for long, and lines lose what is said
        await nemesis.deal(Blow.KILLED, twice)
        await asyncio.gather(nemesis.deal(Blow.STILL, f"{twice}-{SECOND}"), nemesis.deal(Blow.LINE_DROPPED))
        await seen(doubled.well, "everybody is ready again")
    results = await doubled.results()
    # then every ticket was closed, and neither verify nor the journal of those who spoke finds anything
    assert doubled.closed >= _AT_ONCE
    assert [finding for result in results for finding in result.findings] == []
    # and dashboards count each of them once, whatever ended meanwhile
    assert await doubled.closed_by_the_totals() == doubled.closed


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("foundation", "named"), [("kafka", "broker"), ("postgres", "database")])
async def test_an_idle_system_says_what_is_away_and_is_ready_again_by_itself(
    doubled: Village, foundation: str, named: str
) -> None:
    # given an idle system in which all is well
    instance = doubled.instance
    served = [process for process in instance.processes if process.ready]
    await _until(served, lambda answered: answered == {})
    # when what all stand on dies
    await asyncio.to_thread(instance.stop, foundation, at_once=True)
    # then each worker says so, and names nothing else that would be away
    (other,) = {"broker", "database"} - {named}
    await _until(served, lambda answered: named in answered and other not in answered)
    # and once it is back, each says without any ticket that it does its work again; nobody had to be started again
    await asyncio.to_thread(instance.restart, foundation)
    seconds = await _until(served, lambda answered: answered == {})
    assert all(process.is_alive() for process in served)
    _log.info("%s: ready again %.1f s after its return", foundation, seconds)


def waits(process: Started) -> dict[str, str]:
    """What a worker says is in its way."""
    try:
        with urlopen(process.ready, timeout=_PATIENCE) as answer:  # noqa: S310 - the address is our own
            answered = answer.read()
    except HTTPError as error:
        with error:
            answered = error.read()
    found: dict[str, str] = json.loads(answered)["waits"]
    return found


async def _until(served: Iterable[Started], condition: Callable[[dict[str, str]], bool]) -> float:
    """Wait until each worker says what is wanted; the seconds that it took."""
    began = time.monotonic()
    while not all(
        map(condition, (answered := {each.name: await asyncio.to_thread(waits, each) for each in served}).values())
    ):
        assert time.monotonic() - began < _PATIENCE, answered
        await asyncio.sleep(0.1)
    return time.monotonic() - began
