"""The command: what is measured, in which order, and how it is printed."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from typing import Annotated

import typer

from bench import desk, hop, latency, pending, whole
from bench.figures import Figure, table
from bench.place import machine, measured_instance
from tools.errors import SaidClearly
from tools.local.instance import Announce, Instance
from tools.progress import telling
from tools.terminal import Terminal

PARTS = ("tickets", "hop", "latency", "timers", "desk")


def main() -> None:
    """Run the command; asked to end, it first ends what it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    typer.run(bench)


def bench(
    *,
    quick: Annotated[bool, typer.Option(help="A few seconds for each figure: rough, but all of them.")] = False,
    only: Annotated[str, typer.Option(help=f"One part: {', '.join(PARTS)}.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure on this machine, broker and database beside the services, and print figures with the aims beside them."""
    # A broker that has just made its topics is asked too early; aiokafka asks again by itself, and says so each time.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    console = Terminal()
    if only and only not in PARTS:
        raise typer.BadParameter(f"one of {', '.join(PARTS)}", param_hint="--only")
    try:
        with telling(console) as tell, measured_instance(tell, Instance) as instance:
            figures = asyncio.run(_measured(instance, only, tell, quick=quick))
    except SaidClearly as error:
        raise typer.Exit(_failed(error)) from None
    if as_json:
        document = {"machine": machine(), "figures": [figure.as_json() for figure in figures]}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        console.print(table(figures, machine()))


async def _measured(instance: Instance, only: str, tell: Announce, *, quick: bool) -> list[Figure]:
    figures: list[Figure] = []
    if only in ("", "tickets"):
        figures += await whole.measure(instance, 500 if quick else 4_000, tell, verify=not quick)
    if only in ("", "hop"):
        figures += await hop.measure(instance, 700 if quick else 2_000, 1 if quick else 3, tell)
    if only in ("", "latency"):
        figures += await latency.measure(instance, 100 if quick else 300, tell)
    if only in ("", "timers"):
        figures += await pending.measure(instance, 200_000 if quick else 5_000_000, tell, quick=quick)
    if only in ("", "desk"):
        figures += await desk.measure(instance, 20 if quick else 60, tell)
    return figures


def _failed(error: SaidClearly) -> int:
    typer.echo(str(error), err=True)
    return 1
