"""The tables at the end of a replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Final

from rich.console import Console
from rich.table import Table

from tools.replay.outcome import Department, Outcome

_PACE: Final = {
    "speed": "时钟倍速",
    "feeding_seconds": "送入用时（秒）",
    "rows_in_per_second": "每秒送入行数",
    "answered_after_seconds": "全部答复于（秒）",
    "answers_per_second": "每秒答复",
    "over_after_seconds": "全程（秒）",
    "facts_noted": "留痕条数",
    "most_behind_minutes": "最大送入延迟（回放时间，分钟）",
}


def show(outcome: Outcome, title: str, console: Console) -> None:
    """Print everything that a replay came to."""
    console.rule(f"回放：{title}", align="left")
    console.print(_counts("送入与答复", {"文件行数": outcome.rows, **_answers(outcome)}))
    console.print(_counts("工单状态", outcome.states))
    console.print(_departments(outcome.departments))
    if any(outcome.against_the_file.values()):
        console.print(_against(outcome.against_the_file))
    console.print(_regions(outcome))
    for name, counts in (
        ("受理口拒收（原因）", outcome.refused_at_the_door),
        ("按状态拒绝的操作（原因）", outcome.refused_by_state),
        ("死信（原因）", outcome.dead_letters),
    ):
        if counts:
            console.print(_counts(name, counts))
    console.print(_counts("速度", {_PACE[name]: value for name, value in asdict(outcome.pace).items()}))


def _answers(outcome: Outcome) -> dict[str, int]:
    words = {"accepted": "受理成单", "follow_up": "并为催办"}
    named = {words.get(name, f"拒收 {name}"): count for name, count in outcome.answers.items()}
    return {**named, "没有答复": len(outcome.unanswered)}


def _counts(title: str, counts: Mapping[str, float]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column("")
    table.add_column("", justify="right")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    return table


def _departments(departments: Sequence[Department]) -> Table:
    table = Table(title="承办单位", title_justify="left")
    table.add_column("单位")
    for column in ("派单", "办结", "结案", "处置超时"):
        table.add_column(column, justify="right")
    for each in departments:
        table.add_row(each.lead, *map(str, (each.dispatched, each.handled, each.closed, each.late)))
    return table


def _against(against_the_file: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table(title="按时与否：文件所载与系统所判", title_justify="left")
    table.add_column("时钟")
    cells = {
        "file_on_time_ours_on_time": "均按时",
        "file_late_ours_late": "均超时",
        "file_on_time_ours_late": "文件按时、系统超时",
        "file_late_ours_on_time": "文件超时、系统按时",
    }
    for words in cells.values():
        table.add_column(words, justify="right")
    names = {"citizen": "市级时限（文件的到期时间）", "handling": "承办单位时限（规则）"}
    for clock, counts in against_the_file.items():
        table.add_row(names[clock], *(str(counts.get(cell, 0)) for cell in cells))
    return table


def _regions(outcome: Outcome) -> Table:
    file, ours = outcome.file, outcome.regions
    table = Table(title="并行环节：文件所载与留痕所计", title_justify="left")
    for column in ("", "文件", "留痕", ""):
        table.add_column(column, justify="right" if column in ("文件", "留痕") else "left")
    table.add_row("延期", str(file.extended), str(ours.extensions), "")
    table.add_row("重办", str(file.redo), str(ours.reworks), "")
    table.add_row("督办（人工）", str(file.supervised), str(ours.supervised.by_person), "")
    table.add_row("督办（按规则）", "", str(ours.supervised.by_rule), "超时自动转督办")
    table.add_row("催办", "", str(ours.follow_ups), "")
    table.add_row("退单", "", str(ours.returns), "")
    table.add_row("多人同诉", "", str(ours.members), f"{ours.incidents} 个事件")
    table.add_row("建议分类", "", str(ours.categories.suggested), f"其中自动采用 {ours.categories.taken}")
    return table
