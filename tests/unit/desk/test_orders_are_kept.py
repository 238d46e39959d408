"""Of each order the newest is kept as its topic said it, with the contact sealed, and what happened before it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from chassis.contacts import WordSeal
from schemas.envelope import Envelope
from schemas.public import Order
from schemas.values import Clock, Contact, DueTime, OfficialDue, ProvisionalDue, TicketState
from sealing.masters import MasterKeys
from services.desk.core.orders import FIRST_STEPS, NEVER, NEWEST_STEPS, OrderRow, after, kept
from tests.support.desk import ONE, order

MORNING: Final = datetime(2026, 9, 1, 2, tzinfo=UTC)
WHO: Final = Contact(name="王阿姨", phone="13812345678", address="平凉路100弄3号201室")
SEAL: Final = WordSeal(MasterKeys("master-key", os.urandom), os.urandom)


def told(said: Order) -> OrderRow:
    envelope = Envelope("e-1", "liuhen/dispatch/0", said.type_name, MORNING, said.ticket, sequence=7)
    return kept("housing", envelope, said.to_json(), SEAL.of(said.ticket))


def test_what_is_kept_says_no_contact_and_opens_to_what_the_topic_said() -> None:
    said = order(contact=WHO, text='楼道里说"contact":{"name":"别人"}', version=4)

    row = told(said)

    assert (row.department, row.ticket, row.source, row.sequence) == ("housing", ONE, "liuhen/dispatch/0", 7)
    assert not [value for value in WHO.model_dump().values() if value and value in row.body]
    shown = SEAL.shown(json.loads(row.body), ONE)
    assert shown == json.loads(said.to_json())
    assert Order.model_validate(shown) == said


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({}, "open"),
        ({"state": TicketState.HANDLED}, "open"),
        ({"state": TicketState.CLOSED}, "over"),
        ({"state": TicketState.MERGED}, "over"),
        ({"state": TicketState.CLOSED, "supervised": True}, "open"),
        ({"role": "none", "supervised": True}, "left"),
    ],
)
def test_an_order_is_open_over_or_left(fields: dict[str, Any], standing: str) -> None:
    assert told(order(**fields)).standing == standing


def test_it_is_due_at_the_earliest_instant_that_a_clock_can_mean() -> None:
    early, late = MORNING + timedelta(hours=1), MORNING + timedelta(days=9)
    due = (
        DueTime(clock=Clock.HANDLING, due=OfficialDue(at=MORNING + timedelta(hours=2))),
        DueTime(clock=Clock.CITIZEN, due=ProvisionalDue(earliest=early, latest=late)),
    )

    assert told(order(due=due)).due == early
    assert told(order()).due == NEVER


def test_what_happened_before_is_remembered_newest_first_and_not_for_ever() -> None:
    row = told(order(happened="dispatched", version=1))
    for version in range(2, 31):
        row = after(row, told(order(happened="progress_noted", version=version)))

    steps = row.steps.splitlines()
    # then it is known how it began, however often something was repeated since
    assert [int(step.split(" ")[0]) for step in steps] == [
        *range(30, 30 - NEWEST_STEPS, -1),
        *range(FIRST_STEPS, 0, -1),
    ]
    assert steps[0] == f"30 progress_noted {MORNING.isoformat()}"


def test_what_happened_to_one_limit_says_to_which() -> None:
    row = told(order(happened="overdue", clock=Clock.HANDLING, version=3))
    assert row.steps == f"3 overdue {MORNING.isoformat()} handling"
