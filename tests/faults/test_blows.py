"""Whatever ends, stands still or is away for a while: nothing is lost, doubled or reordered."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from urllib.error import HTTPError
from urllib.request import urlopen

import asyncpg
import pytest

from bench.faults import Village
from tools.local.instance import Instance
from tools.local.process import Started
from tools.prepare.roles import READER

_AT_ONCE = 20
_PATIENCE = 60.0
_NOTICED = 20.0
_READY_AGAIN = 5.0


@pytest.fixture(scope="module")
def village(patient: Instance) -> Village:
    """A system of its own, for its broker and its database are struck down; dispatch has two workers."""
    village = Village(patient, ("dispatch",))
    village.start()
    return village


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_promise_is_kept_under_blows_to_workers_broker_and_database(village: Village) -> None:
    # given tickets that flow from the call to the closing
    async with village.flowing(_AT_ONCE):
        # when a worker is killed, another stands still for long, the broker dies and the database restarts
        await village.kill("dispatch-a")
        await village.strike("kafka", at_once=True)
        await village.freeze("dispatch-b")
        await village.strike("postgres", at_once=False)
        await village.revive()
    results = await village.results()
    # then every ticket was closed, and verify finds nothing
    assert village.closed >= _AT_ONCE
    assert [finding for result in results for finding in result.findings] == []
    # and dashboards count each of them once, whatever ended meanwhile
    assert await closed_by_the_totals(village.instance) == village.closed


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
