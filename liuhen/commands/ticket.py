"""`liuhen ticket show`, `list`, `why-due`: where a ticket stands, how it got there, and why it is due when it is."""

from __future__ import annotations

from typing import Annotated, Final

import typer
from rich.console import Console

from liuhen.answers import AsJson, print_json
from tools.client import render, trace
from tools.errors import SaidClearly

_NAME: Final = typer.Argument(metavar="NUMBER|RECEIPT", help="The number of a ticket, or a receipt.")
_console: Final = Console()


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Tickets: where they stand, their traces and their clocks.", no_args_is_help=True)
    group.command()(show)
    group.command("list")(list_)
    group.command("why-due")(why_due)
    app.add_typer(group, name="ticket")


def show(name: Annotated[str, _NAME], *, as_json: AsJson = False) -> None:
    """Show where a ticket stands, its whole trace, whose the ball was, and its clocks."""
    standing = trace.ticket(name)
    if "tickets" in standing:
        _show_receipt(standing, as_json=as_json)
        return
    entries = trace.timeline(standing["ticket"])
    clocks = trace.clocks(standing["ticket"])["clocks"]
    if as_json:
        print_json({**standing, "timeline": entries, "clocks": clocks})
        return
    _console.print(render.header(standing))
    _console.print(render.timeline(entries))
    _console.print(render.ball(standing["ball"]))
    if clocks:
        _console.print(render.clocks(clocks))


def _show_receipt(answer: trace.ReceiptAnswer, *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    if answer["tickets"]:
        _console.print(render.tickets(answer["tickets"], title=f"回执 {answer['receipt']}"))
    if answer["timeline"]:
        _console.print(render.timeline(answer["timeline"]))


def list_(
    *,
    state: Annotated[str | None, typer.Option(help="Only in this state, such as in_progress.")] = None,
    department: Annotated[str | None, typer.Option(help="Only led by this department, by its code.")] = None,
    overdue: Annotated[
        bool | None, typer.Option("--overdue/--in-time", help="Only with an overdue clock, or none.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List tickets, the newest first."""
    answer = trace.tickets(state=state, department=department, overdue=overdue, limit=limit)
    if as_json:
        print_json(answer)
    else:
        _console.print(render.tickets(answer["tickets"], title=f"工单（{len(answer['tickets'])}件）"))


def why_due(
    name: Annotated[str, _NAME],
    *,
    clock: Annotated[
        str | None, typer.Option(help="One clock, such as handling or citizen; all if none is named.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Explain day by day why a ticket is due when it is: policy, calendar, skipped days, pauses, extensions."""
    answer = trace.clocks(name, clock)
    if as_json:
        print_json(answer)
        return
    if not answer["clocks"]:
        raise SaidClearly(f"工单{answer['ticket']}没有{clock or ''}时限。")
    for each in answer["clocks"]:
        _console.print(render.explanation(each))
