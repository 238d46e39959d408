"""When what waits for the office has to be done, by the limits of the centre."""

from __future__ import annotations

from rulebook.deriving import ClockRules
from rulebook.desk import TASKS
from schemas.public import DeskTask
from schemas.values import DeskTaskKind, Due, OfficialDue


def due_at_desk(desk_task: DeskTask, rules: ClockRules) -> Due:
    """Derive the due time of one thing that waits: what no clock of the centre counts was due when it began to wait.

    There somebody else's clock is overdue already, as `without_limit` of the policy says.
    """
    clock = TASKS[DeskTaskKind(desk_task.task)].clock if desk_task.task in TASKS else None
    return (
        OfficialDue(at=desk_task.since)
        if clock is None
        else rules.due_of_new(clock, desk_task.tier, desk_task.since, None)
    )
