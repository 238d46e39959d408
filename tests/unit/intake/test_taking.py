"""What the door takes: reports, answers on the line, contacts about open tickets, actions on tickets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.envelope import Envelope
from schemas.inbound import FollowUp
from schemas.public import ReceiptGiven
from schemas.tickets import ActionReceived, Answered, IncidentActionReceived, Registered
from services.intake.core.numbers import check_digit


def test_a_report_becomes_a_ticket_and_a_receipt_that_names_it(front: Any, report: Any) -> None:
    registered, receipt = front.took("wechat", "register", report)
    assert isinstance(registered, Registered)
    assert isinstance(receipt, ReceiptGiven)
    assert receipt.tickets == (registered.ticket,)
    assert registered.channel == "wechat"
    assert registered.occurred_at == front.now


def test_the_same_phone_is_the_same_requester_however_it_is_written(front: Any, report: Any) -> None:
    first, *_ = front.took("hotline", "register", report)
    other = report | {"contact": {"phone": "+86 138-0000-0001"}, "text": "小区门口的窨井盖不见了很危险"}
    second, *_ = front.took("wechat", "register", other)
    assert first.requester == second.requester
    assert "13800000001" not in first.requester


def test_who_stays_anonymous_has_no_requester(front: Any, report: Any) -> None:
    registered, *_ = front.took("hotline", "register", report | {"requester_kind": "anonymous"})
    assert registered.requester is None


def test_a_call_answered_on_the_line_is_born_closed(front: Any, report: Any) -> None:
    call = report | {"answer": "请拨物业电话", "agent": {"id": "a-1", "name": "小王"}}
    answered, receipt = front.took("hotline", "answer-on-line", call)
    assert isinstance(answered, Answered)
    assert receipt.tickets == (answered.ticket,)
    assert front.took("hotline", "register", report)[0].ticket != answered.ticket


def test_an_action_on_a_known_ticket_is_passed_on_with_its_party(front: Any, report: Any) -> None:
    ticket = front.took("hotline", "register", report)[0].ticket
    act = {"ticket": ticket, "by": {"id": "h-1", "name": "陈工"}}
    received, given = front.took("department.housing", "accept", act)
    assert isinstance(received, ActionReceived)
    assert str(received.party) == "department:housing"
    assert received.action.do == "accept"
    assert isinstance(given, ReceiptGiven)
    assert (given.tickets, given.final) == ((ticket,), False)


def test_every_party_hears_on_its_own_topic_of_which_submission_an_answer_is(front: Any, report: Any) -> None:
    ticket = front.took("hotline", "register", report)[0].ticket
    act = {"ticket": ticket, "by": {"id": "h-1", "name": "陈工"}}
    given = front.take("department.housing", "accept", act, submission="a-1").says[-1]
    assert given.topic == "liuhen.public.dispatch.housing.v1"
    assert (given.message.source, given.message.submission) == ("test", "a-1")

    wrong = front.take("department.housing", "accept", act | {"ticket": "26010100000005"}, submission="a-2").says[-1]
    assert wrong.topic == "liuhen.public.dispatch.housing.v1"
    assert (wrong.message.source, wrong.message.submission) == ("test", "a-2")
    assert wrong.message.code == "unknown_ticket"


@pytest.mark.parametrize("claimed", [None, timedelta(days=30)])
@pytest.mark.parametrize(
    ("party", "kind", "content"),
    [
        ("department.housing", "accept", {"by": {"id": "h-1", "name": "陈工"}}),
        ("callback", "note-unreached", {"by": {"id": "k-1", "name": "回访员"}}),
        ("wechat", "withdraw", {"reason": "不用了"}),
        ("survey", "provide-info", {"text": "三楼", "agent": {"id": "v-1", "name": "调研干部"}}),
    ],
)
def test_the_door_tells_outsiders_nothing_of_whether_there_is_such_a_ticket(
    front: Any, report: Any, party: str, kind: str, content: dict[str, Any], claimed: timedelta | None
) -> None:
    """It asks the ticket's life, which answers alike; nor does a time before the matter tell one from the other."""
    happened = front.now - timedelta(days=90)
    there = front.took("hotline", "register", report | {"occurred_at": happened.isoformat()})[0].ticket
    lacking = next(number for number in (f"{there[:8]}{n:05}" for n in range(9)) if number != there[:-1])
    answers = []
    for ticket in (there, lacking + check_digit(lacking)):
        submission = f"{ticket}-{claimed}"
        at = front.now - claimed if claimed else front.now
        headers = Envelope(submission, "test", f"liuhen.inbound.{kind}.v1", at, "").headers()
        decision = front.take(party, kind, content | {"ticket": ticket}, headers=headers)
        answers.append((decision.word, decision.refusal, decision.verdict and decision.verdict.shown))
    assert answers[0] == answers[1]
    assert (answers[0][0] == "accepted") is (claimed is None)


def test_two_integrations_with_one_id_have_receipts_of_their_own_which_name_them(front: Any, report: Any) -> None:
    def answer(source: str, text: str) -> ReceiptGiven:
        headers = Envelope("s-1", source, "liuhen.inbound.register.v1", front.now, "").headers()
        (*_, receipt) = front.took("hotline", "register", report | {"text": text}, headers=headers)
        assert isinstance(receipt, ReceiptGiven)
        return receipt

    one, other = answer("call-centre/1", "楼道里的灯坏了"), answer("call-centre/2", "小区门口的窨井盖不见了")
    assert one.receipt != other.receipt
    assert [(each.source, each.submission) for each in (one, other)] == [
        ("call-centre/1", "s-1"),
        ("call-centre/2", "s-1"),
    ]


