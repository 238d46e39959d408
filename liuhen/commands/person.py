"""`liuhen person`: what is kept of one person, for the person (个人信息保护法), and forgetting it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from liuhen import persons
from liuhen.answers import AsJson, print_json
from liuhen.desk.submitting import SubmissionAnswer, submit
from liuhen.desk.workplace import Workplace
from liuhen.persons import TheirTicket
from schemas.inbound import ForgetContact, LookAtContact
from schemas.values import Contact, Party, PartyKind, TicketState
from tools.client.addresses import load_addresses
from tools.errors import SaidClearly
from tools.terminal import Terminal, json_text
from vocabulary import STATES

_console: Final = Terminal()
_OFFICE: Final = Party(kind=PartyKind.OFFICE)
_PATIENCE: Final = 30.0
_OWN_REQUEST: Final = "own-request"
"""The ground, of those of `looking`, on which somebody is shown what is kept of themselves."""
_WAITS: Final = "查看联系方式须经批准，已报请审批，没有写出任何内容。保密工单请待其了结后，由批准人导出。"
_STAYS: Final = (
    "仍会留存一段时间的：来件主题上的原文（自收到之日起 30 天），"
    "单位主题上以前的派单（至多 30 天，随后只剩已删除联系方式的一条），"
    "数据库备份（按保存期限到期销毁）。正文中写明本人的，请另用 liuhen office redact 涂去。"
)
Phone = Annotated[str | None, typer.Argument(metavar="电话", help="本人的电话号码，固定电话带区号。")]
Wechat = Annotated[str | None, typer.Option("--wechat", help="本人的微信账号，没有电话时用。")]
Reason = Annotated[str, typer.Option("--reason", help="为什么，例如本人申请；写入留痕。")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="一个人的个人信息：查找、导出、删除（个人信息保护法）。", no_args_is_help=True)
    group.command(help="查找一个人的工单：凭电话或者微信账号。")(find)
    group.command(help="导出系统留存的本人信息，交给本人：联系方式、工单、经过和发给本人的消息。每件都记一次查看。")(
        export
    )
    group.command(help="删除一个人的联系方式：所有工单都已了结才可以，先列出再确认；不能恢复。")(forget)
    app.add_typer(group, name="person")


def find(phone: Phone = None, *, wechat: Wechat = None, as_json: AsJson = False) -> None:
    """List the tickets of one person."""
    found = _theirs(phone, wechat)
    if as_json:
        print_json([{**each._asdict(), "registered_at": persons.written(each.registered_at)} for each in found])
        return
    _console.print(_table(found))


def export(
    phone: Phone = None,
    *,
    reason: Reason,
    file: Annotated[Path, typer.Option("--file", help="写入这个文件；只有本机当前用户可读。")],
    wechat: Wechat = None,
    as_json: AsJson = False,
) -> None:
    """Write all that is kept of one person into a file that whoever runs this alone may read."""
    found, place = _theirs(phone, wechat), Workplace.of(_OFFICE)
    for each in found:
        look = LookAtContact(ticket=each.ticket, by=place.speaker(None), ground=_OWN_REQUEST, reason=reason)
        answer = asyncio.run(submit(place, look, submission=None, patience=_PATIENCE))
        if answer.refusal is not None:
            raise SaidClearly(f"{each.ticket}：{answer.refusal.reason}")
        if answer.waits:
            raise SaidClearly(f"{each.ticket}：{_WAITS}")
    document = asyncio.run(persons.exported(load_addresses(), found))
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as opened:
        opened.write(json_text(document))
    if as_json:
        print_json({"file": str(file), "tickets": [each.ticket for each in found]})
        return
    _console.print(f"已写入 {file}：{len(found)} 件。")


def forget(
    phone: Phone = None,
    *,
    reason: Reason,
    wechat: Wechat = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问。")] = False,
    as_json: AsJson = False,
) -> None:
    """Forget the contacts of one person, after asking; nothing is done while one of their tickets is open."""
    found = _theirs(phone, wechat)
    if still := [each for each in found if not each.is_over]:
        listed = "、".join(f"{each.ticket}（{STATES[TicketState(each.state)]}）" for each in still)
        raise SaidClearly(f"还有没有了结的工单：{listed}。联系方式办理、回访还要用；请办结归档后再删除。")
    if not yes:
        _console.print(_table(found))
        typer.confirm("删除以上工单的联系方式？删除后不能恢复", abort=True, err=True)
    place = Workplace.of(_OFFICE)
    answers = {each.ticket: asyncio.run(_forgotten(place, each, reason)) for each in found}
    refused = {ticket: answer.refusal.reason for ticket, answer in answers.items() if answer.refusal is not None}
    if as_json:
        print_json({"forgotten": [each for each in answers if each not in refused], "refused": refused})
        return
    for ticket, why in refused.items():
        _console.print(f"{ticket} 没有删除：{why}")
    _console.print(f"已删除 {len(answers) - len(refused)} 件的联系方式。{_STAYS}")


async def _forgotten(place: Workplace, theirs: TheirTicket, reason: str) -> SubmissionAnswer:
    said = ForgetContact(ticket=theirs.ticket, by=place.speaker(None), reason=reason)
    return await submit(place, said, submission=None, patience=_PATIENCE)


def _theirs(phone: str | None, wechat: str | None) -> list[TheirTicket]:
    if phone is None and wechat is None:
        raise SaidClearly("请写明是谁：电话号码，或者 --wechat 微信账号。")
    found = asyncio.run(persons.tickets_of(load_addresses(), Contact(phone=phone, wechat=wechat)))
    if not found:
        raise SaidClearly("没有此人的工单；也许用的是另一个号码，或者已经删除。")
    return found


def _table(found: list[TheirTicket]) -> Table:
    table = Table(title=f"此人的工单（{len(found)}）", title_justify="left")
    for column in ("工单", "状态", "登记"):
        table.add_column(column, overflow="fold")
    for each in found:
        table.add_row(
            each.ticket, STATES[TicketState(each.state)], f"{each.registered_at:%Y-%m-%d}" if each.registered_at else ""
        )
    return table
