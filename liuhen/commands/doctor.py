"""`liuhen doctor`: what is up, what waits, what is wrong, and the next thing to do."""

from __future__ import annotations

import asyncio
from typing import Final

import typer
from rich.table import Table

from liuhen.answers import AsJson, print_json
from tools.client.addresses import load_addresses
from tools.doctor.judge import Finding, Severity, judge
from tools.doctor.look import look_at
from tools.local.instance import Instance
from tools.progress import telling
from tools.terminal import Terminal, styled

_console: Final = Terminal()
_WORDS: Final = {Severity.CRITICAL: ("立即", "red"), Severity.WARNING: ("当天", "yellow")}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help="体检：什么在运行、什么在等、哪里不对、下一步做什么；退出码 0 正常、1 当天处理、2 立即处理。")(
        doctor
    )


def doctor(*, as_json: AsJson = False) -> None:
    """Look at everything once and say what is wrong; the exit code is the worst of it."""
    with telling(_console) as tell:
        tell("逐项检查")
        look = asyncio.run(look_at(load_addresses(), Instance()))
    findings = judge(look)
    if as_json:
        print_json([{**each._asdict(), "severity": each.severity.name.lower()} for each in findings])
    else:
        _show(findings, sum(look.waiting.values()))
    raise typer.Exit(findings[0].severity if findings else Severity.FINE)


def _show(findings: list[Finding], waiting: int) -> None:
    if not findings:
        _console.print(styled(("一切正常", "green"), f"；各服务共有 {waiting} 条在等。"))
        return
    table = Table(title=f"体检：{len(findings)} 处要处理", title_justify="left")
    for column in ("何时", "哪里", "怎么了", "下一步"):
        table.add_column(column, overflow="fold")
    for each in findings:
        table.add_row(styled(_WORDS[each.severity]), each.about, each.words, each.then)
    _console.print(table)
