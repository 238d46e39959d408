"""Whoever acted hears what became of it: taken at the door, refused, or what followed."""

from __future__ import annotations

from typing import Any

import pytest

from doors.refusals import AGAIN
from liuhen.desk.submitting import Rejection, SubmissionAnswer, at_terminal, follow, followed, note
from schemas.inbound import Accept, Nudge
from schemas.values import Person
from services.trace.for_tools import EntryAnswer
from tests.support import receipts
from tests.support.desk import ONE, TWO, order
from tests.support.receipts import RECEIPT
from tools.client.desk import KnownOrder

BY = Person(id="p-xu", name="徐文珏")
NUDGE = Nudge(ticket=ONE, by=BY, reason="超过三天没有进展")
ACCEPT = Accept(ticket=ONE, by=BY)
OTHER = "R0123456789AC"
START = SubmissionAnswer("s", RECEIPT)


def test_a_receipt_says_that_the_door_took_it() -> None:
    given = receipts.given(action="nudge", tickets=(ONE,))

    answer = note(START, given, NUDGE)

    assert (answer.taken, answer.tickets, answer.settled) == (True, (ONE,), False)
    assert answer.receipt == RECEIPT


def test_what_others_submitted_changes_nothing() -> None:
    theirs = receipts.given(receipt=OTHER, submission="t", action="nudge", tickets=(TWO,))
    refused = receipts.refused(receipt=OTHER, submission="t", action="nudge", code="unknown_ticket", reason="没有")

    assert note(note(START, theirs, NUDGE), refused, NUDGE) == START


def test_the_door_and_the_life_of_the_ticket_refuse_in_one_form() -> None:
    answer = note(START, receipts.refused(action="nudge", code="illegal_in_state", reason="已结案"), NUDGE)

    assert answer.refusal is not None
    assert answer.refusal.code == "illegal_in_state"
    assert answer.settled


def test_two_integrations_with_one_id_are_told_apart_by_their_source() -> None:
    theirs = receipts.refused(source="another/system", submission=START.submission, action="nudge")

    assert note(START, theirs, NUDGE) == START


def known(ticket: str = ONE, *steps: tuple[int, str], **fields: Any) -> KnownOrder:
    return KnownOrder(order(ticket, **fields), steps, None)


def test_a_department_learns_of_its_act_by_the_steps_of_its_order() -> None:
    taken = SubmissionAnswer("s", RECEIPT, taken=True)
    earlier = known(ONE, (3, "due_changed"), (2, "accepted"))
    since = known(ONE, (4, "due_changed"), (4, "accepted"), (3, "due_changed"), state="in_progress")

    assert followed(taken, [earlier], {ONE: 3}, ACCEPT) == taken
    assert followed(taken, [since], {ONE: 3}, ACCEPT).followed == ("工单现为“处置中”",)


def entry(kind: str, caused_by: int | None, **body: Any) -> EntryAnswer:
    topic = f"liuhen.{kind.split('.', maxsplit=1)[0]}.v1"
    at = "2026-09-01T10:00:00+08:00"
    return EntryAnswer(at=at, type=f"liuhen.{kind}.v1", topic=topic, caused_by=caused_by, who="", words=kind, body=body)


def test_the_trace_tells_what_followed() -> None:
    entries = [
        entry("tickets.registered", None, receipt=OTHER),
        entry("dispatch.opened", 0, receipt=OTHER),
        entry("tickets.action-received", None, receipt=RECEIPT),
        entry("dispatch.nudged", 2),
        entry("notices.notice-requested", 3),
    ]

    assert follow(START, entries).followed == ("dispatch.nudged",)
    assert not follow(START, entries[:3]).settled


def test_the_trace_tells_of_a_refusal_too() -> None:
    refused = entry("dispatch.action-refused", 0, code="illegal_in_state", reason="已结案", receipt=RECEIPT)

    answer = follow(START, [entry("tickets.action-received", None, receipt=RECEIPT), refused])

    assert answer.refusal is not None
    assert answer.refusal.reason == "已结案"


def test_what_a_decision_refuses_of_others_is_no_refusal_of_it() -> None:
    theirs = entry("dispatch.action-refused", 0, code="not_approved", reason="未获批准", receipt="R0000000000ZZ")
    entries = [entry("tickets.action-received", None, receipt=RECEIPT), entry("dispatch.approval-declined", 0), theirs]

    answer = follow(START, entries)

    assert answer.refusal is None
    assert answer.followed == ("dispatch.approval-declined",)


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        (
            f"字段 通话时间（record.spoken_at） 应为带时区的时间。{AGAIN}",
            "字段 通话时间（--spoken-at） 应为带时区的时间。请更正后重新提交。",
        ),
        ("字段 工单（ticket） 的格式不对。", "字段 工单 的格式不对。"),
        ("已由（杨浦）处理。", "已由（杨浦）处理。"),
    ],
)
def test_who_types_reads_options_and_no_number_of_a_submission(said: str, typed: str) -> None:
    refused = SubmissionAnswer("s-1", refusal=Rejection("bad_time", None, said), left_out=((ONE, said),))

    answer = at_terminal(refused)

    assert answer.refusal == Rejection("bad_time", None, typed)
    assert answer.left_out == ((ONE, typed),)
