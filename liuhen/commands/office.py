"""`liuhen office`: the desk of the hotline centre and the survey office."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from liuhen.answers import AsJson, print_json
from liuhen.desk import looked, render, words
from liuhen.desk.actions import add_actions
from liuhen.desk.queue import PublishedMessage, desk, of_person
from liuhen.desk.workplace import Workplace
from schemas.values import Party, PartyKind
from services.sla.for_tools import DueTimes
from services.trace.for_tools import as_published
from tools.client.desk import calendars, tasks
from tools.client.desk import caller as ask_caller
from tools.errors import SaidClearly
from tools.terminal import Terminal
from vocabulary import TASKS
from worktime import load_calendar

_OFFICE: Final = Party(kind=PartyKind.OFFICE)
_console: Final = Terminal()


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=words.group_of(PartyKind.OFFICE), no_args_is_help=True)
    group.command()(queue)
    group.command()(caller)
    add_actions(group, PartyKind.OFFICE, lambda _: Workplace.of(_OFFICE))
    app.add_typer(group, name="office")


def queue(
    *,
    task: Annotated[str | None, typer.Option("--task", help="只看一种，如 dispatching、review。")] = None,
    for_: Annotated[
        str | None, typer.Option("--for", help="只看此人现在能定的：本人职责或者代行的，本人所请的除外。")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """工作台上在等什么，等得最久的在前；将到期和逾期的有标记。"""
    if task is not None and task not in TASKS:
        known = "".join(f"\n  {code}　{word}" for code, word in TASKS.items())
        raise SaidClearly(f"没有名为 {task} 的待办。有：{known}")
    place = Workplace.of(_OFFICE)
    calendar = as_published(load_calendar(place.addresses.policy / "calendar"), calendars())
    messages = [PublishedMessage(each.since, each) for each in tasks()]
    waiting = desk(messages, DueTimes(place.policy, calendar), place.now())
    if for_ is not None:
        waiting = of_person(waiting, place.person(for_), place.policy, place.now())
    wanted = [each for each in waiting if task in (None, each.task.task)]
    looked.remember(place.addresses, ((each.task.ticket, each.task.version) for each in wanted))
    if as_json:
        print_json(render.desk_document(wanted))
    else:
        _console.print(render.desk(place, wanted))


def caller(
    phone: Annotated[str | None, typer.Option(help="来电号码；不写则询问，不留在命令的历史里。")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """来电的人以往的工单，新的在前；谁查过、何时查的，都有记录。"""
    place = Workplace.of(_OFFICE)
    found = ask_caller(phone or typer.prompt("来电号码", err=True))
    if as_json:
        print_json(found)
    else:
        _console.print(render.caller(place, found))
