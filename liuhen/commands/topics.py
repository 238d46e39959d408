"""`liuhen topics apply`: what the registry says, made true on the broker."""

from __future__ import annotations

from collections import Counter
from typing import Final

import typer
from rich.table import Table

from liuhen.answers import AsJson, print_json
from tools.client.addresses import load_addresses
from tools.prepare import topics
from tools.terminal import Terminal, styled

_console: Final = Terminal()
_COLOURS: Final = {
    topics.TopicChange.CREATED: "green",
    topics.TopicChange.ALTERED: "yellow",
    topics.TopicChange.UNCHANGED: "dim",
    topics.TopicChange.DIFFERS: "red",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The topics of the registry.", no_args_is_help=True)
    group.command()(apply)
    app.add_typer(group, name="topics")


def apply(*, as_json: AsJson = False) -> None:
    """Create what is missing and set what differs; exit code 1 when a number of partitions differs."""
    addresses = load_addresses()
    applied = topics.apply(addresses.kafka, topics.wanted(addresses.policy))
    if as_json:
        rows = [
            {
                "topic": item.topic.name,
                "change": item.change,
                "detail": item.detail,
                "partitions": item.topic.partitions,
            }
            for item in applied
        ]
        print_json(rows)
    else:
        _show(applied)
    if any(item.change is topics.TopicChange.DIFFERS for item in applied):
        raise typer.Exit(1)


def _show(applied: tuple[topics.Applied, ...]) -> None:
    table = Table()
    for column in ("topic", "kind", "partitions", "change", "detail"):
        table.add_column(column, overflow="fold")
    for topic, change, detail in applied:
        row = (topic.name, str(topic.kind), str(topic.partitions))
        table.add_row(*row, styled((change, _COLOURS[change])), detail)
    _console.print(table)
    counts = Counter(item.change for item in applied)
    _console.print(", ".join(f"{number} {change}" for change, number in counts.items()))
