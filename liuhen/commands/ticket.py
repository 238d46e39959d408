"""`liuhen ticket show`, `list`, `why-due`: where a ticket stands, how it got there, and why it is due when it is."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from liuhen.answers import AsJson, print_json
from liuhen.desk import looked
from services.trace.for_tools import ReceiptAnswer
from tools.client import render, trace
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.terminal import Terminal
from vocabulary import CLOCKS

_NAME: Final = typer.Argument(metavar="工单号|回执|同诉编号", help="工单号，或者回执，或者多人同诉的编号。")
_console: Final = Terminal()


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="工单：现状、全部留痕和时限。", no_args_is_help=True)
    group.command(help="一张工单的现状、全部留痕、球在谁手、各项时限。")(show)
    group.command("list", help="列出工单，新的在前。")(list_)
    group.command("why-due", help="逐日说明为什么是这个期限：规则、日历、跳过的日子、暂停、延期。")(why_due)
    app.add_typer(group, name="ticket")


def show(
    name: Annotated[str, _NAME],
    *,
    everything: Annotated[bool, typer.Option("--all", help="每一步都列出，重复的也不合并。")] = False,
    as_json: AsJson = False,
) -> None:
    """Show where a ticket stands, its whole trace, whose the ball was, and its clocks."""
    standing = trace.ticket(name)
    if "tickets" in standing:
        _show_receipt(standing, as_json=as_json)
        return
    entries = trace.timeline(standing["ticket"])
    looked.remember(load_addresses(), [(standing["ticket"], looked.version_in(entries))])
    clocks = trace.clocks(standing["ticket"])["clocks"]
    if as_json:
        print_json({**standing, "timeline": entries, "clocks": clocks})
        return
    _console.print(render.header(standing))
    _console.print(render.timeline(entries, everything=everything))
    _console.print(render.ball(standing))
    if clocks:
        _console.print(render.clocks(clocks))


def _show_receipt(answer: ReceiptAnswer, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    if answer["tickets"]:
        _console.print(render.tickets(answer["tickets"], title=f"{answer['receipt']}（{len(answer['tickets'])}件）"))
    if answer["timeline"]:
        _console.print(render.timeline(answer["timeline"]))


def list_(  # noqa: PLR0913 - each is an option of the command
    *,
    state: Annotated[str | None, typer.Option(help="只看这个状态，如 in_progress。")] = None,
    department: Annotated[str | None, typer.Option(help="只看这个单位牵头的，用单位代码。")] = None,
    overdue: Annotated[bool | None, typer.Option("--overdue/--in-time", help="只看有时限逾期的，或者没有的。")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="一页多少件。")] = 50,
    after: Annotated[str | None, typer.Option(help="从这件工单之后列起：上一页的最后一件。")] = None,
    everything: Annotated[bool, typer.Option("--all", help="不分页，全部列出。")] = False,
    as_json: AsJson = False,
) -> None:
    """List tickets, the newest first, page by page, and say how many there are in all."""
    if everything and after is not None:
        raise SaidClearly("--all 从头列出全部，不能同时写 --after。")
    if everything:
        answer = trace.all_tickets(state=state, department=department, overdue=overdue)
    else:
        answer = trace.tickets(state=state, department=department, overdue=overdue, limit=limit, after=after)
    if as_json:
        print_json(answer)
        return
    listed = len(answer["tickets"])
    shown = "" if listed == answer["total"] else f"，这里 {listed} 件"
    _console.print(render.tickets(answer["tickets"], title=f"工单（共 {answer['total']} 件{shown}）"))
    if answer["next"] is not None:
        _console.print(f"后面还有：加 --after {answer['next']} 看下一页，加 --all 列出全部。")


def why_due(
    name: Annotated[str, _NAME],
    *,
    clock: Annotated[str | None, typer.Option(help="只看一项时限，如 handling、citizen；不写就全看。")] = None,
    as_json: AsJson = False,
) -> None:
    """Explain day by day why a ticket is due when it is: policy, calendar, skipped days, pauses, extensions."""
    answer = trace.clocks(name, clock)
    if as_json:
        print_json(answer)
        return
    if not answer["clocks"]:
        raise SaidClearly(f"工单{answer['ticket']}没有{CLOCKS.said(clock) if clock else '时限'}。")
    for each in answer["clocks"]:
        _console.print(render.explanation(each))
