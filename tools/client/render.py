"""What trace answers, as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table

from schemas.owner import Owner
from services.trace.for_tools import ClockStanding, EntryAnswer, RateAnswer, RateRow, StandingAnswer, TicketAnswer
from tools.client.folding import ShownStep, folded
from tools.terminal import framed, styled
from worktime import deadline_in_words, moment_in_words

_BAR: Final = 60
_COLOURS: Final = {
    "requester": "magenta",
    "unit": "cyan",
    "survey_office": "bright_cyan",
    "centre": "yellow",
    "department": "blue",
    "dispute": "red",
    "suspension": "bright_black",
    "callback": "green",
}


def moment(text: str | None) -> str:
    """Say when something happened, to the minute."""
    return moment_in_words(datetime.fromisoformat(text)) if text else ""


def deadline(text: str | None) -> str:
    """Say when something is due, to the minute."""
    return deadline_in_words(datetime.fromisoformat(text)) if text else ""


def header(ticket: StandingAnswer) -> RenderableType:
    """Say where a ticket stands: state, who holds it, what it waits for, when it is due, and what it is about."""
    words = ticket["words"]
    late = f"　{ticket['overdue']}项时限逾期" if ticket["overdue"] else ""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    waits = f"{words['holder']}　等待：{words.get('waits_for', '')}（自{moment(ticket['waiting_since'])}）"
    rows: tuple[tuple[str, RenderableType], ...] = (
        ("状态", styled((words["state"], "bold"), (late, "bold red"))),
        ("现由", waits if ticket["holder"] else words["holder"]),
        ("诉求人要求", words.get("wish", "")),
        ("期限", _both("承办", ticket["due"], "市民", ticket["citizen_due"])),
        ("牵头", f"{words['lead']}{'　协办：' + words['supporting'] if words['supporting'] else ''}"),
        ("诉求", _about(ticket)),
        ("内容", ticket["gist"] or ""),
        ("评判", words.get("ruling", "")),
    )
    for name, said in rows:
        if said:
            grid.add_row(name, said)
    receipt = f"　回执 {ticket['receipt']}" if ticket["receipt"] else ""
    return framed(grid, styled((ticket["ticket"], "bold"), receipt))


def _both(one: str, one_at: str | None, other: str, other_at: str | None) -> str:
    return "　".join(f"{name} {deadline(at)}" for name, at in ((one, one_at), (other, other_at)) if at)


def _about(ticket: StandingAnswer) -> str:
    words = ticket["words"]
    parts = (words.get("channel"), words.get("kind"), words["category"], words.get("tier"), ticket["place"])
    return "　".join(part for part in parts if part)


def timeline(entries: Sequence[EntryAnswer], *, everything: bool = True) -> RenderableType:
    """List the steps: when, who, what, and by which step it was caused; without `everything` many are folded."""
    steps = [ShownStep(place, entry) for place, entry in enumerate(entries, 1)] if everything else folded(entries)
    title = (
        f"经过（共 {len(entries)} 步，重复的合并，这里 {len(steps)} 行；--all 全列）"
        if len(steps) < len(entries)
        else "经过"
    )
    table = Table(box=None, padding=(0, 1), title=title, title_justify="left", title_style="bold")
    table.add_column("序", style="dim", justify="right", no_wrap=True)
    table.add_column("时间", no_wrap=True)
    table.add_column("何人", overflow="fold", max_width=22)
    table.add_column("何事", overflow="fold", ratio=1)
    table.add_column("因", style="dim", justify="right", no_wrap=True)
    for place, entry, times, first in steps:
        again = f"（同样的共 {times} 次，自 {moment(first)}）" if times > 1 else ""
        cause = "" if entry["caused_by"] is None else f"←{entry['caused_by'] + 1}"
        style = "dim" if entry["topic"] != "liuhen.dispatch.v1" else ""
        table.add_row(str(place), moment(entry["at"]), entry["who"], f"{entry['words']}{again}", cause, style=style)
    return table


def ball(ticket: TicketAnswer) -> RenderableType:
    """Draw whose every working minute was, and list the minutes of each party."""
    spans, day = ticket["ball"], ticket["minutes_of_a_day"]
    minutes: dict[tuple[str, str], int] = {}
    for span in spans:
        key = (span["party"], span["words"])
        minutes[key] = minutes.get(key, 0) + span["minutes"]
    total = sum(minutes.values())
    lines: list[RenderableType] = [styled(("球在谁手（办公时间）", "bold"))]
    if total:
        lines.append(_bar(minutes, total))
    for (party, words), spent in minutes.items():
        share = f"{spent / total:.0%}" if total else ""
        lines.append(styled(("■ ", _colour(party)), f"{words}　{_length(spent, day)}　{share}"))
    lines.append(styled((f"合计　{_length(total, day)}", "dim")))
    return Padding(Group(*lines), (1, 0, 0, 1))


def _bar(minutes: Mapping[tuple[str, str], int], total: int) -> RenderableType:
    bar, done, drawn = list[tuple[str, str]](), 0, 0
    for (party, _), spent in minutes.items():
        done += spent
        upto = round(_BAR * done / total)
        bar.append(("█" * (upto - drawn), _colour(party)))
        drawn = upto
    return styled(*bar)


def _colour(party: str) -> str:
    return _COLOURS.get(Owner(party).kind, "white")


def _length(minutes: int, day: int) -> str:
    days, rest = divmod(minutes, day)
    hours, rest = divmod(rest, 60)
    parts = ((days, "个工作日"), (hours, "小时"), (rest, "分"))
    return "".join(f"{amount}{unit}" for amount, unit in parts if amount) or "0分"


def clocks(standings: Iterable[ClockStanding]) -> RenderableType:
    """List clocks: whose, from when, due when, and how they stand."""
    table = Table(box=None, padding=(0, 1), title="时限", title_justify="left", title_style="bold")
    for column in ("时限", "责任方", "开始", "到期", "状态"):
        table.add_column(column, overflow="fold")
    for clock in standings:
        words = clock["words"]
        state = styled((f"{words['status']}，逾期", "red")) if clock["overdue"] else words["status"]
        due = deadline(clock["due"])
        if clock["due_latest"] != clock["due"]:
            due = f"{due} 至 {deadline(clock['due_latest'])}（暂定）"
        table.add_row(words["clock"], words["owner"], moment(clock["started_at"]), due, state)
    return Padding(table, (1, 0, 0, 0))


def tickets(standings: Iterable[StandingAnswer], *, title: str) -> RenderableType:
    """List tickets, one line each."""
    table = Table(title=title, title_justify="left")
    table.add_column("工单", no_wrap=True)
    for column in ("状态", "现由", "等待", "牵头", "分类", "承办期限", "逾期"):
        table.add_column(column, overflow="fold")
    for ticket in standings:
        words = ticket["words"]
        table.add_row(
            ticket["ticket"],
            words["state"],
            words["holder"],
            "；".join(filter(None, (words.get("waits_for"), words.get("wish")))),
            words["lead"],
            words["category"],
            deadline(ticket["due"]),
            styled((str(ticket["overdue"] or ""), "red")),
        )
    return table


def explanation(clock: ClockStanding) -> RenderableType:
    """Say day by day why a clock is due when it is."""
    words = clock["words"]
    title = styled((words["clock"], "bold"), f"　{words['owner']}　{words['status']}")
    return framed("\n".join(clock["lines"]), title)


class RatesOfMonth(NamedTuple):
    """The rates of one window, and its name."""

    name: str
    rates: Sequence[RateAnswer]


def rates(columns: Sequence[RatesOfMonth], *, split: bool) -> Iterator[RenderableType]:
    """Rates as tables: one of all rates where they are not split, otherwise one for each; windows side by side."""
    if not split:
        yield _whole(columns)
        return
    for place, rate in enumerate(columns[0].rates):
        table = Table(title=rate["title"], title_justify="left")
        table.add_column("")
        for column in columns:
            table.add_column(column.name, justify="right")
        of_parts = [{row["words"] or "—": row for row in column.rates[place]["rows"]} for column in columns]
        for part in dict.fromkeys(part for rows in of_parts for part in rows):
            table.add_row(part, *(_figure(rows.get(part)) for rows in of_parts))
        yield table


def _whole(columns: Sequence[RatesOfMonth]) -> Table:
    table = Table(title="指标", title_justify="left")
    table.add_column("指标")
    for column in columns:
        table.add_column(column.name, justify="right")
    table.add_column("不计")
    for place, rate in enumerate(columns[-1].rates):
        rows = [column.rates[place]["rows"][0] for column in columns]
        left_out = "、".join(f"{name} {count}" for name, count in rows[-1]["left_out"].items() if count)
        table.add_row(rate["title"], *(_figure(row) for row in rows), left_out)
    return table


def _figure(row: RateRow | None) -> str:
    """A share with what it is a share of; a number alone where it is none."""
    if row is None:
        return ""
    if row["value"] is None:
        return f"{row['numerator']:g}" if row["numerator"] else "—"
    within = f"，95%区间{row['interval'][0]:.1%}至{row['interval'][1]:.1%}" if row["interval"] else ""
    return f"{row['value']:.1%}（{row['numerator']:g}/{row['denominator']:g}{within}）"


def bands(rates: Sequence[RateAnswer], pooled: Sequence[RateAnswer] | None) -> Iterator[RenderableType]:
    """Departments by band, each class apart, within a band in no order; `pooled` stands in where one has too few."""
    for place, rate in enumerate(rates):
        if not any(row["class_words"] for row in rate["rows"]):
            continue
        table = Table(title=f"{rate['title']}　分档", title_justify="left", caption_justify="left")
        table.caption = f"列出一个单位的工单：liuhen rates --by department --rate {rate['name']} --ids --part 单位代码"
        for column in ("类别", "区间", "单位", "比率", "同类合计", "离散系数", "按事项构成应有", "实绩比应有"):
            table.add_column(column, overflow="fold")
        more = {row["part"]: row for row in pooled[place]["rows"]} if pooled else {}
        rows = [_banded(row, more.get(row["part"])) for row in rate["rows"] if row["class_words"]]
        for row in sorted(rows, key=lambda cells: (cells[0], _BANDS.index(cells[1].partition("（")[0]))):
            table.add_row(*row)
        yield table


_BANDS: Final = ("明显低于同类", "低于同类", "与同类相当", "高于同类", "明显高于同类", "件数不足，不分档")


def _banded(row: RateRow, pooled: RateRow | None) -> tuple[str, ...]:
    band, shown = row["band_words"], row
    if not band and pooled is not None and pooled["band_words"]:
        band, shown = f"{pooled['band_words']}（三个月合并）", pooled
    of_class = "" if shown["class_rate"] is None else f"{shown['class_rate']:.1%}"
    spread = "" if shown["dispersion"] is None else f"{shown['dispersion']:.2f}"
    by_mix = "" if shown["expected"] is None else f"{shown['expected'] / shown['denominator']:.1%}"
    ratio = "" if shown["ratio"] is None else f"{shown['ratio']:.2f}"
    names = row["class_words"] or "", band or _BANDS[-1], row["words"]
    return (*names, _figure(shown), of_class, spread, by_mix, ratio)


def behind(rate: RateAnswer) -> RenderableType:
    """The tickets behind a rate, by what they count as."""
    table = Table(title=rate["title"], title_justify="left")
    for column in ("计为", "件数", "工单"):
        table.add_column(column, overflow="fold")
    for verdict, tickets in rate.get("tickets", {}).items():
        table.add_row(rate["verdicts"][verdict], str(len(tickets)), " ".join(tickets))
    return table
