"""The tables of trace's reactions, and what several of them say."""

from __future__ import annotations

from typing import Final

from chassis.frozen import replace
from chassis.reactions import Changes
from schemas.values import TicketState as S
from services.trace.core.rows import ClockRow, OrderRow, Summary

AT_WORK: Final = frozenset({S.IN_PROGRESS, S.REWORK})
ASKABLE: Final = frozenset({S.SURVEY_REVIEW, S.PENDING_DISPATCH, *AT_WORK})
"""The states in which the requester can be asked for more."""

summaries: Final = Changes[Summary]()
orders: Final = Changes[OrderRow]()
clocks: Final = Changes[ClockRow]()


GIST: Final = 80
"""Characters of the requester's text that a list shows."""


def in_confidence(summary: Summary, ticket: str, *, asked: bool) -> Summary:
    """The same where the requester asks for 保密, or does not, in this ticket: its own, or one that it took in."""
    others = tuple(each for each in summary.in_confidence if each != ticket)
    whose = (*others, ticket) if asked else others
    return replace(summary, in_confidence=whose, confidential=bool(whose))
