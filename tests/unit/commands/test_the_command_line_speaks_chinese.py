"""Whoever types a command wrongly is told so in Chinese, and help has no English headings."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from liuhen.cli import build

APP = build()
ENGLISH = re.compile(r"\b(?:Usage|Error|Missing|Invalid|Try|such|should|Got|unexpected|requires|Did|mean|OPTIONS)\b")


def said(*words: str) -> str:
    result = CliRunner().invoke(APP, words)
    return re.sub(r"[\s│╭╮╰╯─]+", " ", result.output)


WRONG = {
    "ticket show": "缺少参数 工单号|回执|同诉编号，此项必填。",
    "ticket lst": "没有命令 lst。相近的有：list。",
    "nothing": "没有命令 nothing。",
    "ticket list --limit x": "--limit 的值不对：应为整数。",
    "ticket list --limit 0": "--limit 的值不对：数太小，界限是 1。",
    "ticket list --limt 5": "没有选项 --limt。相近的有：--limit。",
    "ticket list --limit": "选项 --limit 后面要写值。",
    "ticket list --all=1": "选项 --all 不带值。",
    "ticket list more words": "多出了参数：more words。",
    "office assign 26091403000175": "缺少选项 --lead，此项必填。",
}


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_typed_wrongly_is_said_in_chinese(typed: str) -> None:
    told = said(*typed.split())
    assert WRONG[typed].replace(" ", "") in told.replace(" ", "")
    assert ENGLISH.findall(told) == []


def test_help_has_chinese_headings() -> None:
    told = said("ticket", "list", "--help")
    for word in ("用法：", "[选项]", "选项", "显示这份说明后退出。", "[默认：50]"):
        assert word in told
    for word in ("Usage", "OPTIONS", "Options", "default", "Show this"):
        assert word not in told


def test_kinds_of_values_have_chinese_names() -> None:
    told = said("ticket", "list", "--help")
    assert "<文字>" in told
    assert "<整数>" in told
    assert not re.search("<(str|int|bool|float|path)", told)


def test_a_sentence_of_our_own_stays_as_it_is() -> None:
    told = said("office", "assign", "26091403000175", "--lead", "housing", "--tier", "slow")
    assert "的值不对" in told or "没有 slow" in told
