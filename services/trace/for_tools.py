"""What tools may use of trace: its words, how facts fold to what it keeps, whose the ball was, and calendars in force.

Nothing here reads or writes a topic or a table. Everything else of this service may change without asking them.
"""

from __future__ import annotations

from services.trace.core.ball import BallSpan, LifeStep, ball_in_court
from services.trace.core.calendars import as_published
from services.trace.core.desk import marks
from services.trace.core.holder import AT_REST
from services.trace.core.rows import NOBODY, Summary
from services.trace.edges.words import Words
from services.trace.reactions import clocks, orders, steps_of, summaries

__all__ = [
    "AT_REST",
    "NOBODY",
    "BallSpan",
    "LifeStep",
    "Summary",
    "Words",
    "as_published",
    "ball_in_court",
    "clocks",
    "marks",
    "orders",
    "steps_of",
    "summaries",
]
