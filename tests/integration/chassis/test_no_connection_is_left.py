"""Whoever gives up while a client of the broker starts leaves no connection behind."""

from __future__ import annotations

import asyncio
import gc
import warnings
from typing import TYPE_CHECKING

from chassis.publish import EdgeProducer, Producer, Wire

if TYPE_CHECKING:
    from tests.support.chassis.outside import Toy

_EVERY = 60
"""So many turns of the loop lie between the moments at which it is given up."""


async def _given_up(toy: Toy, turns: int) -> bool:
    """Send, give it up after so many turns, and tell whether that was early enough."""
    several, single = Producer(toy.kafka, "test"), EdgeProducer(toy.kafka)
    sending = [
        asyncio.create_task(several.send([Wire(toy.foreign, 0, b"k", b"1", [])])),
        asyncio.create_task(single(toy.foreign, b"k", b"1", [], partition=0)),
    ]
    for _ in range(turns):
        await asyncio.sleep(0)
    early = [each.cancel() for each in sending]
    await asyncio.wait(sending)
    await several.close()
    await single.close()
    return any(early)


async def test_whoever_gives_up_while_a_client_starts_leaves_no_connection(toy: Toy) -> None:
    # given clients that are given up earlier and later, until one has said all before
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        turns = 0
        while await _given_up(toy, turns):
            turns += _EVERY
        # when what nobody holds any more is collected
        gc.collect()
    # then none of it was a connection
    assert turns > _EVERY
    assert [str(each.message) for each in told if issubclass(each.category, ResourceWarning)] == []
