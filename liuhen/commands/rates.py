"""`liuhen rates`: the published rates, split or month by month, each open to the tickets behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from liuhen.answers import AsJson, print_json
from tools.client import render, trace
from tools.client.render import RatesOfMonth
from tools.errors import SaidClearly
from tools.spreadsheet import write_csv
from tools.terminal import Terminal

_console: Final = Terminal()
_COLUMNS: Final = ("指标", "自", "至", "按", "部分", "分子", "分母", "比率", "不计")
_DECEMBER: Final = 12


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help="各项指标：合计、按承办单位等分列、按月对比；每个数都可列出工单。")(rates)


def rates(  # noqa: PLR0913 - each is an option of the command
    *,
    by: Annotated[
        str | None, typer.Option(help="按什么分列：department、channel、kind、requester_kind、category、subdistrict。")
    ] = None,
    rate: Annotated[str | None, typer.Option(help="只看这一项指标，如 on_time。")] = None,
    month: Annotated[str | None, typer.Option(help="哪个月，如 2026-11；不写的为最近三十天。")] = None,
    months: Annotated[int, typer.Option(min=1, max=24, help="连同之前共几个月，逐月并列。")] = 1,
    ids: Annotated[bool, typer.Option("--ids", help="列出一项指标所计的工单，须同时写 --rate。")] = False,
    part: Annotated[str | None, typer.Option(help="只列这一部分的工单，如 housing，须同时写 --ids 和 --by。")] = None,
    to_csv: Annotated[Path | None, typer.Option("--csv", help="另存为CSV文件。")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the rates of a month, or of the last thirty days."""
    _need(ids, rate, "--ids 要同时写 --rate，例如 --rate on_time；指标名称见不带参数的 liuhen rates --json。")
    _need(months > 1, month, "--months 要同时写 --month，例如 --month 2026-11 --months 3。")
    _need(part, ids and by, "--part 要同时写 --ids 和 --by，例如 --rate on_time --ids --by department --part housing。")
    windows: Sequence[tuple[str, str] | None] = [*_before(month, months)] if month else [None]
    if ids and rate is not None:
        found = [trace.behind(rate, by=by, part=part, window=window) for window in windows]
    else:
        found = [trace.rates(by=by, rate=rate, window=window) for window in windows]
    if to_csv is not None:
        write_csv(to_csv, (_COLUMNS, *_rows(found, by)))
    if as_json:
        print_json(found if len(found) > 1 else found[0])
        return
    if ids:
        for answer in found:
            _console.print(render.behind(answer["rates"][0]))
        return
    columns = [RatesOfMonth(answer["from"][:7] if month else "近三十天", answer["rates"]) for answer in found]
    for table in render.rates(columns, split=by is not None):
        _console.print(table)
    if to_csv is not None:
        _console.print(f"已存入 {to_csv}")


def _need(given: object, other: object, words: str) -> None:
    if given and not other:
        raise SaidClearly(words)


def _before(month: str, months: int) -> Iterator[tuple[str, str]]:
    """The first day of each month and of the one after it, oldest first."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise SaidClearly(f"--month 应写年和月，例如 2026-11，而不是{month}。") from None
    for back in reversed(range(months)):
        begins = _shifted(first, -back)
        yield begins.isoformat(), _shifted(begins, 1).isoformat()


def _shifted(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, _DECEMBER)
    return date(first.year + years, month + 1, 1)


def _rows(found: Sequence[trace.RatesAnswer], by: str | None) -> Iterator[tuple[str, ...]]:
    """One line for each figure."""
    for answer in found:
        for each in answer["rates"]:
            for row in each["rows"]:
                left_out = "、".join(f"{name}{count}" for name, count in row["left_out"].items())
                window = answer["from"][:10], answer["to"][:10]
                share = "" if row["value"] is None else f"{row['value']:.4f}"
                figures = f"{row['numerator']:g}", f"{row['denominator']:g}", share, left_out
                yield (each["title"], *window, by or "", row["words"] or "合计", *figures)
