"""How pressing it is what waits for the office, by which it stands in every queue."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from schemas.public import DeskTask
from schemas.values import DeskTaskKind, Tier


class Weight(IntEnum):
    """What stands above what; of one weight what waits longest comes first."""

    NOBODY_HAS_IT = 0
    """Urgent, and in nobody's hands yet."""
    FOR_EYES = 1
    """With words in it that no machine may answer, and in nobody's hands yet."""
    URGENT = 2
    """Urgent, or with such words, and in somebody's hands."""
    USUAL = 3


_IN_NO_HANDS: Final = frozenset(
    {
        DeskTaskKind.URGENT_CALL,
        DeskTaskKind.STOP_WORDS,
        DeskTaskKind.UNIT_PASS_ON,
        DeskTaskKind.UNIT_LATE,
        DeskTaskKind.SURVEY_OFFICE,
        DeskTaskKind.DISPATCHING,
        DeskTaskKind.RETURN_RULING,
        DeskTaskKind.ADJUDICATION,
        DeskTaskKind.REDISPATCH,
        DeskTaskKind.REOPENING,
    }
)
"""What waits until somebody begins with the matter itself."""


def weight(desk_task: DeskTask) -> Weight:
    """Weigh one thing that waits."""
    urgent = desk_task.tier is Tier.URGENT or desk_task.task == DeskTaskKind.URGENT_CALL
    for_eyes = bool(desk_task.stop_words) or desk_task.task == DeskTaskKind.STOP_WORDS
    if desk_task.task in _IN_NO_HANDS and (urgent or for_eyes):
        return Weight.NOBODY_HAS_IT if urgent else Weight.FOR_EYES
    return Weight.URGENT if urgent or for_eyes else Weight.USUAL
