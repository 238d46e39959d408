"""`liuhen verify`: whether the running system kept its promises."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

import typer
from rich.table import Table

from chassis.clock import Clock
from liuhen.answers import AsJson, print_json
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.progress import counting
from tools.terminal import Terminal, styled
from tools.verify.findings import CheckResult
from tools.verify.run import verify_system

_SHOWN: Final = 20
_AGO: Final = re.compile(r"([1-9][0-9]{0,4})([hd])")
_HOURS: Final = {"h": 1, "d": 24}
Since = Annotated[
    str | None,
    typer.Option(
        help="只看这段时间以来记下的，及其所涉工单的始终，如 26h、7d；涉及多张工单的承诺不在其内。不写则全看。"
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(help="读遍运行中系统的主题和表，逐项核对承诺；有没守住的，退出码为 1。")
    def verify(*, since: Since = None, as_json: AsJson = False) -> None:
        """Read all topics and tables of the running system and check every promise; exit code 1 when one is broken."""
        results = check_running(since)
        if as_json:
            print_json([_as_json(result) for result in results])
        else:
            show(results, Terminal())
        raise typer.Exit(code=0 if all(result.kept for result in results) else 1)


def check_running(since: str | None = None) -> list[CheckResult]:
    """Inquire of the running system, and show on standard error how many records were read."""
    system = load_addresses()
    begin = None if since is None else begin_of(since, Clock.parse(system.clock).now())
    with counting("verify") as counted:
        return asyncio.run(verify_system(system, counted, begin))


def begin_of(said: str, now: datetime) -> datetime:
    """Read since when is looked: so many hours or days ago, or a moment with its offset."""
    if (ago := _AGO.fullmatch(said)) is not None:
        return now - timedelta(hours=int(ago[1]) * _HOURS[ago[2]])
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment > now:
        raise SaidClearly(
            f"--since 应写多久以来，如 26h、7d，或者已经过去的、带时区的时刻，如 2026-12-01T00:00+08:00；现为“{said}”。"
        )
    return moment


def show(results: Sequence[CheckResult], console: Terminal) -> None:
    """Print a line for each promise, and what is broken below."""
    table = Table(title="留痕核验 liuhen verify", title_justify="left")
    table.add_column("")
    table.add_column("承诺 promise")
    table.add_column("核对 looked at", justify="right")
    table.add_column("问题 found", justify="right")
    for result in results:
        mark = styled(("✔", "green")) if result.kept else styled(("✘", "red"))
        said = result.promise if result.note is None else f"{result.promise}\n{result.note}"
        table.add_row(mark, said, f"{result.looked_at:,}", str(len(result.findings)))
    console.print(table)
    for result in results:
        for finding in result.findings[:_SHOWN]:
            promise = (f"  ({result.promise})", "dim")
            console.print(styled((finding.subject, "red"), f"：{finding.text}", promise))
        if len(result.findings) > _SHOWN:
            more = f"…… 另有 {len(result.findings) - _SHOWN} 项"
            console.print(styled((more, "red"), (f"  ({result.promise})", "dim")))


def _as_json(result: CheckResult) -> dict[str, object]:
    return {
        "promise": result.promise,
        "looked_at": result.looked_at,
        "kept": result.kept,
        "note": result.note,
        "findings": [{"subject": each.subject, "text": each.text} for each in result.findings],
    }
