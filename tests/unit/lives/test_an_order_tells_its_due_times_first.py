"""An order is the whole truth from its first message on: dispatch says at once what the clocks say right afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from rulebook import load_policy
from schemas.clocks import ClockStarted, ClockStopped
from schemas.public import Order
from schemas.registry import department_of
from schemas.values import DueTime
from tools.lives import SCRIPTS
from tools.lives.script import lived, read
from tools.lives.town import OnTopic
from worktime import load_calendar

POLICY = Path(__file__).resolve().parents[3] / "policy"
FIRST = ("dispatched", "task_opened")


@cache
def life(name: str) -> list[OnTopic]:
    return lived(read(SCRIPTS / f"{name}.yaml"), load_policy(POLICY), load_calendar(POLICY / "calendar"))


def started_with(said: list[OnTopic], order: OnTopic) -> Iterator[DueTime]:
    """The clocks of an order's reader that start in its moment, and are not stopped in it."""
    department = department_of(order.topic)
    here = [each for each in said if each.key == order.key and each.envelope.time == order.envelope.time]
    stopped = {each.message.clock_id for each in here if isinstance(each.message, ClockStopped)}
    for each in here:
        fact = each.message
        if isinstance(fact, ClockStarted) and fact.owner.department == department and fact.clock_id not in stopped:
            yield DueTime(clock=fact.clock, due=fact.due)


@pytest.mark.parametrize("name", [script.stem for script in sorted(SCRIPTS.glob("*.yaml"))])
def test_the_first_message_of_an_order_says_what_its_clocks_say(name: str) -> None:
    said = life(name)
    first = [each for each in said if isinstance(each.message, Order) and each.message.happened in FIRST]
    assert first
    for each in first:
        assert isinstance(each.message, Order)
        if (each.message.role, each.message.happened) in (("lead", "dispatched"), ("supporting", "task_opened")):
            wanted = {(time.clock, str(time.due)) for time in started_with(said, each)}
            assert wanted <= {(time.clock, str(time.due)) for time in each.message.due}


@pytest.mark.parametrize("name", [script.stem for script in sorted(SCRIPTS.glob("*.yaml"))])
def test_a_due_time_that_was_told_with_the_order_is_not_told_again(name: str) -> None:
    said = life(name)
    told: dict[tuple[str, str], Order] = {}
    for each in said:
        if isinstance(each.message, Order):
            before = told.get((each.topic, each.key))
            if before is not None and (each.message.happened, each.message.reason) == ("due_changed", "started"):
                assert set(each.message.due) != set(before.due)
            told[each.topic, each.key] = each.message
