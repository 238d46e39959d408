"""What waits at the desk has to be done by the limits of the centre, by which it stands in the queue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rulebook.desk import TASKS
from schemas.public import DeskTask
from schemas.values import DeskTaskKind, Kind, OfficialDue, Tier, remind_by
from services.desk.core.due_at_desk import due_at_desk
from tests.support.desk import MORNING, ONE, RULES


def task(**fields: Any) -> DeskTask:
    given = {"task": "dispatching", "open": True, "ticket": ONE, "since": MORNING, "text": "楼道积水"}
    return DeskTask.model_validate({**given, "tier": Tier.COMPLEX, "kind": Kind.HELP, **fields})


def test_what_is_urgent_is_due_before_what_waits_longer() -> None:
    urgent = task(tier=Tier.URGENT, since=MORNING)
    usual = task(task="return_ruling", since=MORNING - timedelta(minutes=30))

    assert remind_by(due_at_desk(urgent, RULES)) < remind_by(due_at_desk(usual, RULES))


def test_what_comes_in_after_hours_is_due_after_they_begin() -> None:
    evening = MORNING.replace(hour=20)

    assert remind_by(due_at_desk(task(since=evening), RULES)) > MORNING + timedelta(hours=23)


@pytest.mark.parametrize("kind", [each for each, asked in TASKS.items() if asked.clock is None])
def test_where_somebody_elses_clock_is_overdue_it_is_due_at_once(kind: DeskTaskKind) -> None:
    assert due_at_desk(task(task=kind), RULES) == OfficialDue(at=MORNING)


def test_what_a_newer_part_of_the_system_asks_is_shown_and_due_at_once() -> None:
    assert due_at_desk(task(task="something_new"), RULES) == OfficialDue(at=MORNING)
