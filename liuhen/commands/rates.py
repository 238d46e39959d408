"""`liuhen rates`: the published rates, split or month by month, each open to the tickets behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import RenderableType

from doors.spreadsheet import write_csv, write_xlsx
from liuhen.answers import AsJson, print_json
from services.trace.for_tools import RatesAnswer
from tools.client import render, trace
from tools.client.render import RatesOfMonth
from tools.errors import SaidClearly
from tools.terminal import Terminal
from worktime import local

_console: Final = Terminal()
_COLUMNS: Final = ("指标", "自", "至", "按", "部分", "分子", "分母", "比率", "区间", "按构成应有", "实绩比应有", "不计")
_BEHIND: Final = ("指标", "自", "计为", "工单")
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
    in_bands: Annotated[
        bool, typer.Option("--bands", help="按承办单位分档：与同类单位合计相比，委办局与街道各为一类，只分档、不排名。")
    ] = False,
    to_csv: Annotated[Path | None, typer.Option("--csv", help="另存为CSV文件。")] = None,
    to_xlsx: Annotated[Path | None, typer.Option("--xlsx", help="另存为Excel文件。")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the rates of a month, or of the last thirty days."""
    by = "department" if in_bands else by
    _need(ids, rate, "--ids 要同时写 --rate，例如 --rate on_time；指标名称见不带参数的 liuhen rates --json。")
    _need(months > 1, month, "--months 要同时写 --month，例如 --month 2026-11 --months 3。")
    _need(part, ids and by, "--part 要同时写 --ids 和 --by，例如 --rate on_time --ids --by department --part housing。")
    windows: Sequence[tuple[str, str] | None] = [*_before(month, months)] if month else [None]
    if ids and rate is not None:
        found = [trace.behind(rate, by=by, part=part, window=window) for window in windows]
    else:
        found = [trace.rates(by=by, rate=rate, window=window) for window in windows]
    _save(found, by, to_csv, to_xlsx)
    if as_json:
        print_json(found if len(found) > 1 else found[0])
        return
    for shown in _shown(found, month, rate, split=by is not None, ids=ids, in_bands=in_bands):
        _console.print(shown)
    for file in filter(None, (to_csv, to_xlsx)):
        _console.print(f"已存入 {file}")


def _save(found: Sequence[RatesAnswer], by: str | None, to_csv: Path | None, to_xlsx: Path | None) -> None:
    """One line for each figure; in a workbook each ticket behind a figure has a line of its own beside."""
    if to_csv is not None:
        write_csv(to_csv, (_COLUMNS, *_rows(found, by)))
    if to_xlsx is not None:
        behind = list(_behind(found))
        sheets = {"指标": (_COLUMNS, *_rows(found, by)), **({"工单": (_BEHIND, *behind)} if behind else {})}
        write_xlsx(to_xlsx, sheets)


def _shown(
    found: Sequence[RatesAnswer], month: str | None, rate: str | None, *, split: bool, ids: bool, in_bands: bool
) -> Iterator[RenderableType]:
    if ids:
        yield from (render.behind(answer["rates"][0]) for answer in found)
    elif in_bands:
        window = _three_months(month) if month else _three_times(found[-1])
        yield from render.bands(found[-1]["rates"], trace.rates(by="department", rate=rate, window=window)["rates"])
    else:
        columns = [RatesOfMonth(_day(answer["from"])[:7] if month else "近三十天", answer["rates"]) for answer in found]
        yield from render.rates(columns, split=split)


def _three_months(month: str) -> tuple[str, str]:
    """What a month is pooled with where it alone has too few: the two before it."""
    first, *_, last = _before(month, 3)
    return first[0], last[1]


def _three_times(answer: RatesAnswer) -> tuple[str, str]:
    """What the last thirty days are pooled with: the sixty before them."""
    since, until = datetime.fromisoformat(answer["from"]), datetime.fromisoformat(answer["to"])
    return (until - 3 * (until - since)).isoformat(), answer["to"]


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


def _behind(found: Sequence[RatesAnswer]) -> Iterator[tuple[str, ...]]:
    """One line for each ticket behind a figure, as what it counts."""
    for answer in found:
        for each in answer["rates"]:
            for verdict, numbers in each.get("tickets", {}).items():
                yield from ((each["title"], _day(answer["from"]), each["verdicts"][verdict], n) for n in numbers)


def _day(moment: str) -> str:
    """The day of the office, wherever the moment was written."""
    return f"{local(datetime.fromisoformat(moment)):%Y-%m-%d}"


def _rows(found: Sequence[RatesAnswer], by: str | None) -> Iterator[tuple[str | float, ...]]:
    """One line for each figure."""
    for answer in found:
        for each in answer["rates"]:
            for row in each["rows"]:
                left_out = "、".join(f"{name}{count}" for name, count in row["left_out"].items())
                window = _day(answer["from"]), _day(answer["to"])
                share = "" if row["value"] is None else round(row["value"], 4)
                by_mix = row["expected"] or "", row["ratio"] or ""
                figures = row["numerator"], row["denominator"], share, row["band_words"] or "", *by_mix, left_out
                yield (each["title"], *window, by or "", row["words"] or "合计", *figures)
