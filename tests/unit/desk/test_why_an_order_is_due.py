"""A department reads on its page why an order is due when it is, and never a reckoning that leads to another date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.values import Clock, DueTime, OfficialDue, TicketState, Tier
from services.desk.core.owing import Group, OrderStep, Owed, group_of
from services.desk.core.why_due import why_due
from tests.support.desk import RULES, order

FRIDAY: Final = datetime(2026, 9, 4, 2, tzinfo=UTC)
STEPS: Final = (
    OrderStep(5, "accepted", FRIDAY + timedelta(hours=3)),
    OrderStep(4, "dispatched", FRIDAY),
    OrderStep(1, "noted", None),
)


def handling(at: datetime) -> DueTime:
    due = RULES.due_of_new(Clock.HANDLING, Tier.SIMPLE, at, None)
    return DueTime(clock=Clock.HANDLING, due=due)


def test_it_is_reckoned_day_by_day_from_the_step_at_which_the_clock_began() -> None:
    lines = why_due(handling(FRIDAY), Tier.SIMPLE, STEPS, RULES)

    assert any("1个工作日" in line for line in lines)
    assert any("周六" in line for line in lines)


def test_of_what_follows_from_no_step_the_rule_is_told_and_that_more_came() -> None:
    extended = DueTime(clock=Clock.HANDLING, due=OfficialDue(at=FRIDAY + timedelta(days=9)))

    lines = why_due(extended, Tier.SIMPLE, STEPS, RULES)

    assert lines[0] == "规则给 1个工作日。"
    assert "以这里写的为准" in lines[1]


def test_an_order_is_late_once_every_reading_of_the_calendar_says_so() -> None:
    due = handling(FRIDAY)
    owed = Owed(order(due=(due,)), "open", STEPS)
    assert isinstance(due.due, OfficialDue)

    assert not owed.is_late(due.due.at)
    assert owed.is_late(due.due.at + timedelta(seconds=1))


def test_each_order_lies_on_one_heap() -> None:
    assert group_of(TicketState.DISPATCHED, "open") is Group.TO_ACCEPT
    assert group_of(TicketState.REWORK, "open") is Group.AT_WORK
    assert group_of(TicketState.SUSPENDED, "open") is Group.WAITING
    assert group_of(TicketState.CLOSED, "over") is Group.OVER
