"""`liuhen department`: a department's desk, at the door of persons, under the login of that department."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from liuhen.answers import AsJson, print_json
from liuhen.desk import looked, render, words
from liuhen.desk.actions import add_actions
from liuhen.desk.queue import PublishedMessage, inside, orders
from liuhen.desk.workplace import Workplace, department_party
from rulebook.codes import ContactAccess
from schemas.public import Order
from schemas.values import PartyKind, RequesterKind
from services.sla.for_tools import DueTimes
from tools.client import desk
from tools.client.login import desk_of_department
from tools.errors import SaidClearly
from tools.terminal import Terminal
from worktime import load_calendar

_console: Final = Terminal()


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=words.group_of(PartyKind.DEPARTMENT), no_args_is_help=True, callback=_enter)
    group.command()(queue)
    group.command()(show)
    add_actions(group, PartyKind.DEPARTMENT, _place)
    app.add_typer(group, name="department")


def _enter(
    context: typer.Context, department: Annotated[str, typer.Argument(metavar="单位", help="单位代码，如 housing。")]
) -> None:
    context.obj = department


def _place(context: typer.Context) -> Workplace:
    place = Workplace.of(department_party(str(context.obj)))
    desk_of_department(str(context.obj), place.words.department(str(context.obj)))
    return place


def queue(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="也看正在等别人的。")] = False,
    section: Annotated[str | None, typer.Option(help="只看转给这个科室的。")] = None,
    person: Annotated[str | None, typer.Option(help="只看转给这位经办人的，姓名或者编号。")] = None,
    as_json: AsJson = False,
) -> None:
    """手上的工单，先到期的在前；将到期和逾期的有标记。"""
    place = _place(context)
    times = DueTimes(place.policy, load_calendar(place.addresses.policy / "calendar"))
    messages = [PublishedMessage(place.now(), each.order) for each in desk.orders()]
    owing = inside(orders(messages, times, place.now(), everything=everything), section, person)
    looked.remember(place.addresses, ((each.order.ticket, each.order.version) for each in owing))
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
    place = _place(context)
    found = desk.order(ticket)
    if found is None:
        raise SaidClearly(f"{place.words.department(str(context.obj))}没有工单{ticket}。")
    order, _, shown = found
    looked.remember(place.addresses, [(order.ticket, order.version)])
    if as_json:
        print_json({**order.model_dump(mode="json"), "shown": shown and shown.model_dump(mode="json")})
        return
    _console.print(render.order(place, order))
    if order.role != "none" and _hidden(place, order):
        _console.print(render.contact(shown) if shown else _how_to_ask(place, order))


def _hidden(place: Workplace, order: Order) -> bool:
    """Whether there is a contact that this department's orders do not carry."""
    if order.requester_kind is RequesterKind.ANONYMOUS:
        return False
    asks = place.policy.department(str(place.party.department))
    return order.confidential is True or (asks is not None and asks.contact is ContactAccess.ON_REQUEST)


def _how_to_ask(place: Workplace, order: Order) -> str:
    if order.role == "supporting":
        return f"联系方式已隐去；联系诉求人由牵头单位{place.words.department(order.lead)}进行。"
    asked = (
        f"liuhen department {place.party.department} ask-contact {order.ticket} --ground first-contact --reason 理由"
    )
    then = "，经批准后在这里显示" if order.confidential else "，随后在这里显示"
    return f"联系方式已隐去；须先行联系的，请申请查看：{asked}{then}。"
