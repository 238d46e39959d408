"""`liuhen calendar` and `liuhen clocks rederive`: a new year's working days, or a new policy, for clocks that run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from liuhen.answers import AsJson, print_json
from schemas.values import Clock
from tools.client import desk
from tools.client.addresses import load_addresses
from tools.client.rules import (
    CalendarInForce,
    calendars_in_force,
    read_notice,
)
from tools.errors import SaidClearly
from tools.terminal import Terminal, styled
from worktime import Calendar, Notice, NoticeError, load_calendar, read_notices, unforeseen

_console: Final = Terminal()


def register(app: typer.Typer) -> None:
    """Add the commands."""
    calendar = typer.Typer(help="官方工作日历：哪些年份，已公布到哪一天。", no_args_is_help=True)
    calendar.command("apply", help="发布一年的日历，更正的也一样：在办的期限重新计算，每项变化都会告知。")(apply)
    calendar.command("show", help="各年日历的来源、官方日历至哪一天、哪些分区已采用。")(show)
    app.add_typer(calendar, name="calendar")
    clocks = typer.Typer(help="所有工单的时限。", no_args_is_help=True)
    clocks.command("rederive", help="按现行规则重新计算在办的时限；每项变化都是一个事件。")(rederive)
    app.add_typer(clocks, name="clocks")


def apply(
    file: Annotated[Path, typer.Argument(help="一年的日历，holiday-cn 的 JSON 格式。")],
    *,
    as_json: AsJson = False,
) -> None:
    """Publish a year's calendar, also a corrected one: open due times are derived again, and each change is told."""
    addresses = load_addresses()
    notice = read_notice(file)
    fact = desk.publish_calendar(file.read_text("utf-8"))
    until = load_calendar(addresses.policy / "calendar").with_notice(notice).official_until
    surprises = unforeseen(notice)
    if as_json:
        document = {"year": notice.year, "version": fact.version, "days": len(fact.days), "official_until": str(until)}
        print_json(document | {"unforeseen": [str(day.date) for day in surprises]})
    else:
        _console.print(f"{notice.year}年日历已发布（{fact.version}），由 {fact.by.name} 负责；官方日历至 {until}。")
        _console.print("到期时间正在重新计算，每项变化都会留痕并通知承办单位。")
        for day in surprises:
            said = "放假" if day.is_off_day else "上班"
            odd = f"：{day.date} {said}（{day.name}）出乎历年惯例，此前告知的暂定期限未作此估计。"
            _console.print(styled(("注意", "bold red"), odd))


def show(*, as_json: AsJson = False) -> None:
    """Show each year's source, until when the calendar is official, and which lanes go by what was published."""
    addresses = load_addresses()
    directory = addresses.policy / "calendar"
    files = {notice.year for notice in _files(directory)}
    published = asyncio.run(calendars_in_force(addresses))
    calendar = load_calendar(directory)
    for item in published:
        calendar = calendar.with_notice(item.notice)
    if as_json:
        rows = [
            {"year": i.year, "version": i.version, "published_by": i.published_by, "lanes": i.lanes} for i in published
        ]
        document = {"version": calendar.version, "official_until": str(calendar.official_until), "published": rows}
        print_json(document | {"files": sorted(files)})
    else:
        _show(calendar, files, published)


def rederive(
    reason: Annotated[str, typer.Argument(help="为什么，一句话。")],
    *,
    clock: Annotated[list[Clock] | None, typer.Option(help="只算这种时限；可以写多次。")] = None,
    code: Annotated[str, typer.Option(help="理由的代码，写进每个事件。")] = "policy",
    as_json: AsJson = False,
) -> None:
    """Order open clocks to be derived again under the policy that now stands; each change is an event."""
    fact, version = desk.order_rederivation(reason, code, [each.value for each in clock or ()])
    if as_json:
        print_json({"version": version, "policy": fact.policy, "clocks": [*fact.clocks]})
    else:
        _console.print(f"已要求按 {fact.policy} 重新计算，由 {fact.by.name} 负责。")


def _files(directory: Path) -> tuple[Notice, ...]:
    try:
        return read_notices(directory)
    except NoticeError as error:
        raise SaidClearly(f"{error}。") from None


def _show(calendar: Calendar, files: set[int], published: list[CalendarInForce]) -> None:
    table = Table(title=f"官方日历至 {calendar.official_until}（{calendar.version}）")
    for column in ("年", "来源", "发布人", "采用的分区"):
        table.add_column(column, overflow="fold")
    shipped = max(Calendar.published().years)
    for year in sorted({shipped, *files, *(item.year for item in published)}):
        applied = [item for item in published if item.year == year]
        for item in applied:
            table.add_row(str(year), item.version, item.published_by, "、".join(item.lanes))
        if not applied:
            table.add_row(str(year), "政策文件" if year in files else "chinesecalendar", "", "")
    _console.print(table)
