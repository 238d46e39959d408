"""A running system in which tickets flow, and whose parts are struck down, alone or several at once."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final, TypeVar

import asyncpg

from bench.journal import Journal, held_against_instance
from bench.parties import SpeakingParties
from bench.place import until
from bench.wechat import calling
from bench.wired import Wired
from chassis.executor import SESSION_SECONDS
from tools.client.addresses import Addresses
from tools.local import workers
from tools.local.instance import Instance
from tools.local.process import Started
from tools.local.readiness import is_ready
from tools.prepare.roles import READER
from tools.verify.findings import CheckResult
from tools.verify.run import verify_system

_log: Final = logging.getLogger(__name__)
SECOND: Final = "2"
"""The second worker of a service."""
FROZEN_SECONDS: Final = SESSION_SECONDS + 3
MISSED_SECONDS: Final = 25.0
"""Longer than others need to notice that a broker is dead, and to lead what it led."""
_PATIENCE: Final = 400.0
_LOOK_SECONDS: Final = 1.0
_TRACED_SECONDS: Final = 60.0
T = TypeVar("T")


class Village:
    """A running system and its people; some services have two workers."""

    def __init__(self, instance: Instance, twice: tuple[str, ...]) -> None:
        self.instance = instance
        self.twice = twice
        self.ended = 0
        """How many processes ended by themselves."""
        self._parties: list[SpeakingParties] = []

    def start(self) -> None:
        """Start all services, and the second workers."""
        self.instance.start_services()
        self.instance.start_services(self.twice, worker=SECOND)

    def journal(self) -> Journal:
        """Go on with what its people note outside of it, each before it is said; empty where nobody spoke."""
        return Journal(self.instance.home / "journal")

    @property
    def closed(self) -> int:
        """How many tickets were seen closed."""
        return sum(each.closed for each in self._parties)

    def process(self, name: str) -> Started:
        return next(process for process in self.instance.processes if process.name == name)

    async def freeze(self, name: str, seconds: float = FROZEN_SECONDS) -> None:
        """Let a process stand still in the middle of whatever it does; a worker, longer than the group waits for it."""
        pid = self.process(name).pid
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)

    async def lose(self, node: str, seconds: float = MISSED_SECONDS) -> None:
        """Kill a broker while others live, and start it again after the others had to do without it."""
        os.kill(self.process(node).pid, signal.SIGKILL)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.instance.restart, node, at_once=True)

    async def revive(self) -> None:
        """Start again whoever ended by itself, as a supervisor would."""
        again = await asyncio.to_thread(workers.heal, self.instance)
        if again:
            _log.warning("ended by themselves, and were started again: %s", ", ".join(again))
        self.ended += len(again)

    async def well(self) -> bool:
        """Whether everybody lives and says that nothing is in the way; whoever ended by itself is started again."""
        await self.revive()
        served = [process.ready for process in self.instance.processes if process.ready]
        return all(await asyncio.gather(*(asyncio.to_thread(is_ready, each) for each in served)))

    @asynccontextmanager
    async def flowing(self, tickets: int) -> AsyncIterator[None]:
        """Tickets flow, so many at once, while the body strikes; afterwards all of them come to their end.

        Whoever ends by itself while they do is started again: the watchdog ends a worker up to a minute after the blow
        that it did not survive. Where the system is wired, some people speak by HTTP meanwhile.
        """
        over = asyncio.Event()
        async with AsyncExitStack() as stack:
            journal = stack.enter_context(self.journal())
            flow = [asyncio.create_task(self._flow(over, tickets, journal))]
            if isinstance(self.instance, Wired):
                flow.append(asyncio.create_task(calling(self.instance, over, journal)))
            try:
                yield
            finally:
                over.set()
                await self._healing(asyncio.gather(*flow))

    async def _healing(self, going: asyncio.Future[T]) -> T:
        """Wait for something, and meanwhile start again whoever ends by itself."""
        try:
            while not (await asyncio.wait({going}, timeout=_LOOK_SECONDS))[0]:
                await self.revive()
        finally:
            going.cancel()
            await asyncio.wait({going})
        return going.result()

    async def _flow(self, over: asyncio.Event, tickets: int, journal: Journal) -> None:
        parties = SpeakingParties(self.instance, tickets, _PATIENCE, journal=journal)
        self._parties.append(parties)
        try:
            while not over.is_set():
                await parties.play(tickets)
        finally:
            await parties.close()

    async def closes(self, more: int) -> None:
        """Wait until so many more tickets are closed."""
        wanted = self.closed + more

        async def closed() -> bool:
            return self.closed >= wanted

        await until(closed, _PATIENCE, "tickets that close")

    async def results(self) -> list[CheckResult]:
        """What `liuhen verify` has to say, and whoever kept a journal outside."""
        addresses = Addresses.of(self.instance.addresses())
        verified = await self._healing(asyncio.ensure_future(verify_system(addresses, lambda _: None)))
        return [*verified, *await self._held_against_the_journal()]

    async def _held_against_the_journal(self) -> list[CheckResult]:
        """What the journal finds once the trace has had time to hear of what was said last."""
        until = time.monotonic() + _TRACED_SECONDS
        with self.journal() as journal:
            while True:
                results = await held_against_instance(journal.path, self.instance)
                if time.monotonic() > until or not any(each.findings for each in results):
                    return results
                await asyncio.sleep(_LOOK_SECONDS)

    async def closed_by_the_totals(self) -> int:
        """How many tickets were closed, as the role of dashboards reads it."""
        connection = await asyncpg.connect(self.instance.postgres_dsn(READER))
        try:
            return int(await connection.fetchval("select sum(tickets) from trace.board_steps where step = 'closed'"))
        finally:
            await connection.close()


class NotSeen(Exception):  # noqa: N818 - it says what happened
    """What should have happened was not seen in time."""


async def seen(condition: Callable[[], Awaitable[bool]], what: str, seconds: float = _PATIENCE) -> float:
    """Wait for something, and tell after how many seconds it was seen; NotSeen where it does not come."""
    began = time.monotonic()
    while not await condition():
        if time.monotonic() - began > seconds:
            raise NotSeen(f"{what}: not within {seconds:.0f} s")
        await asyncio.sleep(0.1)
    return time.monotonic() - began
