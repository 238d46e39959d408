"""`python -m tests.support.sim`: so many schedules, and the story of each that breaks a promise; exit code 1 then."""

from __future__ import annotations

import gc
import time
from typing import Annotated

import typer

from tests.support.sim.plan import planned
from tests.support.sim.schedule import Verdict
from tests.support.sim.search import Found, run, search

_SWEEP_EVERY = 200
"""What is left of so many schedules is collected at once: left to itself, Python keeps it all."""


def simulate(
    *,
    schedules: Annotated[int, typer.Option(help="How many.")] = 10_000,
    first: Annotated[int, typer.Option(help="The seed of the first; each next one has the next.")] = 0,
    seed: Annotated[int | None, typer.Option(help="Tell the story of this one, broken or not.")] = None,
) -> None:
    """Run schedules and say how many, how fast, and what was broken."""
    if seed is not None:
        plan = planned(seed)
        typer.echo(Found(seed, plan, run(plan)).story())
        return
    began, turns, done = time.process_time(), 0, 0

    def ran(verdict: Verdict) -> None:
        nonlocal turns, done
        turns, done = turns + verdict.turns, done + 1
        if done % _SWEEP_EVERY == 0:
            gc.collect()

    broken = 0
    for found in search(range(first, first + schedules), ran):
        broken += 1
        typer.echo(found.story())
    seconds = time.process_time() - began
    each = f"{1000 * seconds / schedules:.1f} ms and {turns // schedules:,} turns each"
    speed = f"{3600 * schedules / seconds:,.0f} an hour"
    typer.echo(f"{schedules:,} schedules from seed {first}, {broken} broken: {each}, {speed} of processor time")
    raise typer.Exit(1 if broken else 0)


if __name__ == "__main__":
    typer.run(simulate)
