"""What waits for the survey office is asked for in a window that the door of trace reads."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import make_mocked_request

from chassis.http import moment
from liuhen.desk import survey
from tools.client import survey as asking


def test_the_queue_asks_for_days_that_the_door_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def visits(**given: Any) -> dict[str, Any]:
        asked.update(given)
        return {"visits": [], "total": 0, "next": None}

    monkeypatch.setattr(asking, "visits", visits)
    monkeypatch.setattr(asking, "devices", lambda: {"requests": [], "total": 0})
    survey.queue(as_json=True)

    since, until = asked["days"]
    request = make_mocked_request("GET", f"/survey/visits?from={since}&to={until}")
    assert all(moment(request, name, ZoneInfo("Asia/Shanghai")) for name in ("from", "to"))
