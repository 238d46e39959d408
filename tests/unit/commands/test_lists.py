"""Nothing silently ends: a list says how many there are, and how to see the rest."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from liuhen.cli import build
from services.trace.for_tools import TicketAnswer
from tools.client import render, trace
from tools.terminal import Terminal

WORDS = {"state": "处置中", "holder": "房管局", "lead": "房管局", "supporting": "", "category": ""}
NUMBERS = [f"260302{n:08}" for n in range(130)]


def ticket(number: str) -> dict[str, Any]:
    return {"ticket": number, "words": WORDS, "due": None, "overdue": 0}


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A trace that has 130 tickets and answers at most 50 at a time; what it was asked."""
    asked: list[dict[str, Any]] = []

    def ask(*_: str, query: dict[str, Any]) -> Any:
        asked.append(query)
        begin = NUMBERS.index(query["after"]) + 1 if query["after"] else 0
        end = begin + min(query["limit"], 50)
        following = NUMBERS[end - 1] if end < len(NUMBERS) else None
        found = [ticket(number) for number in NUMBERS[begin:end]]
        return {"tickets": found, "total": len(NUMBERS), "next": following}

    monkeypatch.setattr(trace, "ask", ask)
    return asked


def said(*words: str) -> str:
    done = CliRunner().invoke(build(["ticket"]), ["ticket", "list", *words], env={"COLUMNS": "160"})
    assert done.exit_code == 0, done.output
    return done.output


def test_a_page_says_how_many_there_are_and_how_to_see_the_next_one() -> None:
    shown = said()

    assert "工单（共 130 件，这里 50 件）" in shown
    assert f"--after {NUMBERS[49]}" in shown


def test_the_last_page_has_no_next_one() -> None:
    assert "--after" not in said("--after", NUMBERS[99])


def test_all_are_listed_where_all_are_asked_for() -> None:
    shown = said("--all")

    assert "工单（共 130 件）" in shown
    assert NUMBERS[-1] in shown
    assert "--after" not in shown


def test_a_program_reads_total_and_next_too() -> None:
    answer = json.loads(said("--json", "--limit", "10"))

    assert (answer["total"], answer["next"], len(answer["tickets"])) == (130, NUMBERS[9], 10)


@pytest.mark.parametrize(("day", "said"), [(390, "1个工作日1小时30分"), (480, "1个工作日")])
def test_a_working_day_is_as_long_as_the_office_works(day: int, said: str) -> None:
    held = {"party": "centre", "minutes": 480, "words": "热线中心"}

    shown = StringIO()
    Terminal(file=shown, width=100).print(render.ball(cast("TicketAnswer", {"ball": [held], "minutes_of_a_day": day})))

    assert f"合计　{said} " in shown.getvalue()
