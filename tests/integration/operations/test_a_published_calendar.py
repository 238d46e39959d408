"""A calendar that is published while the system runs is what everybody counts by from then on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from services.trace.for_tools import as_published
from tests.support.operations import Operations
from tools.client.desk import calendars
from worktime import load_calendar

pytestmark = pytest.mark.timeout(400)


def test_the_desk_counts_by_the_calendar_that_was_published(
    operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in operations.instance.addresses().items():
        monkeypatch.setenv(name, value)
    base = load_calendar(Path("policy/calendar"))
    file = "examples/calendar/2027.json"

    refused = operations.run("calendar", "apply", file)
    applied = operations.asked("calendar", "apply", file, person="p-he")
    until = time.monotonic() + 30
    while not (published := calendars()):
        assert time.monotonic() < until

    told = as_published(base, published)
    assert refused.exit_code == 1
    assert "何静宜" in str(refused.exception)
    assert base.official_until < told.official_until
    assert str(told.official_until) == applied["official_until"]
    assert published[0].by.name == "何静宜"
    assert isinstance(operations.asked("office", "queue"), list)
    operations.wait("select from trace.entry where type = 'liuhen.rules.calendar-published.v1'")
