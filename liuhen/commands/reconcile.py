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
from liuhen.reconciling import Reconciled
from services.trace.for_tools import differences
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.terminal import Terminal
from worktime import SHANGHAI

_console: Final = Terminal()
_USUAL: Final = timedelta(days=30)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help="与市级平台对账：系统每天早上自己对的结果；给出对方导出的清单"
        "（CSV，列 number、state，另可有 due、solved、satisfaction）的，核对清单。"
        "列出每一处不同；有不同的以 1 结束。"
    )(reconcile)


def reconcile(
    file: Annotated[
        Path | None, typer.Argument(metavar="清单", help="市级平台导出的 CSV 文件；不写的看系统今早自己对的。")
    ] = None,
    *,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="这一天以来登记的，对方清单上也应有；不写的为三十天。在办的总要有。"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the city's list with what is here, or show what the system found; exit code 1 where they differ."""
    found = _of_the_system() if file is None else _of_file(file, since)
    if as_json:
        told = {"day": found.day.isoformat(), "theirs": found.theirs, "ours": found.ours}
        print_json({**told, "differences": [each._asdict() for each in found.differences]})
        raise typer.Exit(1 if found.differences else 0)
    about = f"{found.day:%Y-%m-%d} 市级清单 {found.theirs} 件，这里 {found.ours} 件"
    if not found.differences:
        _console.print(f"两边一致：{about}。")
        return
    table = Table(title=f"不同之处（{len(found.differences)}）", title_justify="left")
    for column in ("市级编号", "工单", "不同之处"):
        table.add_column(column, overflow="fold")
    for each in found.differences:
        table.add_row(each.number, each.ticket or "", each.words)
    _console.print(table)
    raise SaidClearly(f"{about}，有 {len(found.differences)} 处不同，请逐件核对。")


def _of_file(file: Path, since: datetime | None) -> Reconciled:
    theirs, today = reconciling.read_list(file), datetime.now(SHANGHAI)
    day = (since or today - _USUAL).date()
    here = asyncio.run(reconciling.ours(load_addresses(), (each.number for each in theirs), day))
    return Reconciled(today.date(), len(theirs), len(here), differences(theirs, here))


def _of_the_system() -> Reconciled:
    found = asyncio.run(reconciling.newest(load_addresses()))
    if found is None:
        raise SaidClearly(
            "系统还没有自己对过账。请设好 LIUHEN_CITY，或者给出市级平台导出的清单：liuhen reconcile 清单.csv。"
        )
    return found
