"""`liuhen department`: a department's desk, from its own topics alone."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import typer

from chassis.broker import Broker
from liuhen.answers import AsJson, print_json
from liuhen.desk import render, words
from liuhen.desk.actions import add_actions
from liuhen.desk.open_things import open_things
from liuhen.desk.queue import inside, order_of, orders, shown_contact, standing
from liuhen.desk.workplace import Workplace
from schemas.public import Order
from schemas.registry import department_topic
from schemas.values import Party, PartyKind
from services.sla.for_tools import DueTimes
from tools.errors import SaidClearly
from tools.terminal import Terminal
from worktime import load_calendar

_console: Final = Terminal()


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=words.group_of(PartyKind.DEPARTMENT), no_args_is_help=True, callback=_enter)
    group.command()(queue)
    group.command()(show)
    add_actions(group, PartyKind.DEPARTMENT, _party)
    app.add_typer(group, name="department")


def _enter(
    context: typer.Context, department: Annotated[str, typer.Argument(metavar="单位", help="单位代码，如 housing。")]
) -> None:
    context.obj = department


def _party(context: typer.Context) -> Party:
    return Party(kind=PartyKind.DEPARTMENT, department=str(context.obj))


def queue(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="也看正在等别人的。")] = False,
    section: Annotated[str | None, typer.Option(help="只看转给这个科室的。")] = None,
    person: Annotated[str | None, typer.Option(help="只看转给这位经办人的，姓名或者编号。")] = None,
    as_json: AsJson = False,
) -> None:
    """手上的工单，先到期的在前；将到期和逾期的有标记。"""
    place = Workplace.of(_party(context))
    times = DueTimes(place.policy, load_calendar(place.addresses.policy / "calendar"))
    messages = asyncio.run(open_things(place.broker, department_topic(str(context.obj))))
    owing = inside(orders(messages, times, place.now(), everything=everything), section, person)
    if as_json:
        print_json(render.orders_document(owing))
    else:
        _console.print(render.orders(place, owing, str(context.obj)))


def show(
    context: typer.Context,
    ticket: Annotated[str, typer.Argument(metavar="工单")],
    *,
    as_json: AsJson = False,
) -> None:
    """一件工单：本单位知道的全部。"""
    place = Workplace.of(_party(context))
    found = asyncio.run(_order(place.broker, department_topic(str(context.obj)), ticket))
    if found is None:
        raise SaidClearly(f"{place.words.department(str(context.obj))}没有工单{ticket}。")
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        _console.print(render.order(place, found))
        if found.confidential:
            shown = shown_contact(asyncio.run(standing(place.broker, department_topic(str(context.obj)))), ticket)
            _console.print(render.contact(shown) if shown else "联系方式已隐去；须先行联系的，请用 ask-contact 申请。")


async def _order(broker: Broker, topic: str, ticket: str) -> Order | None:
    """One that is open is found at once; one that has ended stands on the topic still."""
    return order_of(await open_things(broker, topic), ticket) or order_of(await standing(broker, topic), ticket)
