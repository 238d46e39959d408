"""`liuhen rights` says in words who may do what, and what another policy would change."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from liuhen.cli import build
from tools.layout import POLICY


@pytest.fixture(autouse=True)
def _a_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"KAFKA": "nowhere:1", "POSTGRES": "postgresql://nowhere/{service}", "POLICY": str(POLICY)}
    for name, value in told.items():
        monkeypatch.setenv(f"LIUHEN_{name}", value)
    monkeypatch.setenv("COLUMNS", "200")


def said(*words: str) -> str:
    ran = CliRunner().invoke(build(("rights",)), ["rights", *words])
    assert ran.exit_code == 0, (ran.output, ran.exception)
    return ran.output


def told(*words: str) -> Any:
    return json.loads(said(*words, "--json"))


def test_everybody_of_the_office_is_listed_with_their_roles() -> None:
    shown = said("--on", "2027-02-03")
    assert "徐文珏（p-xu）" in shown
    assert "派单员" in shown or "调度" in shown


def test_of_one_person_each_duty_is_named() -> None:
    shown = said("--person", "孔令仪")
    assert "按来电号码查询" in shown
    assert {each["act"] for each in told("--person", "p-kong")["duties"]} == {
        "ask_requester",
        "find_caller",
        "take_call",
    }


def test_of_one_act_everybody_is_named_who_may() -> None:
    assert {each["person"] for each in told("--act", "adjudicate")["duties"]} == {"p-gu", "p-fang"}


def test_another_policy_is_compared(tmp_path: Path) -> None:
    other = Path(shutil.copytree(POLICY, tmp_path / "policy"))
    office = other / "office.yaml"
    text = office.read_text("utf-8").replace("name: 沈知远, roles: [dispatcher]", "name: 沈知远, roles: [reviewer]")
    office.write_text(text, "utf-8")

    found = told("--to", str(other))

    assert {each["person"] for each in (*found["granted"], *found["taken"])} == {"p-shen"}
    assert "assign" in {each["act"] for each in found["taken"]}
    assert "收回" in said("--to", str(other))
    assert "没有变化" in said("--to", str(POLICY))


@pytest.mark.parametrize("wrong", [("--on", "昨天"), ("--person", "nobody"), ("--act", "nothing")])
def test_what_is_mistyped_is_said_clearly(wrong: tuple[str, str]) -> None:
    ran = CliRunner().invoke(build(("rights",)), ["rights", *wrong])
    assert ran.exit_code == 1
    assert wrong[1] in str(ran.exception)
