"""A number that is claimed on one channel fits no ticket of another: neither answers nor facts tell whose it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from schemas.public import ReceiptGiven
from schemas.tickets import ActionReceived, Registered, Visited
from services.intake.core.numbers import check_digit

MINE: Final = {"phone": "13800000103"}
OTHERS: Final = {"phone": "13800000999"}
AGENT: Final = {"id": "a-1", "name": "话务员"}
NOWHERE: Final = "2609140000000" + check_digit("2609140000000")


@pytest.fixture(params=["open", "ended"])
def called(request: pytest.FixtureRequest, front: Any, report: dict[str, Any]) -> str:
    """Given a ticket that came by telephone, open or just ended."""
    (registered, *_) = front.took("hotline", "register", {**report, "contact": MINE, "category": "0101-02"})
    ticket = front.state.tickets[registered.ticket]
    if request.param == "ended":
        ended = ticket._replace(open=False, ended=front.now)
        front.state.tickets[ticket.id] = ended
        front.state.open_by_requester.clear()
        front.state.ended_by_requester[ticket.requester] = [ended]
    return str(registered.ticket)


def told(front: Any, topic: str, kind: str, content: dict[str, Any]) -> list[dict[str, Any]]:
    """All that follows from a submission, without what differs from one submission to the next anyway."""
    messages = [each.message for each in front.take(topic, kind, content).says]
    found = [each.model_dump(mode="json", exclude=_OF_EACH) for each in messages]
    for each, message in zip(found, messages, strict=True):
        if isinstance(message, ReceiptGiven | Visited):
            each["tickets"] = [ticket if ticket in (NOWHERE, front.called) else "new" for ticket in message.tickets]
    return found


_OF_EACH: Final = {"ticket", "receipt", "submission", "requester", "contact", "occurred_at", "household"}


@pytest.mark.parametrize("named", [True, False], ids=["named", "the same words"])
@pytest.mark.parametrize("words", ["楼道里的灯坏了一个星期没有人来修", "随便问问"], ids=["alike", "other"])
def test_a_report_by_another_channel_is_a_matter_of_its_own_whosever_number_it_claims(
    front: Any,
    report: dict[str, Any],
    called: str,
    named: bool,  # noqa: FBT001 - a case of the table
    words: str,
) -> None:
    front.called = called
    front.wait(days=1)
    about = {"about": called} if named else {}
    said = [
        told(front, "wechat", "register", {**report, **about, "text": words, "contact": contact, "category": "0101-02"})
        for contact in (MINE, OTHERS)
    ]
    front.state.open_by_requester.clear()
    assert said[0] == said[1]
    assert said[0][-1]["tickets"] == ["new"]
    assert said[0][0]["recurrence_of"] is None


def test_a_ticket_of_another_channel_is_named_as_none_is(front: Any, report: dict[str, Any], called: str) -> None:
    """Whoever has an open matter of the same words presses for it, whatever else is named."""
    front.called = called
    own = {**report, "contact": {"wechat": "w-1"}}
    (first, *_) = front.took("wechat", "register", own)
    for about in (called, NOWHERE):
        (said, *_) = front.took("wechat", "register", {**own, "about": about})
        assert isinstance(said, ActionReceived)
        assert said.ticket == first.ticket


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("follow-up", {"mode": "press", "text": "怎么还没修"}),
        ("follow-up", {"mode": "add", "text": "三楼"}),
        ("provide-info", {"text": "三楼"}),
        ("withdraw", {"reason": "不用了"}),
    ],
)
@pytest.mark.parametrize("topic", ["wechat", "survey"])
def test_what_is_said_about_it_by_another_channel_is_a_strangers_word(
    front: Any, called: str, topic: str, kind: str, content: dict[str, Any]
) -> None:
    front.called = called
    said = [told(front, topic, kind, {**content, "ticket": called, "contact": contact}) for contact in (MINE, OTHERS)]
    assert said[0] == said[1]
    assert said[0][0]["matched"] is False


def test_a_problem_that_is_told_at_the_door_finds_no_call_by_the_number_that_the_visitor_claims(
    front: Any, visit: dict[str, Any], report: dict[str, Any], called: str
) -> None:
    front.called = called
    front.took("survey", "record-visit", visit)
    front.wait(hours=1)
    problem = {"kind": "complain", "text": report["text"], "category": "0101-02"}
    later = visit | {"visited_at": (front.now - timedelta(minutes=1)).isoformat(), "problems": [problem]}
    said = [told(front, "survey", "record-visit", later | {"contact": c, "household": str(c)}) for c in (MINE, OTHERS)]
    assert [each.get("tickets") for each in said[0]] == [each.get("tickets") for each in said[1]]
    assert said[0][-1]["tickets"] == ["new"]


def test_the_hotline_speaks_for_whoever_calls(front: Any, report: dict[str, Any]) -> None:
    (registered, *_) = front.took("wechat", "register", {**report, "contact": MINE})
    (pressed, *_) = front.took("hotline", "register", {**report, "contact": MINE, "about": registered.ticket})
    assert isinstance(pressed, ActionReceived)
    assert (pressed.ticket, pressed.matched) == (registered.ticket, True)
    (another, *_) = front.took("hotline", "register", {**report, "contact": OTHERS, "about": registered.ticket})
    assert isinstance(another, Registered)
