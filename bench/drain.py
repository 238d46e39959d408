"""How fast a service that was away catches up while people go on calling."""

from __future__ import annotations

import asyncio
import time
from typing import Final, NamedTuple

from bench.journal import Journal
from bench.parties import SpeakingParties
from bench.village import SECOND, Village, seen
from tools.client.addresses import Addresses
from tools.client.backlog import inputs_end, waiting

_SERVICE: Final = "dispatch"
_CALLS_A_SECOND: Final = 5
_AWAY_SECONDS: Final = 60.0


class Drained(NamedTuple):
    """Calls made while the service was away, and the seconds from its start until they were worked off."""

    waited: int
    seconds: float

    @property
    def times(self) -> float:
        """How much faster than they came calls were worked off."""
        return self.waited / self.seconds / _CALLS_A_SECOND

    def line(self) -> str:
        """In a line."""
        return (
            f"{self.waited} calls that came while {_SERVICE} was away, {_CALLS_A_SECOND} a second, were worked off"
            f" {self.seconds:.1f} s after its start, while others came: {self.times:.1f} times as fast as they came"
        )


class _Callers:
    """People who call at a steady rate, whatever becomes of it."""

    def __init__(self, village: Village, journal: Journal) -> None:
        self.made = 0
        self._parties = SpeakingParties(village.instance, 1, journal=journal)

    async def call(self) -> None:
        """Call until cancelled."""
        try:
            while True:
                await self._parties.call(_CALLS_A_SECOND)
                self.made += _CALLS_A_SECOND
                await asyncio.sleep(1)
        finally:
            await self._parties.close()


async def drained(village: Village) -> Drained:
    """End a service, let people call, start it again, and see when nothing waits that came before."""
    instance, names = village.instance, (_SERVICE, f"{_SERVICE}-{SECOND}")
    system = Addresses.of(instance.addresses())
    with Journal(instance.home / "journal") as journal:
        callers = _Callers(village, journal)
        await asyncio.to_thread(instance.stop, *names)
        calling = asyncio.create_task(callers.call())
        await asyncio.sleep(_AWAY_SECONDS)
        ends, waited, began = await inputs_end(system), callers.made, time.monotonic()
        await asyncio.to_thread(instance.start_services, [_SERVICE])

        async def caught_up() -> bool:
            left = await waiting(system, ends)
            return left is not None and left == 0

        await seen(caught_up, "what waited is worked off")
        seconds = time.monotonic() - began
        calling.cancel()
        await asyncio.wait([calling])
    await asyncio.to_thread(instance.start_services, [_SERVICE], worker=SECOND)
    return Drained(waited, seconds)
