"""After the database was restored from an older copy, what the topic says was sent is not sent again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas.notices import NoticeAttemptFailed, NoticeDelivered, NoticeDropped, NoticeRequested
from schemas.owner import Owner
from services.notify.core.notice import Addressee, Notice, Way
from services.notify.store import Planned
from services.notify.work import known_again, settled_by

TICKET = "26030200000017"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def planned(key: str, template: str = "requester-receipt") -> Planned:
    to = Addressee(Owner("requester"), Way.SMS, "+8613800000000")
    return Planned(TICKET, "0", Notice(key, template, to, NOW, "您的诉求已受理", "您好"))


def requested(key: str, template: str = "requester-receipt") -> NoticeRequested:
    return NoticeRequested(
        ticket=TICKET, notice=key, audience=Owner("requester"), template=template, way="sms", not_before=NOW
    )


def test_a_message_that_was_asked_for_is_put_down_under_its_key() -> None:
    assert known_again(planned("n-1"), [requested("n-2", "other"), requested("n-1")]) == planned("n-1")


def test_one_that_came_from_another_fact_then_keeps_the_key_of_then() -> None:
    assert known_again(planned("n-2"), [requested("n-1")]) == planned("n-1")


def test_one_that_was_not_asked_for_is_not_asked_for_now() -> None:
    assert known_again(planned("n-1"), [requested("n-2", "other")]) is None


def test_attempts_stand_as_the_facts_tell_of_them() -> None:
    failed = NoticeAttemptFailed(
        ticket=TICKET, notice="n-1", way="sms", attempt=1, error="timeout", next_at=NOW + timedelta(minutes=1)
    )
    facts = [
        (requested("n-1"), NOW),
        (failed, NOW),
        (NoticeDelivered(ticket=TICKET, notice="n-1", way="sms", attempts=2), NOW),
        (NoticeDropped(ticket=TICKET, notice="n-2", way="sms"), NOW),
    ]
    assert [(each.notice, each.attempt, each.outcome, each.error) for each in settled_by(facts)] == [
        ("n-1", 1, "failed", "timeout"),
        ("n-1", 2, "delivered", None),
        ("n-2", 1, "dropped", "over"),
    ]
