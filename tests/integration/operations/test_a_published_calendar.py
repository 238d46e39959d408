"""A calendar that is published while the system runs is what everybody counts by from then on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from liuhen.desk.queue import as_published, standing
from schemas.principals import OPERATORS
from schemas.registry import RULES
from tests.support.operations import Operations
from worktime import load_calendar

pytestmark = pytest.mark.timeout(400)


def test_the_desk_counts_by_the_calendar_that_was_published(operations: Operations) -> None:
    base = load_calendar(Path("policy/calendar"))

    applied = operations.asked("calendar", "apply", "examples/calendar/2027.json", "--by", "p-he")
    told = as_published(base, asyncio.run(standing(operations.instance.broker(OPERATORS), RULES)))

    assert base.official_until < told.official_until
    assert str(told.official_until) == applied["official_until"]
    assert isinstance(operations.asked("office", "queue"), list)
    operations.wait("select from trace.entry where type = 'liuhen.rules.calendar-published.v1'")
