"""`python -m bench.faults`: real tickets through real services while workers, broker and database are struck down.

Two workers of every service run. Each blow is chosen by a seeded chance: a worker is killed, or stands still for longer
than the group waits for it; the broker is killed; the database is restarted or killed. Tickets flow all the while.
Afterwards `liuhen verify` must find nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

import typer

from bench.parties import SpeakingParties
from bench.place import measured_instance, until
from chassis.executor import SESSION_SECONDS
from tools.client.addresses import Addresses
from tools.local import workers
from tools.local.instance import Instance
from tools.local.process import Started
from tools.progress import telling
from tools.terminal import Terminal
from tools.verify.findings import CheckResult
from tools.verify.run import verify_system

WORKERS: Final = ("a", "b")
"""Neither is the first, whose ports are fixed: each start takes free ones."""
FROZEN_SECONDS: Final = SESSION_SECONDS + 3
MISSED_SECONDS: Final = 25.0
"""Longer than others need to notice that a broker is dead, and to lead what it led."""
_PATIENCE: Final = 180.0
_BLOWS: Final = {"kill": 10, "freeze": 5, "broker": 1, "database": 1}


class Village:
    """A running system in which tickets flow; some services have two workers."""

    def __init__(self, instance: Instance, twice: tuple[str, ...]) -> None:
        self.instance = instance
        self.twice = twice
        self.closed = 0
        self.blows: Counter[str] = Counter()

    def start(self) -> None:
        """Start all services, and the second workers."""
        self.instance.start_services(worker=WORKERS[0])
        self.instance.start_services(self.twice, worker=WORKERS[1])

    def workers(self) -> list[str]:
        return [f"{service}-{worker}" for service in self.twice for worker in WORKERS]

    def process(self, name: str) -> Started:
        return next(process for process in self.instance.processes if process.name == name)

    async def kill(self, name: str) -> None:
        """End a worker as a failing machine would, and start it again."""
        self.blows["kill -9"] += 1
        await asyncio.to_thread(workers.restart, self.instance, name, at_once=True)

    async def freeze(self, name: str, seconds: float = FROZEN_SECONDS) -> None:
        """Let a worker stand still in the middle of whatever it does, longer than the group waits for it."""
        self.blows["SIGSTOP"] += 1
        pid = self.process(name).pid
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        os.kill(pid, signal.SIGCONT)

    async def strike(self, foundation: str, *, at_once: bool) -> None:
        """Restart the broker or the database under everybody's feet."""
        self.blows[f"{foundation} {'kill -9' if at_once else 'restart'}"] += 1
        await asyncio.to_thread(self.instance.restart, foundation, at_once=at_once)

    async def lose(self, node: str, seconds: float = MISSED_SECONDS) -> None:
        """Kill a broker while others live, and start it again after the others had to do without it."""
        self.blows[f"{node} kill -9"] += 1
        os.kill(self.process(node).pid, signal.SIGKILL)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.instance.restart, node, at_once=True)

    async def revive(self) -> None:
        """Start again whoever ended by itself, as a supervisor would."""
        self.blows["ended by itself"] += len(await asyncio.to_thread(workers.heal, self.instance))

    @asynccontextmanager
    async def flowing(self, tickets: int) -> AsyncIterator[None]:
        """Tickets flow, so many at once, while the body strikes; afterwards all of them come to their end."""
        over = asyncio.Event()
        flow = asyncio.create_task(self._flow(over, tickets))
        try:
            yield
        finally:
            over.set()
            await flow

    async def _flow(self, over: asyncio.Event, tickets: int) -> None:
        parties = SpeakingParties(self.instance, tickets, _PATIENCE)
        while not over.is_set():
            self.closed += len(await parties.play(tickets))
        await parties.close()

    async def closes(self, more: int) -> None:
        """Wait until so many more tickets are closed."""
        wanted = self.closed + more

        async def closed() -> bool:
            return self.closed >= wanted

        await until(closed, _PATIENCE, "tickets that close")

    async def results(self) -> list[CheckResult]:
        """What `liuhen verify` has to say."""
        return await verify_system(Addresses.of(self.instance.addresses()), lambda _: None)


async def strike_for(village: Village, seconds: float, chance: random.Random) -> None:
    """Blow after blow, by chance."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(1, 5))
        match chance.choices(list(_BLOWS), list(_BLOWS.values()))[0]:
            case "kill":
                await village.kill(chance.choice(village.workers()))
            case "freeze":
                await village.freeze(chance.choice(village.workers()))
            case "broker":
                await village.strike("kafka", at_once=True)
            case _:
                await village.strike("postgres", at_once=chance.random() < 0.5)  # noqa: PLR2004 - heads or tails
        await village.revive()


def faults(
    *,
    seconds: Annotated[float, typer.Option(help="How long things break.")] = 300.0,
    at_once: Annotated[int, typer.Option(help="Tickets under way at once.")] = 200,
    seed: Annotated[int, typer.Option(help="Another seed strikes otherwise.")] = 1,
) -> None:
    """Break things for a while, then verify every promise; exit code 1 when one is broken."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    console = Terminal()
    with telling(console) as tell, measured_instance(tell) as instance:
        village = Village(instance, ("intake", "dispatch", "sla", "notify", "trace"))
        village.start()
        tell(f"Striking for {seconds:.0f} s")
        results = asyncio.run(_story(village, seconds, at_once, random.Random(seed)))  # noqa: S311 - a simulation
    console.print(
        f"{village.closed:,} tickets closed; " + ", ".join(f"{n} × {blow}" for blow, n in village.blows.items())
    )
    for result in results:
        console.print(f"{'✔' if result.kept else '✘'} {result.promise}: {result.looked_at:,} looked at")
        for finding in result.findings[:10]:
            console.print(f"   {finding.subject}: {finding.text}")
    raise typer.Exit(0 if all(result.kept for result in results) else 1)


async def _story(village: Village, seconds: float, at_once: int, chance: random.Random) -> list[CheckResult]:
    async with village.flowing(at_once):
        await strike_for(village, seconds, chance)
    return await village.results()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    typer.run(faults)
