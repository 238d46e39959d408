"""Late is what was missed, whatever became of it: made up for, fallen away, or running on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.owner import Owner
from services.trace.core.lateness import is_late
from services.trace.core.rows import ClockRow, ClockStatus

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DUE = START + timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "breached", "late", "after", "expected"),
    [
        ("running", False, None, 0, False),
        ("running", False, None, 1, True),
        ("running", True, None, 1, True),
        ("paused", False, None, 1, False),
        ("paused", True, None, 1, True),
        ("stopped", True, None, 1, True),
        ("stopped", False, None, 1, False),
        ("lapsed", True, None, 1, True),
        ("met", True, True, 1, True),
        ("met", False, True, 1, True),
        ("met", False, False, 1, False),
    ],
)
def test_a_clock_is_late_that_was_missed_or_is_over(
    *, status: ClockStatus, breached: bool, late: bool | None, after: int, expected: bool
) -> None:
    row = ClockRow(
        ticket="26030200000017",
        clock_id="handling",
        clock="handling",
        owner=Owner.of_department("housing"),
        started_at=START,
        due=DUE,
        due_latest=DUE,
        status=status,
        breached=breached,
        late=late,
    )
    assert is_late(row, DUE + timedelta(hours=after)) is expected
