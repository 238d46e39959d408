"""Since when `liuhen verify` looks is said as people say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from liuhen.commands.verify import begin_of
from tools.errors import SaidClearly

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "begin"),
    [
        ("26h", NOW - timedelta(hours=26)),
        ("7d", NOW - timedelta(days=7)),
        ("2026-12-01T00:00+08:00", datetime(2026, 11, 30, 16, tzinfo=UTC)),
    ],
)
def test_hours_days_and_moments_are_read(said: str, begin: datetime) -> None:
    assert begin_of(said, NOW) == begin


@pytest.mark.parametrize("said", ["yesterday", "26", "0h", "-1d", "2026-12-01T00:00", "2026-12-02T00:00+08:00"])
def test_anything_else_is_refused_with_what_to_write(said: str) -> None:
    with pytest.raises(SaidClearly, match="26h、7d"):
        begin_of(said, NOW)
