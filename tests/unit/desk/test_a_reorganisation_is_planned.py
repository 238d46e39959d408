"""A plan of reorganisation is held against the rulebook; what moves is a frozen list, and each order has a result."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from liuhen.desk.queue import PublishedMessage
from liuhen.desk.reorganising import HeldOrder, Move, against, held, outcomes, read_plan
from rulebook import Policy, load_policy
from schemas.values import Person, TicketState
from tests.support.desk import ONE, TWO, order
from tools.errors import SaidClearly

MORNING = datetime(2027, 1, 4, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = date(2027, 1, 1)
MOVE = Move.model_validate({"from": "housing", "to": "market"})
TEXT = "day: 2027-01-01\nreason: 机构改革方案\nmoves:\n  - {from: housing, to: market}\n"


@pytest.fixture
def plan_file(tmp_path: Path) -> Path:
    file = tmp_path / "plan.yaml"
    file.write_text(TEXT, "utf-8")
    return file


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(Path("policy"))


def gone(policy: Policy, *, last: date, successor: str) -> Policy:
    departments = tuple(
        each.model_copy(update={"valid_to": last, "successor": successor}) if each.code == "housing" else each
        for each in policy.departments
    )
    return policy.model_copy(update={"directory": policy.directory.model_copy(update={"departments": departments})})


def test_a_plan_that_the_directory_says_too_is_carried_out(plan_file: Path, policy: Policy) -> None:
    after = gone(policy, last=DAY - timedelta(days=1), successor="market")
    assert against(read_plan(plan_file), after, DAY) == []


def test_what_the_directory_does_not_say_is_named_with_what_to_write(plan_file: Path, policy: Policy) -> None:
    plan = read_plan(plan_file)
    (still_there,) = against(plan, policy, DAY)
    assert "房管局（housing）要写明valid_to 在 2027-01-01 之前、successor: market" in still_there
    (other,) = against(plan, gone(policy, last=DAY - timedelta(days=1), successor="police"), DAY)
    assert "successor: market" in other
    early, _ = against(plan, policy, DAY - timedelta(days=1))
    assert "到那天再执行" in early


@pytest.mark.parametrize("text", ["day: x\n", "- 1\n", "moves: [", TEXT + "wrong: 1\n"])
def test_a_plan_that_is_none_is_refused_in_words(plan_file: Path, text: str) -> None:
    plan_file.write_text(text, "utf-8")
    with pytest.raises(SaidClearly, match=str(plan_file)):
        read_plan(plan_file)


def test_what_moves_is_what_the_department_holds_at_that_moment() -> None:
    told = (
        order(TWO, state=TicketState.SUSPENDED),
        order(ONE, state=TicketState.IN_PROGRESS),
        order("26090100000035", state=TicketState.CLOSED),
        order("26090100000043", role="none"),
    )
    frozen = held(MOVE, [PublishedMessage(MORNING, each) for each in told])
    assert [each.order.ticket for each in frozen] == [ONE, TWO]


def test_the_same_order_is_moved_by_the_same_submission_until_somebody_acts_on_it(plan_file: Path) -> None:
    first, again, later = (HeldOrder(MOVE, order(version=version)) for version in (3, 3, 4))
    assert first.submission == again.submission != later.submission
    act = first.action(read_plan(plan_file), Person(id="p-fang", name="方立群"))
    assert (act.department, act.successor, act.reason) == ("housing", "market", "机构改革方案，2027-01-01起")


def test_each_order_has_a_result() -> None:
    moved, refused, silent = (HeldOrder(MOVE, order(ticket)) for ticket in (ONE, TWO, "26090100000035"))
    found = outcomes(
        (moved, refused, silent), {("housing", ONE): "department_replaced"}, {refused.submission: "须回避"}
    )
    assert [(outcome, reason) for _, outcome, reason in found] == [
        ("moved", ""),
        ("refused", "须回避"),
        ("unanswered", "再执行一次即可，不会重复移交。"),
    ]
