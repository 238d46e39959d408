"""A call about what had ended asks for a reopening, within the window; later it is a recurrence (复发)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from schemas import dispatch as d
from schemas.inbound import FollowUp
from schemas.tickets import ActionReceived, Registered
from schemas.values import Actor, Ruling
from services.intake.core.news import Newsroom
from services.intake.core.numbers import check_digit
from services.intake.core.state import KnownTicket
from services.intake.reactions import react

AGENT: Final = {"id": "a-1", "name": "话务员"}
OTHER: Final = {"phone": "13800000002"}
ELSEWHERE: Final = {"text": "控江路9号"}
CATEGORY, ANOTHER = "0101-02", "0101-03"


@pytest.fixture
def ended(front: Any, report: dict[str, Any]) -> KnownTicket:
    """Given a ticket that was closed just now."""
    (registered, *_) = front.took("hotline", "register", {**report, "category": CATEGORY, "agent": AGENT})
    newsroom = Newsroom({"closed": {"state": "closed", "ends": True, "text": "已结案。"}}, front.state.config.policy)
    closed = d.Closed(
        ticket=registered.ticket, by=Actor(), outcome="called_back", ruling=Ruling.SOLVED, category=CATEGORY
    )
    known = react(closed, front.now, front.state.tickets[registered.ticket], newsroom).ticket
    assert known is not None
    assert (known.open, known.ended, known.category) == (False, front.now, CATEGORY)
    front.state.tickets[known.id] = known
    front.state.open_by_requester.clear()
    front.state.ended_by_requester[known.requester or ""] = [known]
    return known


def again(front: Any, report: dict[str, Any], **other: Any) -> Any:
    """Register once more, and return what was said first."""
    return front.took("hotline", "register", {**report, "agent": AGENT, **other})[0]


def asks_to_reopen(said: Any, ticket: KnownTicket) -> bool:
    return (
        isinstance(said, ActionReceived)
        and isinstance(said.action, FollowUp)
        and (said.ticket, said.matched, said.repeat_of) == (ticket.id, True, ticket.receipt)
    )


def test_who_says_the_same_again_wants_it_reopened(front: Any, report: dict[str, Any], ended: KnownTicket) -> None:
    front.wait(days=3)
    assert asks_to_reopen(again(front, report), ended)


def test_the_agent_names_the_ticket_that_it_is_about(front: Any, report: dict[str, Any], ended: KnownTicket) -> None:
    front.wait(days=3)
    said = again(front, report, text="灯又灭了，跟上次一样。", about=ended.id)
    assert asks_to_reopen(said, ended)


def test_later_it_is_a_new_ticket_that_is_linked(front: Any, report: dict[str, Any], ended: KnownTicket) -> None:
    front.wait(days=30)
    for other in (
        {},
        {"text": "四楼的灯也灭了，没人管。", "category": CATEGORY},
        {"text": "又灭了。", "about": ended.id},
    ):
        said = again(front, report, **other)
        assert isinstance(said, Registered)
        assert said.recurrence_of == ended.id


@pytest.mark.parametrize(
    "other",
    [
        {"place": ELSEWHERE},
        {"text": "隔壁装修太吵。", "category": ANOTHER},
        {"text": "隔壁装修太吵。"},
        {"contact": OTHER},
        {"confidential": True},
        {"requester_kind": "anonymous", "contact": {}},
    ],
    ids=str,
)
def test_another_matter_is_no_recurrence(
    front: Any, report: dict[str, Any], ended: KnownTicket, other: dict[str, Any]
) -> None:
    front.wait(days=3)
    said = again(front, report, **other)
    assert isinstance(said, Registered)
    assert said.recurrence_of is None
    assert ended.ended is not None


def test_after_three_months_it_is_a_new_matter_unless_it_is_named(
    front: Any, report: dict[str, Any], ended: KnownTicket
) -> None:
    front.wait(days=100)
    assert again(front, report).recurrence_of is None
    assert again(front, report, text="还是那盏灯。", about=ended.id).recurrence_of == ended.id


def test_a_stranger_reopens_nothing_and_an_agent_can_link_it(
    front: Any, report: dict[str, Any], ended: KnownTicket
) -> None:
    front.wait(days=3)
    linked = again(front, report, contact=OTHER, about=ended.id)
    assert (type(linked), linked.recurrence_of) == (Registered, ended.id)
    # on a channel without agents nobody vouches for it
    (said, *_) = front.took("wechat", "register", {**report, "contact": OTHER, "about": ended.id})
    assert (type(said), said.recurrence_of) == (Registered, None)


def test_what_names_no_ticket_is_a_new_matter_as_what_names_a_strangers(front: Any, report: dict[str, Any]) -> None:
    nobodys = "2601010000000" + check_digit("2601010000000")
    (said, *_) = front.took("hotline", "register", {**report, "about": nobodys, "agent": AGENT})
    assert (type(said), said.recurrence_of) == (Registered, None)


def test_who_names_an_open_ticket_presses_for_it(front: Any, report: dict[str, Any]) -> None:
    (registered, *_) = front.took("hotline", "register", {**report, "agent": AGENT})
    said = again(front, report, text="完全另外的说法，催一催。", about=registered.ticket)
    assert isinstance(said, ActionReceived)
    assert said.ticket == registered.ticket


def test_the_window_is_the_policys(front: Any, report: dict[str, Any], ended: KnownTicket) -> None:
    front.wait(days=14)
    assert asks_to_reopen(again(front, report), ended)
    front.wait(minutes=1)
    assert again(front, report).recurrence_of == ended.id
    assert timedelta(days=14) < front.now - (ended.ended or front.now)
