"""Whoever edits the policy believes that the edit does something: one that cannot is refused, with the line."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from rulebook import validate
from rulebook.clocks import OWNERS
from schemas.values import Clock

SHIPPED = Path(__file__).parents[3] / "policy"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "policy"))


class Edit(NamedTuple):
    """In a file, after a text, one text in the place of another."""

    file: str
    after: str
    old: str
    new: str

    def of(self, directory: Path) -> int:
        """Make the edit and return its line."""
        path = directory / self.file
        text = path.read_text(encoding="utf-8")
        at = text.index(self.old, text.index(self.after))
        path.write_text(text[:at] + self.new + text[at + len(self.old) :], encoding="utf-8")
        return text[:at].count("\n") + 1


@pytest.mark.parametrize(
    ("edit", "field", "expected"),
    [
        (
            Edit("limits.yaml", "clock: handling", "owner: lead", "owner: office"),
            "owner",
            "lead，时限 handling 只能归它",
        ),
        (Edit("limits.yaml", "clock: approval", "owner: office", "owner: lead"), "owner", "office"),
        (Edit("limits.yaml", "clock: citizen", "pauses: false", "pauses: true"), "pauses", "市民时限从不暂停"),
        (Edit("limits.yaml", "clock: callback\n", "pauses: false", "pauses: true"), "pauses", "审核之后"),
        (Edit("limits.yaml", "clock: return_window", "pauses: false", "pauses: true"), "pauses", "签收之后"),
        (Edit("limits.yaml", "clock: suspension", "pauses: false", "pauses: true"), "pauses", "挂账的时间"),
        (Edit("stop_words.yaml", "words:", "- ", "- SOS\n      - "), "words", "永远合不上"),
        (Edit("stop_words.yaml", "words:", "- ", "- 危 楼\n      - "), "words", "永远合不上"),
        (Edit("stop_words.yaml", "words:", "- ", "- ＡＢ号\n      - "), "words", "永远合不上"),
        (Edit("stop_words.yaml", "words:", "- ", "- 来人\\?\n      - "), "words", "永远合不上"),
        (Edit("limits.yaml", "clock: return_ruling", "amount: 30", "amount: 60"), "due_soon", "短于时限本身的 1 hours"),
        (Edit("catalogue.csv", "0101-01", "物业不作为", "物 物业不作为"), "keywords", "两个字以上"),
        (Edit("catalogue.csv", "0101-01", "物业不作为", "ＥＴＣ 物业不作为"), "keywords", "用半角"),
        (Edit("templates.yaml", "otherwise:", "sms: [wechat", "sms: [sms"), "otherwise", "call、mail、wechat"),
        (Edit("templates.yaml", "otherwise:", "wechat: [sms", "city: [mail], wechat: [sms"), "otherwise", "空着"),
        (
            Edit("limits.yaml", "clock: review", "extendable: false", "extendable: true"),
            "extendable",
            "handling、rework",
        ),
        (
            Edit("limits.yaml", "clock: review", "    pauses: false", "    named_date: true\n    pauses: false"),
            "named_date",
            "commitment、suspension",
        ),
        (
            Edit(
                "limits.yaml",
                "clock: urgent_first_report",
                "    due_soon:",
                "    by_tier:\n      simple: {amount: 3, unit: hours, start: moment}\n    due_soon:",
            ),
            "by_tier",
            "只用于 urgent",
        ),
        (
            Edit(
                "limits.yaml",
                "clock: handling",
                "      simple:",
                "      complex: {amount: 5, unit: working_days, start: day_after}\n      simple:",
            ),
            "by_tier",
            "至少留一档用 budget",
        ),
        (
            Edit("office.yaml", "owners:", "citizen: p-he", "citizen: p-he\n  handling: p-xu"),
            "owners",
            "handling 归 lead",
        ),
        (
            Edit("ladder.yaml", "step: nudge", "[first_contact,", "[return_window, first_contact,"),
            "on_breach_of",
            "handling",
        ),
        (Edit("ladder.yaml", "step: supervise", "[citizen,", "[supporting_task, citizen,"), "on_breach_of", "citizen"),
        (Edit("ladder.yaml", "step: supervise", "[citizen,", "[review, citizen,"), "on_breach_of", "citizen"),
        (
            Edit(
                "ladder.yaml",
                "step: nudge",
                "    ordered_by",
                "    unanswered_for: {amount: 1, unit: hours}\n    ordered_by",
            ),
            "unanswered_for",
            "nudge 之前没有别的一级",
        ),
        (
            Edit(
                "ladder.yaml",
                "step: nudge",
                "on_breach_of: [first_contact, handling, urgent_first_report, supporting_task]",
                "on_breach_of: []",
            ),
            "automatic",
            "没有什么会引起 nudge",
        ),
        (Edit("templates.yaml", "templates:", "requester-receipt", "requester-reciept"), "code", "会发出的消息"),
        (
            Edit("templates.yaml", "requester-receipt", "audience: requester", "audience: visitor"),
            "audience",
            "requester",
        ),
        (
            Edit(
                "templates.yaml",
                "department-overdue",
                "audience: department",
                "audience: department\n    at_once: true",
            ),
            "at_once",
            "本来就是立即告知",
        ),
        (Edit("templates.yaml", "requester-receipt", "wechat:", "mail:"), "by_channel", "sms、wechat"),
        (
            Edit(
                "templates.yaml", "requester-receipt", "      wechat:", "      sms: 已受理{{ ticket }}\n      wechat:"
            ),
            "by_channel",
            "至少留一种方式用 text",
        ),
        (Edit("templates.yaml", "requester-closed", "{{ ticket }}", "{{ clock }}"), "text", "due"),
        (
            Edit("catalogue.csv", "0101-02", ",housing,subdistrict,", ",housing,housing,"),
            "supporting",
            "不含牵头单位",
        ),
        (Edit("catalogue.csv", "0101-02", "物业费 涨价", "物业费 物业费 涨价"), "keywords", "每项一次"),
        (Edit("office.yaml", "may:", "[survey_clerk, approver]", "[survey_clerk, survey_clerk]"), "may", "每项一次"),
        (
            Edit("office.yaml", "urgent_only:", "  approve:", "  publish_calendar: [supervisor]\n  approve:"),
            "urgent_only",
            "对一件工单所做的事",
        ),
        (Edit("units.csv", "unit-01", "dinghai siping", "dinghai dinghai"), "areas", "每项一次"),
        (
            Edit("office.yaml", "p-shen", "roles: [dispatcher]", "roles: []"),
            "roles",
            "有职责，或者在 owners 里负责一个时限",
        ),
    ],
)
def test_the_line_the_reason_and_the_next_step_are_named(
    directory: Path, edit: Edit, field: str, expected: str
) -> None:
    line = edit.of(directory)

    problems = [problem for problem in validate(directory) if problem.file == edit.file and field in problem.field]

    assert problems, [str(problem) for problem in validate(directory)]
    assert any(expected in problem.expected and line <= problem.line <= line + 2 for problem in problems), problems
    assert all(problem.next_step for problem in problems)


def test_an_extension_that_no_clock_takes_is_refused(directory: Path) -> None:
    for clock in ("handling", "rework"):
        Edit("limits.yaml", f"clock: {clock}", "extendable: true", "extendable: false").of(directory)

    (problem,) = validate(directory)

    assert (problem.file, problem.field) == ("limits.yaml", "extension")
    assert "handling、rework" in problem.expected


def test_an_owner_that_a_clock_can_have_is_taken(directory: Path) -> None:
    Edit("limits.yaml", "clock: callback\n", "owner: office", "owner: callback").of(directory)
    Edit("office.yaml", "owners:", "  callback: p-tao\n", "").of(directory)

    assert validate(directory) == ()


def test_every_clock_can_be_somebodys() -> None:
    assert set(OWNERS) == set(Clock)
