"""What a replay came to is shown in the words that people use, never in codes."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from rulebook import load_policy
from tools.replay import report
from tools.replay.outcome import (
    DepartmentFigures,
    InFile,
    Pace,
    Regions,
    ReplayOutcome,
    Suggested,
    Supervised,
    mostly_refused,
)
from tools.terminal import Terminal

POLICY: Final = load_policy(Path(__file__).resolve().parents[3] / "policy")
OUTCOME: Final = ReplayOutcome(
    repeats={"same_row": 1, "same_id": 2},
    rows=9,
    answers={"accepted": 6, "follow_up": 1, "due_before_occurred": 2},
    unanswered=(),
    states={"callback_pending": 4, "closed": 2},
    departments=(DepartmentFigures(lead="housing", dispatched=6, handled=5, closed=2, late=1),),
    refused_at_the_door={"register due_before_occurred": 2},
    refused_by_state={"request_extension asked_too_late": 1},
    acts=20,
    regions=Regions(1, 1, 1, 1, 1, 1, supervised=Supervised(0, 1), categories=Suggested(5, 6)),
    dead_letters={"unreadable": 1},
    waiting_at_desk={"outcome_ruling": 3},
    file=InFile(5, 1, 1, 0, 0, duplicates=2, with_original=1, transferred=1),
    against_the_file={"citizen": {"file_on_time_ours_on_time": 3}, "handling": {}},
    pace=Pace(2.0, 1.0, 9.0, 2.0, 4.5, 3.0, 60, 0.5),
)


def test_no_code_is_shown() -> None:
    console = Terminal(file=io.StringIO(), width=120)

    report.show(OUTCOME, "示例", POLICY, console)

    shown = console.file.getvalue()  # type: ignore[attr-defined]
    for word in (
        "拒收：市级时限早于诉求",
        "登记：市级时限早于诉求",
        "申请延期：申请过迟",
        "待回访",
        "房管局",
        "读不懂",
        "结案评判",
        "重复件并案",
        "转其他单位",
    ):
        assert word in shown
    assert not re.findall("[a-z]+", shown)


def test_a_replay_of_which_more_than_a_tenth_was_refused_is_no_success_and_says_why() -> None:
    few = replace(OUTCOME, refused_at_the_door={}, refused_by_state={"request_extension asked_too_late": 2})
    assert mostly_refused(few) is None

    many = replace(few, refused_by_state={"accept not_yours": 1, "report_handled before_ticket": 19})
    found = mostly_refused(many)
    assert found is not None
    assert (found.refused, found.of) == (20, 20)
    said = report.refusals_said(found)
    assert said.index("报办结") < said.index("签收")
    assert "20 / 20" in said

    assert mostly_refused(replace(few, refused_at_the_door={"register due_before_occurred": 2})) is not None
