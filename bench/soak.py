"""`make soak MINUTES=… SEED=…`: blow after blow on a whole system while tickets flow; then every promise is verified.

Two workers of every service run. A round is one blow and the recovery from it, seen: everybody says that nothing is in
the way, and a further ticket is closed. After each deck of all blows the tickets come to their end, and `liuhen verify`
and the journal of whoever spoke must find nothing.
"""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import sys
import time
from collections import defaultdict
from functools import partial
from statistics import median
from typing import Annotated, Final, NamedTuple

import typer

from bench.blows import FOUNDATIONS, Blow, Dealt, Nemesis
from bench.drain import Drained, drained
from bench.lines import Lines
from bench.place import Late, measured_instance
from bench.village import NotSeen, Village, seen
from bench.wechat import RefusedError
from bench.wired import Wired
from chassis.executor import SESSION_SECONDS
from tools.errors import SaidClearly
from tools.progress import telling
from tools.terminal import Terminal

_MOVED_AIM: Final = SESSION_SECONDS + 3
_READY_AIM: Final = 5.0
_DRAIN_AIM: Final = 3.0
_SHOWN: Final = 10


class Round(NamedTuple):
    """A blow, and the recovery from it."""

    dealt: Dealt
    ready: float
    """Seconds from when what was struck was back until everybody said that nothing is in the way."""
    flows: float
    """Seconds from then until the next ticket was closed."""
    ended: int
    """How many processes ended by themselves, and had to be started again."""

    def line(self) -> str:
        """In a line."""
        moved = "" if self.dealt.moved is None else f", lanes moved after {self.dealt.moved:.1f} s"
        ended = f", {self.ended} ended by themselves" if self.ended else ""
        return (
            f"{self.dealt.blow.name.lower()} {self.dealt.whom}: away {self.dealt.away:.1f} s{moved},"
            f" all ready after {self.ready:.1f} s, a ticket closed after {self.flows:.1f} s{ended}"
        )


async def one_round(village: Village, nemesis: Nemesis, blow: Blow) -> Round:
    """Deal a blow and see the recovery; NotSeen where there is none."""
    ended, dealt = village.ended, await nemesis.deal(blow)
    ready = await seen(village.well, f"everybody is ready after {blow.name} of {dealt.whom}")
    closed = village.closed

    async def closes() -> bool:
        return village.closed > closed

    flows = await seen(closes, f"a ticket is closed after {blow.name} of {dealt.whom}")
    return Round(dealt, ready, flows, village.ended - ended)


class Soak:
    """Rounds for some minutes, and what was seen."""

    def __init__(self, village: Village, nemesis: Nemesis, at_once: int) -> None:
        """So many tickets are under way at once."""
        self.village, self.nemesis, self.at_once = village, nemesis, at_once
        self.rounds: list[Round] = []
        self.broken = 0

    async def run(self, minutes: float) -> Drained | None:
        """Strike until the time is over; then let a backlog drain."""
        until = time.monotonic() + 60 * minutes
        while time.monotonic() < until and not self.broken:
            await self._deck(until)
        return None if self.broken else await drained(self.village)

    async def _deck(self, until: float) -> None:
        try:
            async with self.village.flowing(self.at_once):
                for blow in self.nemesis.deck():
                    self.rounds.append(await one_round(self.village, self.nemesis, blow))
                    typer.echo(f"round {len(self.rounds)}: {self.rounds[-1].line()}; {self.village.closed:,} closed")
                    if time.monotonic() > until:
                        break
        except (NotSeen, Late, RefusedError, SaidClearly, ExceptionGroup) as error:
            self.broken += 1
            typer.echo(f"VIOLATION after {len(self.rounds)} rounds: {error}")
        await self._verify()

    async def _verify(self) -> None:
        results = await self.village.results()
        found = [(result.promise, each) for result in results for each in result.findings]
        self.broken += len(found)
        typer.echo(
            f"quiet after {len(self.rounds)} rounds: {self.village.closed:,} tickets closed,"
            f" {len(results)} promises, {len(found)} broken"
        )
        for promise, each in found[:_SHOWN]:
            typer.echo(f"VIOLATION  {each.subject}: {each.text} ({promise})")


def figures(rounds: list[Round], drain: Drained | None) -> list[str]:
    """A table: each blow, how often it was dealt, and how long recovery took."""
    by_blow: defaultdict[Blow, list[Round]] = defaultdict(list)
    for each in rounds:
        by_blow[each.dealt.blow].append(each)
    lines = [
        "| blow | rounds | all ready, median / most | next closing, median / most | aim |",
        "|---|---|---|---|---|",
    ]
    for blow, its in sorted(by_blow.items()):
        ready, flows = [each.ready for each in its], [each.flows for each in its]
        aim = f"ready within {_READY_AIM:.0f} s" if blow in FOUNDATIONS else ""
        lines.append(
            f"| {blow.value} | {len(its)} | {median(ready):.1f} / {max(ready):.1f} s"
            f" | {median(flows):.1f} / {max(flows):.1f} s | {aim} |"
        )
    moved = [each.dealt.moved for each in rounds if each.dealt.moved is not None]
    if moved:
        lines.append(
            f"lanes of a killed worker moved after {median(moved):.1f} / {max(moved):.1f} s ({_MOVED_AIM:.0f})"
        )
    if drain is not None:
        lines.append(f"{drain.line()} ({_DRAIN_AIM:.0f} times)")
    return lines


def soak(
    *,
    minutes: Annotated[float, typer.Option(help="How long things break.")] = 3.0,
    seed: Annotated[int, typer.Option(help="Another seed strikes otherwise.")] = 1,
    at_once: Annotated[int, typer.Option(help="Tickets under way at once.")] = 20,
) -> None:
    """Break things for a while, and verify every promise; exit code 1 when one is broken."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    chance = random.Random(seed)  # noqa: S311 - a simulation
    with telling(Terminal()) as tell, Lines() as lines, measured_instance(tell, partial(Wired, lines)) as instance:
        village = Village(instance, tuple(instance.plan.services))
        village.start()
        run = Soak(village, Nemesis(village, instance, chance), at_once)
        drain = asyncio.run(run.run(minutes))
    for line in figures(run.rounds, drain):
        typer.echo(line)
    ended = sum(each.ended for each in run.rounds)
    typer.echo(
        f"seed {seed}: {len(run.rounds)} rounds, {village.closed:,} tickets closed, {ended} processes ended by"
        f" themselves, {run.broken} violations"
    )
    raise typer.Exit(1 if run.broken else 0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    typer.run(soak)
