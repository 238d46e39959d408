"""`liuhen reconcile`: the list of the city's platform against what is here, each difference by name."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from liuhen import reconciling
from liuhen.answers import AsJson, print_json
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.terminal import Terminal

_console: Final = Terminal()
_USUAL: Final = timedelta(days=30)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help="与市级平台对账：对方导出的清单（CSV，列 number、state，另可有 due、solved、satisfaction）逐件核对，"
        "列出每一处不同；有不同的以 1 结束。"
    )(reconcile)


def reconcile(
    file: Annotated[Path, typer.Argument(metavar="清单", help="市级平台导出的 CSV 文件。")],
    *,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="这一天以来登记的，对方清单上也应有；不写的为三十天。在办的总要有。"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the city's list with what is here; exit code 1 where they differ."""
    theirs = reconciling.read_list(file)
    day = (since or datetime.now(reconciling.ZONE) - _USUAL).date()
    here = asyncio.run(reconciling.ours(load_addresses(), (each.number for each in theirs), day))
    found = reconciling.differences(theirs, here)
    if as_json:
        print_json({"theirs": len(theirs), "ours": len(here), "differences": [each._asdict() for each in found]})
        raise typer.Exit(1 if found else 0)
    if not found:
        _console.print(f"两边一致：市级清单 {len(theirs)} 件，这里 {len(here)} 件。")
        return
    table = Table(title=f"不同之处（{len(found)}）", title_justify="left")
    for column in ("市级编号", "工单", "不同之处"):
        table.add_column(column, overflow="fold")
    for each in found:
        table.add_row(each.number, each.ticket or "", each.words)
    _console.print(table)
    raise SaidClearly(f"市级清单 {len(theirs)} 件，这里 {len(here)} 件，有 {len(found)} 处不同，请逐件核对。")