def test_only_what_the_door_alone_decides_is_final(front: Any, report: Any) -> None:
    (registered, given) = front.took("hotline", "register", report)
    assert given.final
    (_, again) = front.took("hotline", "register", report)
    assert (again.follow_up, again.final) == (True, False)
    (_, pressed) = front.took("hotline", "follow-up", {"ticket": registered.ticket, "mode": "press", "text": "还没修"})
    assert not pressed.final


DISPATCHER = {"id": "p-xu", "name": "徐文珏"}


def test_an_incident_that_is_opened_has_a_code_of_its_own_which_its_receipt_names(front: Any) -> None:
    opened, receipt = front.took(
        "office", "open-incident", {"title": "某小区停电", "lead": "housing", "by": DISPATCHER}
    )
    assert isinstance(opened, IncidentActionReceived)
    assert opened.incident == receipt.incident
    another, _ = front.took("office", "open-incident", {"title": "某小区停电", "by": DISPATCHER})
    assert another.incident != opened.incident


def test_an_act_on_an_incident_is_passed_on_with_its_party(front: Any) -> None:
    accept = {"incident": "M0123456789AB", "by": {"id": "h-1", "name": "陈工"}}
    received, _ = front.took("department.housing", "accept-incident", accept)
    assert (received.incident, str(received.party)) == ("M0123456789AB", "department:housing")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"title": "停电", "lead": "nobody"}, "unknown_department"),
        ({"title": "停电", "category": "9999-99"}, "unknown_category"),
        ({"title": ""}, "empty_field"),
        ({"title": "停电", "tickets": ["26091403000175"] * 1001}, "wrong_count"),
    ],
)
def test_an_incident_of_what_nobody_knows_is_refused(front: Any, content: dict[str, Any], code: str) -> None:
    found, _, reason = front.refused("office", "open-incident", {**content, "by": DISPATCHER})
    assert found == code, (found, reason)


def test_only_whom_it_is_for_acts_on_an_incident(front: Any) -> None:
    accept = {"incident": "M0123456789AB", "by": DISPATCHER}
    assert front.refused("office", "accept-incident", accept)[0] == "not_permitted"
    fix = {"incident": "26091403000175", "by": DISPATCHER, "text": "已修复"}
    assert front.refused("office", "report-fix", fix)[1] == "incident"


def test_a_part_of_a_known_ticket_is_known(front: Any, report: Any) -> None:
    ticket = front.took("hotline", "register", report)[0].ticket
    act = {"ticket": f"{ticket}-2", "by": {"id": "h-1", "name": "陈工"}}
    assert front.took("department.housing", "accept", act)[0].ticket == f"{ticket}-2"


def test_the_same_submission_twice_is_one_ticket_with_the_same_receipt(front: Any, report: Any) -> None:
    first = front.took("hotline", "register", report, submission="once")
    again = front.take("hotline", "register", dict(reversed(report.items())), submission="once")
    assert again.word == "repeated"
    assert [answer.message for answer in again.says] == [first[-1]]


# --- a contact about an open ticket is a follow-up on it -------------------------------------------------------------


def test_a_report_that_repeats_an_open_one_presses_for_it(front: Any, report: Any) -> None:
    registered, receipt = front.took("wechat", "register", report)
    front.wait(days=2)
    again = report | {"text": "楼道里的灯坏了一个星期，没有人来修！"}
    pressed, answer = front.took("hotline", "register", again)
    assert isinstance(pressed, ActionReceived)
    assert (pressed.ticket, pressed.repeat_of) == (registered.ticket, receipt.receipt)
    assert isinstance(pressed.action, FollowUp)
    assert pressed.action.mode == "press"
    assert answer.follow_up
    assert answer.tickets == (registered.ticket,)


@pytest.mark.parametrize(
    "difference",
    [
        {"contact": {"phone": "13800000002"}},
        {"text": "楼道里的灯修好了，可是电梯又停了，请派人来看看"},
        {"place": {"text": "控江路1200弄7号"}},
        {"requester_kind": "anonymous"},
        {"confidential": True},
        {"upstream": {"number": "city-1"}},
    ],
    ids=["another person", "other words", "another place", "unknown person", "in confidence", "from the city"],
)
def test_a_report_that_differs_in_anything_is_a_ticket_of_its_own(front: Any, report: Any, difference: Any) -> None:
    first, *_ = front.took("hotline", "register", report)
    second, *_ = front.took("hotline", "register", report | difference)
    assert isinstance(second, Registered)
    assert second.ticket != first.ticket


def test_who_calls_again_about_what_the_city_passed_on_presses_for_it(front: Any, report: Any) -> None:
    registered, _ = front.took("hotline", "register", report | {"upstream": {"number": "city-1"}})
    pressed, _ = front.took("hotline", "register", report)
    assert isinstance(pressed, ActionReceived)
    assert pressed.ticket == registered.ticket
    other, _ = front.took("hotline", "register", report | {"upstream": {"number": "city-2"}})
    assert isinstance(other, Registered)


def test_a_report_of_another_category_is_a_ticket_of_its_own(front: Any, report: Any) -> None:
    front.took("hotline", "register", report | {"category": "0101-01"})
    assert isinstance(front.took("hotline", "register", report | {"category": "0101-02"})[0], Registered)


def test_after_some_time_the_same_words_are_a_new_matter(front: Any, report: Any) -> None:
    front.took("hotline", "register", report)
    front.wait(days=16)
    assert isinstance(front.took("hotline", "register", report)[0], Registered)


def test_a_closed_ticket_is_not_pressed_for(front: Any, report: Any) -> None:
    first, *_ = front.took("hotline", "register", report)
    front.state.tickets[first.ticket] = front.state.tickets[first.ticket]._replace(open=False)
    assert isinstance(front.took("hotline", "register", report)[0], Registered)
