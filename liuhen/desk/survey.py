"""What the survey office and its visitors look up: ledger, coverage, doubts, devices, own problems, the half hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Final

import typer
from rich.console import RenderableType
from rich.table import Table

from liuhen.answers import AsJson, print_json
from services.trace.for_tools import (
    CoverageAnswer,
    DeviceRequestsAnswer,
    HalfHourAnswer,
    TicketsAnswer,
    VisitAnswer,
    VisitsAnswer,
)
from tools.client import render, survey
from tools.errors import SaidClearly
from tools.terminal import Terminal

_console: Final = Terminal()
_BAR: Final = 40
_EVER: Final = ("2000-01-01", "2099-12-31")
"""The longest window that trace answers."""
_MOST: Final = 1000
_Since = Annotated[str | None, typer.Option("--from", help="自哪一天，如 2026-11-01；不写的为最近三十天。")]
_Until = Annotated[str | None, typer.Option("--to", help="至哪一天（含）。")]
_Limit = Annotated[int, typer.Option(min=1, max=1000, help="一页多少条。")]
_After = Annotated[str | None, typer.Option(help="从上一页末尾给出的位置之后列起。")]


def add_ledger(group: typer.Typer) -> None:
    """Add the commands."""
    for command in (queue, ledger, doubts, coverage, devices, problems):
        group.command()(command)
    group.command("half-hour")(half_hour)


def ledger(  # noqa: PLR0913 - each is an option of the command
    *,
    since: _Since = None,
    until: _Until = None,
    unit: Annotated[str | None, typer.Option(help="只看这个调研主体，如 unit-01。")] = None,
    visitor: Annotated[str | None, typer.Option(help="只看这位调研干部。")] = None,
    limit: _Limit = 50,
    after: _After = None,
    as_json: AsJson = False,
) -> None:
    """走访台账，新的在前。"""
    days = _days(since, until)
    _print_visits(
        survey.visits(days=days, unit=unit, visitor=visitor, limit=limit, after=after), "走访台账", as_json=as_json
    )


def doubts(
    *,
    all_: Annotated[bool, typer.Option("--all", help="连同已核实的。")] = False,
    since: _Since = None,
    until: _Until = None,
    limit: _Limit = 50,
    after: _After = None,
    as_json: AsJson = False,
) -> None:
    """存疑的走访（定位、时间、范围、设备），待大调研办核实，用 liuhen office settle-doubts；存疑不影响受理。"""
    settled = None if all_ else False
    found = survey.visits(days=_days(since, until), doubted=True, settled=settled, limit=limit, after=after)
    _print_visits(found, "存疑走访" if all_ else "待核实的存疑走访", as_json=as_json)


def queue(*, as_json: AsJson = False) -> None:
    """大调研办的待办：待核实的存疑走访（不论多久以前）和待批准的换机；走访工单的流转见 liuhen office queue。"""
    doubtful = survey.visits(days=_EVER, doubted=True, settled=False, limit=_MOST)
    asked = survey.devices()
    if as_json:
        print_json({"doubts": doubtful, "devices": asked})
        return
    _print_visits(doubtful, "待核实的存疑走访", as_json=False)
    _console.print(_waiting_devices(asked))


def coverage(
    *,
    compounds: Annotated[bool, typer.Option("--compounds", help="按小区，而不是按调研主体。")] = False,
    since: _Since = None,
    until: _Until = None,
    as_json: AsJson = False,
) -> None:
    """走访覆盖：每个调研主体或者小区走访了多少户，没有走访的也列出。"""
    found = survey.coverage("compound" if compounds else "unit", _days(since, until))
    if as_json:
        print_json(found)
    else:
        _console.print(_coverage(found))


def devices(*, as_json: AsJson = False) -> None:
    """待批准的换机申请，等得最久的在前；批准用 liuhen office approve-device，不批准用 decline-device。"""
    found = survey.devices()
    if as_json:
        print_json(found)
        return
    _console.print(_waiting_devices(found))


def _waiting_devices(found: DeviceRequestsAnswer) -> Table:
    table = _table(f"待批准换机（共 {found['total']} 件）", ("申请人", "设备", "自", "缘由", "回执"))
    for each in found["requests"]:
        row = each["visitor"], each["device"] or "", render.moment(each["at"]), each["reason"], each["receipt"]
        table.add_row(*row)
    return table


def problems(
    visitor: Annotated[str, typer.Argument(metavar="调研账号")],
    *,
    limit: _Limit = 50,
    after: _After = None,
    as_json: AsJson = False,
) -> None:
    """我的问题：这位调研干部带回的问题，各在哪一步。"""
    found: TicketsAnswer = survey.problems(visitor, limit=limit, after=after)
    if as_json:
        print_json(found)
        return
    _console.print(render.tickets(found["tickets"], title=f"{visitor} 的问题（共 {found['total']} 件）"))
    _more(found["next"])


def half_hour(
    *,
    since: _Since = None,
    until: _Until = None,
    ids: Annotated[bool, typer.Option("--ids", help="逐件列出用时。")] = False,
    as_json: AsJson = False,
) -> None:
    """从进门到承办单位用了多少办公分钟：分布、百分位、半小时之内的占比。"""
    found = survey.half_hour(_days(since, until), ids=ids)
    if as_json:
        print_json(found)
        return
    for shown in _half_hour(found):
        _console.print(shown)


def _days(since: str | None, until: str | None) -> survey.Days:
    """The window of whole days; what is not named is as usual."""
    try:
        first = date.fromisoformat(since) if since else None
        last = date.fromisoformat(until) if until else None
    except ValueError:
        raise SaidClearly("--from 和 --to 应写日期，例如 2026-11-01。") from None
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise SaidClearly("--from 和 --to 请同时写。")
    return first.isoformat(), (last + timedelta(days=1)).isoformat()


def _print_visits(found: VisitsAnswer, title: str, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    listed = len(found["visits"])
    shown = "" if listed == found["total"] else f"，这里 {listed} 次"
    columns = ("走访", "送到", "调研主体", "调研干部", "小区", "问题", "存疑", "回执")
    table = _table(f"{title}（共 {found['total']} 次{shown}）", columns)
    for visit in found["visits"]:
        table.add_row(
            render.moment(visit["visited_at"]),
            render.moment(visit["received_at"]),
            visit["words"]["unit"],
            visit["visitor"],
            visit["compound"] or visit["words"]["subdistrict"],
            str(visit["problems"] or ""),
            _doubt(visit),
            visit["receipt"],
        )
    _console.print(table)
    _more(found["next"])


def _doubt(visit: VisitAnswer) -> str:
    """What is doubtful, and what whoever looked into it found."""
    said = "、".join(visit["words"]["doubts"])
    if visit["verdict"] is None:
        return said
    return f"{said}（{visit['settled_by']}{visit['words']['verdict']}：{visit['reason']}）"


def _more(following: str | None) -> None:
    if following is not None:
        _console.print(f"后面还有：加 --after {following} 看下一页。")


def _coverage(found: CoverageAnswer) -> RenderableType:
    what = "调研主体" if found["by"] == "unit" else "小区"
    title = f"走访覆盖（{found['of']} 个{what}中走访过的 {found['covered']} 个）"
    table = _table(title, (what, "走访", "户", "人", "问题", "存疑", "最近一次"))
    for part in sorted(found["parts"], key=lambda each: -each["visits"]):
        counts = (part["visits"], part["households"], part["visitors"], part["problems"], part["doubted"])
        last = render.moment(part["last"]) if part["last"] else "未走访"
        table.add_row(part["words"] or "不在名录", *map(str, counts), last)
    return table


def _half_hour(found: HalfHourAnswer) -> Iterator[RenderableType]:
    share = "—" if found["share"] is None else f"{found['share']:.1%}（{found['within']}/{found['counted']}）"
    ranks = "　".join(f"{name} {minutes}分" for name, minutes in found["percentiles"].items())
    yield f"从进门到承办单位（办公时间）：{found['promised']}分钟之内 {share}　{ranks}"
    left_out = "、".join(f"{found['words'][code]} {count}" for code, count in found["left_out"].items())
    yield f"已到 {found['arrived']} 件，在途 {found['waiting']} 件{'；不计 ' + left_out if left_out else ''}"
    most = max((count for _, count in found["histogram"]), default=0) or 1
    table = Table.grid(padding=(0, 1))
    before = 0
    for edge, count in found["histogram"]:
        name = f"超过 {before} 分" if edge is None else f"{before}–{edge} 分"
        table.add_row(name, str(count), "█" * -(-count * _BAR // most))
        before = edge or before
    yield table
    if "tickets" in found:
        ways = _table("逐件", ("工单", "调研主体", "分钟", ""))
        for way in found["tickets"]:
            state = found["words"].get(way["left_out"] or "", "") or ("" if way["arrived"] else "在途")
            ways.add_row(way["ticket"], way["unit_words"] or "", str(way["minutes"]), state)
        yield ways


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == "工单")
    return table
