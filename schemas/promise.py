"""Until when a requester is promised that their matter is done: one rule and wording, in an SMS and on their page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from schemas.values import Clock, Due, Kind, ProvisionalDue, breach_by, remind_by

PROMISING: Final = frozenset({Clock.CITIZEN, Clock.HANDLING, Clock.REWORK})
"""The clocks by which a date can be promised."""

GOODWILL: Final = frozenset({Kind.PRAISE, Kind.SUGGEST})
"""What complains of nothing: it is answered, and there is nothing to be done with."""


def promised(by: Clock, citizens: Due | None, departments: Due | None) -> Due | None:
    """The due time that a promise by a clock names; None until it is known.

    It is the citizen's, or the department's where time was granted or the matter has come back to it, if that is later.
    """
    if by is Clock.CITIZEN:
        return citizens
    if by is Clock.HANDLING and citizens is not None and departments is not None:
        return max(departments, citizens, key=remind_by)
    return departments


def due_in_words(due: Due, say: Callable[[datetime], str]) -> str:
    """Say when something is due; what rests on no published calendar as such, with the latest that it can be."""
    if isinstance(due, ProvisionalDue):
        return f"{say(due.earliest)}（暂定，以公布的放假安排为准，最迟{say(breach_by(due))}）"
    return say(due.at)


def is_over(due: Due, at: datetime) -> bool:
    """Whether a due time has certainly gone by."""
    return breach_by(due) <= at
