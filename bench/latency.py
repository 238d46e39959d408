"""What one hop adds at low load: from a fact of the door on the broker to the answer of dispatch."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Final

from bench.figures import Figure, percentile
from bench.life import Door, registered
from bench.place import Late
from chassis.publish import Producer
from schemas.principals import OPERATORS
from schemas.registry import DISPATCH
from tools.client.kafka import listener
from tools.local.instance import Announce, Instance

_EVERY_SECONDS: Final = 0.05
_WARM: Final = 10
_PATIENCE: Final = 20.0


async def measure(instance: Instance, tickets: int, announce: Announce) -> list[Figure]:
    """Milliseconds from the broker's acknowledgement of a ticket to the arrival of what dispatch says about it."""
    announce("Latency of a hop at low load")
    instance.start_services(["dispatch"])
    broker = instance.broker("intake")
    door, producer = Door(broker), Producer(broker, "bench")
    sent: dict[str, float] = {}
    took: list[float] = []
    async with listener(instance.broker(OPERATORS), [DISPATCH], new_only=True) as consumer:
        await asyncio.gather(*(consumer.position(place) for place in consumer.assignment()))

        async def hear() -> None:
            heard: set[str] = set()
            while len(heard) < tickets + _WARM:
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    arrived = time.perf_counter()
                    for ticket in {(record.key or b"").decode() for record in records} & sent.keys() - heard:
                        heard.add(ticket)
                        took.append(arrived - sent[ticket])

        hearing = asyncio.create_task(hear())
        for _ in range(tickets + _WARM):
            ticket = door.number()
            sent[ticket] = time.perf_counter()
            await producer.send([door.wire(ticket, 0, registered(ticket, datetime.now(UTC)))])
            sent[ticket] = time.perf_counter()
            await asyncio.sleep(_EVERY_SECONDS)
        try:
            await asyncio.wait_for(hearing, _PATIENCE)
        except TimeoutError:
            raise Late(f"{len(took)} of {tickets + _WARM} tickets came out of dispatch") from None
    await producer.close()
    instance.stop("dispatch")
    millis = [1000 * each for each in took[_WARM:]]
    rate = f"{1 / _EVERY_SECONDS:.0f} tickets a second"
    return [
        Figure("latency added by a hop, median", percentile(millis, 0.5), "ms", note=rate),
        Figure("latency added by a hop, 99 %", percentile(millis, 0.99), "ms", note="till a consumer has it"),
    ]
