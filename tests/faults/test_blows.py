"""Whatever ends, stands still or is away, whatever line is harmed: nothing is lost, doubled or reordered."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import asyncpg
import pytest

from bench.blows import LINES, Blow, Nemesis
from bench.lines import Lines
from bench.village import SECOND, Village, seen
from bench.wired import Wired
from tools.local.instance import Instance
from tools.local.process import Started
from tools.local.settings import LocalSettings
from tools.prepare.roles import READER

_AT_ONCE = 20
_PATIENCE = 60.0
_NOTICED = 20.0
_READY_AGAIN = 5.0
_TWICE = "dispatch"
_SECOND = f"{_TWICE}-{SECOND}"


@pytest.fixture(scope="module")
def wired(longer: LocalSettings) -> Iterator[Wired]:
    """A system of its own, for its broker and its database are struck down, and its lines harmed."""
    with Lines() as lines, Wired(lines, ephemeral=True, clock="real", settings=longer) as instance:
        yield instance


@pytest.fixture(scope="module")
def village(wired: Wired) -> Village:
    """Its people; dispatch has two workers."""
    village = Village(wired, (_TWICE,))
    village.start()
    return village


@pytest.mark.slow
@pytest.mark.timeout(900)
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
        await asyncio.gather(nemesis.deal(Blow.STILL, _SECOND), strike(*LINES, Blow.BACKENDS_ENDED))
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
    assert await closed_by_the_totals(wired) == village.closed
    assert nemesis.dealt.keys() == set(Blow)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("foundation", "named"), [("kafka", "broker"), ("postgres", "database")])
async def test_an_idle_system_says_what_is_away_and_is_ready_again_five_seconds_after_its_return(
    village: Village, foundation: str, named: str
) -> None:
    # given an idle system in which all is well
    instance = village.instance
    served = [process for process in instance.processes if process.ready]
    await _until(served, lambda told: told == {}, _PATIENCE)
    # when what all stand on dies
    await asyncio.to_thread(instance.stop, foundation, at_once=True)
    # then each worker says so, and names nothing else that would be away
    (other,) = {"broker", "database"} - {named}
    await _until(served, lambda told: named in told and other not in told, _NOTICED)
    # and once it is back, each says without any ticket that it does its work again; nobody had to be started again
    await asyncio.to_thread(instance.restart, foundation)
    await _until(served, lambda told: told == {}, _READY_AGAIN)
    assert all(process.is_alive() for process in served)


async def closed_by_the_totals(instance: Instance) -> int:
    """How many tickets were closed, as the role of dashboards reads it."""
    connection = await asyncpg.connect(instance.postgres_dsn(READER))
    try:
        return int(await connection.fetchval("select sum(tickets) from trace.board_steps where step = 'closed'"))
    finally:
        await connection.close()


def waits(process: Started) -> dict[str, str]:
    """What a worker says is in its way."""
    try:
        with urlopen(process.ready, timeout=_PATIENCE) as answer:  # noqa: S310 - the address is our own
            told = answer.read()
    except HTTPError as error:
        told = error.read()
    found: dict[str, str] = json.loads(told)["waits"]
    return found


async def _until(served: Iterable[Started], condition: Callable[[dict[str, str]], bool], seconds: float) -> None:
    """Wait until each worker says what is wanted."""
    until = time.monotonic() + seconds
    while not all(
        map(condition, (told := {each.name: await asyncio.to_thread(waits, each) for each in served}).values())
    ):
        assert time.monotonic() < until, told
        await asyncio.sleep(0.1)
