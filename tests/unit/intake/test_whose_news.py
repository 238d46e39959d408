"""A ticket's number can be counted: only the requester is shown what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.public import ReceiptGiven
from schemas.tickets import ActionReceived
from services.intake.core.state import Decision

MINE = {"phone": "13800000001", "wechat": "wx-1"}


@pytest.fixture
def ticket(front: Any, report: dict[str, Any]) -> str:
    *_, given = front.took("wechat", "register", {**report, "contact": MINE})
    assert isinstance(given, ReceiptGiven)
    return given.tickets[0]


def ask(front: Any, topic: str, kind: str, content: dict[str, Any]) -> Decision:
    decision = front.take(topic, kind, content)
    assert isinstance(decision, Decision)
    assert decision.word == "accepted"
    return decision


@pytest.mark.parametrize("topic", ["wechat", "hotline"])
@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        (None, False),
        ({"phone": "13800000002"}, False),
        ({"wechat": "wx-2"}, False),
        ({"phone": "13800000001"}, True),
        ({"phone": "+86 138 0000 0001"}, True),
        ({"wechat": "wx-1"}, True),
    ],
)
@pytest.mark.parametrize(
    "act",
    [
        ("follow-up", {"mode": "press", "text": "怎么还没修"}),
        ("provide-info", {"text": "三楼"}),
        ("withdraw", {"reason": "不用了"}),
    ],
)
def test_who_is_not_the_requester_is_recorded_and_shown_nothing(
    front: Any,
    ticket: str,
    topic: str,
    contact: dict[str, str] | None,
    shown: bool,  # noqa: FBT001 - a case of the table
    act: tuple[str, dict[str, str]],
) -> None:
    kind, content = act
    decision = ask(front, topic, kind, {**content, "ticket": ticket, "contact": contact})
    assert decision.verdict is not None
    assert decision.verdict.shown is shown
    (received,) = (each.message for each in decision.says if isinstance(each.message, ActionReceived))
    assert received.ticket == ticket
    # and dispatch is told whether it was compared, and matched
    assert received.matched is (None if contact is None else shown)


def test_the_contact_that_was_compared_goes_nowhere(front: Any, ticket: str) -> None:
    said = ask(front, "wechat", "follow-up", {"ticket": ticket, "mode": "add", "text": "见图", "contact": MINE}).says
    assert not any("13800000001" in each.message.to_json().decode() for each in said)


def test_whoever_acts_on_a_ticket_without_being_anybodys_requester_is_shown_nothing(front: Any, ticket: str) -> None:
    by = {"id": "p-xu", "name": "徐文珏"}
    decision = ask(front, "office", "nudge", {"ticket": ticket, "reason": "请抓紧", "by": by})
    assert decision.verdict is not None
    assert not decision.verdict.shown


def test_who_registers_is_shown_the_ticket_and_so_is_who_repeats_it(front: Any, report: dict[str, Any]) -> None:
    for word in ("first", "again"):
        decision = front.take("wechat", "register", report, submission=word)
        assert isinstance(decision, Decision)
        assert decision.verdict is not None
        assert decision.verdict.shown


@pytest.mark.parametrize("contact", [MINE, {"phone": "13800000002"}])
def test_a_channel_by_which_it_did_not_come_is_shown_nothing_whosever_number_it_sends(
    front: Any, ticket: str, contact: dict[str, str]
) -> None:
    """What was said is heard as a stranger's word, whosever number came along: no answer tells whether it fits."""
    content = {"ticket": ticket, "mode": "press", "text": "怎么还没修", "contact": contact}
    decision = ask(front, "survey", "follow-up", content)
    assert decision.verdict is not None
    assert not decision.verdict.shown
    (received,) = (each.message for each in decision.says if isinstance(each.message, ActionReceived))
    assert received.matched is False


def test_the_hotline_is_shown_what_the_door_finds_that_a_call_repeats(front: Any, report: dict[str, Any]) -> None:
    front.took("wechat", "register", report)
    decision = front.take("hotline", "register", report)
    assert decision.verdict.follow_up
    assert decision.verdict.shown
