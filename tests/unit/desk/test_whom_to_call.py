"""Whom the callback agency has to call stands with its time, and without words once nobody has to be called."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rulebook import Policy
from schemas.envelope import Envelope
from schemas.public import CallbackRequest
from schemas.values import Contact
from services.desk.core.callbacks import CallbackRow, requested
from services.desk.core.rights import Mine
from tests.support.desk import MORNING, ONE, RULES

POLICY: Policy = RULES.policy


def row(at: datetime = MORNING, **fields: Any) -> CallbackRow:
    given = {"happened": "requested", "ticket": ONE, "round": 0, "attempts": 3, "text": "灯坏了", "reply": "已修好"}
    request = CallbackRequest.model_validate({**given, "contact": Contact(phone="13600000000"), **fields})
    envelope = Envelope("e-1", "liuhen/dispatch/0", request.type_name, at, ONE, sequence=7)
    return requested(envelope, request, request.to_json().decode(), lambda _: {"box": "sealed"}, RULES)


def test_a_request_is_due_by_the_centres_limit_and_keeps_no_number_in_the_clear() -> None:
    found = row()

    assert MORNING + timedelta(days=1) < found.due <= MORNING + timedelta(days=4)
    assert found.body is not None
    assert "灯坏了" in found.body
    assert "13600000000" not in found.body


def test_an_appointment_is_due_at_its_hour_and_what_was_missed_at_once() -> None:
    later = MORNING + timedelta(hours=20)

    assert row(happened="appointed", at=later).due == later
    assert row(happened="overdue").due == MORNING


def test_what_is_not_owed_any_more_keeps_no_words() -> None:
    assert row(happened="cancelled").body is None


def test_what_is_ones_own_to_do_is_what_ones_duties_are_and_never_what_one_asked_for() -> None:
    fang = Mine.of("p-fang", POLICY, MORNING)

    assert {"extension", "suspension", "approval"} <= fang.tasks
    assert "dispatching" not in fang.tasks
    assert "extension p-fang" in fang.own
    assert Mine.of("p-kong", POLICY, MORNING).tasks == frozenset()
