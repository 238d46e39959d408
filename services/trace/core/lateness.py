"""Which clock is late: the one rule for a row in the hand and for rows in the table, whoever counts them."""

from __future__ import annotations

from datetime import datetime

from services.trace.core.rows import ClockRow


def is_late(row: ClockRow, now: datetime) -> bool:
    """Whether it was missed, also where it was made up for or has ended since; or runs although its time is over."""
    missed = row.breached if row.late is None else row.late
    return missed or (row.status == "running" and row.due_latest < now)


def late(clock: str, now: str) -> str:
    """The same as an SQL expression on a row of `clock`, whose column `missed` is generated; `now` is an expression."""
    return f"({clock}.missed or {clock}.status = 'running' and {clock}.due_latest < {now})"
