"""Whatever ends, stands still or is away for a while: nothing is lost, doubled or reordered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bench.faults import Village
from tools.local.instance import Instance
from tools.local.settings import load_settings

_AT_ONCE = 20


@pytest.fixture(scope="module")
def village() -> Iterator[Village]:
    """A system of its own, for its broker and its database are struck down; dispatch has two workers."""
    settings = load_settings()
    patient = settings.model_copy(update={"patience": 3 * settings.patience})
    with Instance(ephemeral=True, clock="real", settings=patient) as instance:
        village = Village(instance, ("dispatch",))
        village.start()
        yield village


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


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_all_are_ready_again_once_the_broker_is_back_though_nothing_comes(village: Village) -> None:
    # given an idle system whose broker dies for so long that everybody notices
    await village.strike("kafka", at_once=True)
    # then every worker says by itself, without any ticket, that it does its work again
    for process in village.instance.processes:
        if process.ready:
            await asyncio.to_thread(village.instance.wait_ready, process)
