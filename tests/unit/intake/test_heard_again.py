"""A submission that is heard again after the door's memory was lost stands as it was decided then."""

from __future__ import annotations

from typing import Any

from schemas.registry import TICKETS
from schemas.tickets import Registered
from services.intake.core.again import as_said, attachments_in, facts_of, numbers_in
from services.intake.core.state import Answer, Decision, KnownAttachment


def said(decision: Decision) -> list[Answer]:
    """The facts of a decision as they are read from their topic."""
    return facts_of(
        (each.topic, each.key, each.message.type_name, each.message.to_json().decode()) for each in decision.says
    )


def test_what_is_decided_alike_is_that_decision(front: Any, report: Any) -> None:
    reading, decision = front.reads("hotline", "register", report)
    assert as_said(decision, reading, said(decision)) is decision


def test_a_report_that_was_registered_then_is_no_follow_up_now(front: Any, report: Any) -> None:
    # given a report that was registered, for its requester had nothing open
    reading, then = front.reads("hotline", "register", report | {"kind": "praise"})
    # when the door knows of it again before it hears it, and would count it as a follow-up
    _, now = front.reads("hotline", "register", report | {"kind": "praise"})
    assert now.tickets == ()
    # then it stands as it was: the ticket under its number, with its requester, and the contact that was given
    stands = as_said(now, reading, said(then))
    assert [(each.id, each.requester, each.words, each.promise) for each in stands.tickets] == [
        (each.id, each.requester, each.words, each.promise) for each in then.tickets
    ]
    registered = next(each.message for each in stands.says if each.topic == TICKETS)
    assert isinstance(registered, Registered)
    assert registered.contact.phone == report["contact"]["phone"]
    assert numbers_in(said(then)) == [registered.ticket]


def test_what_was_refused_then_is_refused_now(front: Any, report: Any) -> None:
    _, then = front.reads("hotline", "register", report | {"text": ""})
    reading, now = front.reads("hotline", "register", report)
    stands = as_said(now, reading, said(then))
    assert stands.word == "refused"
    assert stands.verdict is not None
    assert stands.verdict.refusal == then.refusal


def test_what_nobody_can_understand_stands_as_it_was_said_and_is_seen(front: Any, report: Any) -> None:
    _, then = front.reads(
        "hotline", "answer-on-line", report | {"answer": "请拨物业", "agent": {"id": "a", "name": "王"}}
    )
    reading, now = front.reads("hotline", "register", report)
    stands = as_said(now, reading, said(then))
    assert (stands.unlike, now.unlike) == (True, False)
    assert [each.message for each in stands.says if each.topic == TICKETS] == [each.message for each in said(then)]


def test_a_ticket_of_another_kind_of_submission_keeps_its_number(front: Any, report: Any) -> None:
    _, then = front.reads("hotline", "register", report)
    reading, now = front.reads(
        "hotline", "answer-on-line", report | {"answer": "请拨物业", "agent": {"id": "a", "name": "王"}}
    )
    stands = as_said(now, reading, said(then))
    assert stands.unlike
    assert [each.id for each in stands.tickets] == [each.id for each in then.tickets]
    assert stands.verdict is not None
    assert stands.verdict.tickets == tuple(each.id for each in then.tickets)


def test_the_proof_that_an_incident_was_dealt_with_is_known_again(front: Any) -> None:
    # given an upload of a department, named when it reported an incident handled
    upload = KnownAttachment("A7Q2M8ZK4D1XBW3HN5VT0", "department:housing", "9f" * 32, 1_843_220, "image/jpeg")
    front.state.attachments[upload.id] = upload
    handled = {"incident": "M0123456789AB", "by": {"id": "h-1", "name": "陈工"}, "reply": "已修复"}
    named = [{"id": upload.id, "sha256": upload.sha256}]
    reading, then = front.reads("department.housing", "report-incident-handled", handled | {"attachments": named})
    # when what was said is read again, then the upload is known as it was
    assert attachments_in(said(then), reading.party) == [upload]
