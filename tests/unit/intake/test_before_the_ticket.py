"""Nothing can be done about a matter before it happened: who claims so is refused, with the reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from schemas.envelope import Envelope
from schemas.tickets import Registered
from worktime import SHANGHAI

HANDLED = {"by": {"id": "h-1", "name": "承办人"}, "reply": "已处理"}


def test_an_action_that_claims_to_be_earlier_than_the_matter_is_refused(front: Any, report: Any) -> None:
    happened = front.now - timedelta(days=2)
    registered, *_ = front.took("hotline", "register", report | {"occurred_at": happened.isoformat()})
    assert isinstance(registered, Registered)
    content = HANDLED | {"ticket": registered.ticket}

    code, field, reason = front.refused(
        "department.housing",
        "report-handled",
        content,
        headers=_claimed("early", happened - timedelta(minutes=2)),
    )

    assert (code, field) == ("before_ticket", "ce_time")
    assert "早于" in reason


def test_what_an_outsider_did_may_be_as_old_as_the_day_that_the_number_names(front: Any, report: Any) -> None:
    registered, *_ = front.took("hotline", "register", report)
    content = HANDLED | {"ticket": registered.ticket}
    day = front.now.astimezone(SHANGHAI).replace(hour=0, minute=0)

    assert front.took("department.housing", "report-handled", content, headers=_claimed("at once", day))


def test_what_the_office_did_may_be_as_old_as_the_matter_itself(front: Any, report: Any) -> None:
    happened = front.now - timedelta(days=20)
    registered, *_ = front.took("hotline", "register", report | {"occurred_at": happened.isoformat()})
    content = {"ticket": registered.ticket, "by": {"id": "p-xu", "name": "徐文珏"}, "reason": "请抓紧"}

    assert front.took("office", "nudge", content, headers=_claimed("at once", happened, "nudge"))
    early = _claimed("early", happened - timedelta(minutes=2), "nudge")
    assert front.refused("office", "nudge", content, headers=early)[0] == "before_ticket"


def _claimed(submission: str, at: Any, kind: str = "report-handled") -> list[tuple[str, bytes]]:
    return Envelope(submission, "test", f"liuhen.inbound.{kind}.v1", at, "").headers()
