"""`liuhen verify`: whether the running system kept its promises."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import typer
from rich.console import Console
from rich.table import Table

from liuhen.answers import AsJson, print_json
from tools.client.addresses import load_addresses
from tools.progress import counting
from tools.verify.findings import Verdict
from tools.verify.run import verify_system

_SHOWN: Final = 20


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def verify(*, as_json: AsJson = False) -> None:
        """Read all topics and tables of the running system and check every promise; exit code 1 when one is broken."""
        verdicts = verdicts_of_running()
        if as_json:
            print_json([_as_json(verdict) for verdict in verdicts])
        else:
            show(verdicts, Console())
        raise typer.Exit(code=0 if all(verdict.kept for verdict in verdicts) else 1)


def verdicts_of_running() -> list[Verdict]:
    """Inquire of the running system, and show on standard error how many records were read."""
    system = load_addresses()
    with counting("verify") as counted:
        return asyncio.run(verify_system(system, counted))


def show(verdicts: Sequence[Verdict], console: Console) -> None:
    """Print a line for each promise, and what is broken below."""
    table = Table(title="留痕核验 liuhen verify", title_justify="left")
    table.add_column("")
    table.add_column("承诺 promise")
    table.add_column("核对 looked at", justify="right")
    table.add_column("问题 found", justify="right")
    for verdict in verdicts:
        mark = "[green]✔[/]" if verdict.kept else "[red]✘[/]"
        table.add_row(mark, verdict.promise, f"{verdict.looked_at:,}", str(len(verdict.findings)))
    console.print(table)
    for verdict in verdicts:
        for finding in verdict.findings[:_SHOWN]:
            console.print(f"[red]{finding.subject}[/]: {finding.text}  [dim]({verdict.promise})[/]")
        if len(verdict.findings) > _SHOWN:
            console.print(f"[red]… and {len(verdict.findings) - _SHOWN} more[/]  [dim]({verdict.promise})[/]")


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "promise": verdict.promise,
        "looked_at": verdict.looked_at,
        "kept": verdict.kept,
        "findings": [{"subject": each.subject, "text": each.text} for each in verdict.findings],
    }
