"""The tables at the end of a replay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Final

from rich.table import Table

from rulebook import Policy
from schemas.values import Clock, TicketState
from tools.replay.outcome import TOO_MANY, DepartmentFigures, Refusals, ReplayOutcome
from tools.terminal import Terminal
from vocabulary import ACTIONS, CLOCKS, DEAD_LETTERS, REFUSALS, STATES, TASKS

_REPEATS: Final = {"same_row": "与前面某行完全相同（只算一次）", "same_id": "与前面某行同号异文（以先到的为准）"}
_MOST: Final = 5
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


def show(outcome: ReplayOutcome, title: str, policy: Policy, console: Terminal) -> None:
    """Print everything that a replay under a policy came to."""
    console.rule(f"回放：{title}", align="left")
    console.print(_counts("送入与答复", {"文件行数": outcome.rows, **_answers(outcome)}))
    console.print(_counts("工单状态", _said(STATES.said, outcome.states)))
    console.print(_departments(outcome.departments, policy))
    if any(outcome.against_the_file.values()):
        console.print(_against(outcome.against_the_file))
    console.print(_regions(outcome))
    for name, counts in (
        ("拒收的提交（原因）", _refused(outcome.refused_at_the_door)),
        (f"未被接受的操作（原因；操作共 {outcome.acts:,} 件）", _refused(outcome.refused_by_state)),
        ("死信（原因）", _said(DEAD_LETTERS.said, outcome.dead_letters)),
        ("仍待热线中心的人办理（本次回放无人办理）", _said(TASKS.said, outcome.waiting_at_desk)),
    ):
        if counts:
            console.print(_counts(name, counts))
    console.print(_counts("速度", {_PACE[name]: value for name, value in asdict(outcome.pace).items()}))


def refusals_said(found: Refusals) -> str:
    """Say that too much was refused, and why most often."""
    why = "、".join(f"{name}（{count:,}）" for name, count in [*_refused(dict(found.by_reason)).items()][:_MOST])
    share = f"{found.refused:,} / {found.of:,}，超过 {TOO_MANY:.0%}"
    return f"这次回放未被接受的太多（{share}），说明不了问题。原因最多的是：{why}。请核对映射和规则后重放。"


def _answers(outcome: ReplayOutcome) -> dict[str, int]:
    words = {"accepted": "受理成单", "follow_up": "并为催办"}
    named = {words.get(code) or f"拒收：{REFUSALS.said(code)}": count for code, count in outcome.answers.items()}
    repeated = {_REPEATS[reason]: count for reason, count in outcome.repeats.items()}
    return {**named, **repeated, "没有答复": len(outcome.unanswered)}


def _said(word: Callable[[str], str], counts: Mapping[str, int]) -> dict[str, int]:
    return {word(code): count for code, count in counts.items()}


def _refused(counts: Mapping[str, int]) -> dict[str, int]:
    """Say what was refused and why, counted by the action and the code of the refusal."""
    said = {}
    for name, count in counts.items():
        action, _, code = name.rpartition(" ")
        said[f"{ACTIONS.said(action)}：{REFUSALS.said(code)}"] = count
    return said


def _counts(title: str, counts: Mapping[str, float]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column("")
    table.add_column("", justify="right")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    return table


def _departments(departments: Sequence[DepartmentFigures], policy: Policy) -> Table:
    table = Table(title="承办单位", title_justify="left")
    table.add_column("单位")
    for column in ("派单", "办结", "结案", "处置逾期"):
        table.add_column(column, justify="right")
    for each in departments:
        lead = policy.department(each.lead)
        figures = map(str, (each.dispatched, each.handled, each.closed, each.late))
        table.add_row(lead.name if lead else each.lead, *figures)
    return table


def _against(against_the_file: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table(title="按时与否：文件所载与系统所判", title_justify="left")
    table.add_column("时限")
    cells = {
        "file_on_time_ours_on_time": "均按时",
        "file_late_ours_late": "均逾期",
        "file_on_time_ours_late": "文件按时、系统逾期",
        "file_late_ours_on_time": "文件逾期、系统按时",
    }
    for words in cells.values():
        table.add_column(words, justify="right")
    names = {
        Clock.CITIZEN: f"{CLOCKS[Clock.CITIZEN]}（文件的到期时间）",
        Clock.HANDLING: f"{CLOCKS[Clock.HANDLING]}（规则）",
    }
    for clock, counts in against_the_file.items():
        table.add_row(names[Clock(clock)], *(str(counts.get(cell, 0)) for cell in cells))
    return table


def _regions(outcome: ReplayOutcome) -> Table:
    file, ours = outcome.file, outcome.regions
    table = Table(title="并行环节：文件所载与留痕所计", title_justify="left")
    for column in ("", "文件", "留痕", ""):
        table.add_column(column, justify="right" if column in ("文件", "留痕") else "left")
    table.add_row("延期", str(file.extended), str(ours.extensions), "")
    table.add_row("重办", str(file.redo), str(ours.reworks), "")
    table.add_row("督办（人工）", str(file.supervised), str(ours.supervised.by_person), "")
    table.add_row("督办（按规则）", "", str(ours.supervised.by_rule), "逾期自动转督办")
    merged, refused = outcome.states.get(TicketState.MERGED, 0), outcome.states.get(TicketState.NOT_ACCEPTED, 0)
    table.add_row("重复件并案", str(file.with_original), str(merged), "原件也在文件中的")
    table.add_row("重复件不予受理", str(file.duplicates - file.with_original), str(refused), "原件不在文件中的")
    table.add_row("转其他单位", str(file.transferred), str(outcome.states.get(TicketState.TRANSFERRED, 0)), "")
    table.add_row("催办补充", "", str(ours.follow_ups), "")
    table.add_row("退单", "", str(ours.returns), "")
    table.add_row("多人同诉", "", str(ours.members), f"{ours.incidents} 件同诉")
    table.add_row("推荐分类", "", str(ours.categories.suggested), f"其中自动采用 {ours.categories.taken}")
    return table
