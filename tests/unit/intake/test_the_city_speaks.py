"""What the city hands down is a ticket of its own, and its verdict is its own word: nobody else says either for it."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.registry import TICKETS, channel_topic
from schemas.tickets import ActionReceived

ORDER = {"number": "SH20260914-1077", "due": "2026-09-18T17:30:00+08:00"}
VERDICT = {"by": {"id": "city-12345", "name": "市热线办"}, "solved": "not", "satisfaction": "dissatisfied"}


def test_an_order_of_the_city_is_answered_on_its_own_topic_and_its_requester_by_the_hotline(
    front: Any, report: Any
) -> None:
    decision = front.take("city", "register", report | {"upstream": ORDER, "confidential": True})
    assert [answer.topic for answer in decision.says] == [TICKETS, channel_topic("city")]
    registered = decision.says[0].message
    assert (registered.channel, registered.confidential) == ("hotline", True)
    assert (registered.upstream.number, registered.handed_down) == (ORDER["number"], True)


def test_whoever_takes_a_call_and_names_a_number_of_the_city_is_not_the_city(front: Any, report: Any) -> None:
    assert front.took("hotline", "register", report | {"upstream": ORDER})[0].handed_down is None


def test_whoever_called_here_too_the_citys_order_stays_one_of_its_own(front: Any, report: Any) -> None:
    """Given somebody who told the district first, when the city hands the same matter down, then both sides hold it."""
    ours = front.took("hotline", "register", report)[0].ticket
    theirs = front.took("city", "register", report | {"upstream": ORDER})[0].ticket
    again = front.took("city", "register", report | {"upstream": ORDER | {"number": "SH-2"}})[0].ticket
    assert len({ours, theirs, again}) == 3


def test_the_citys_verdict_comes_from_the_city_and_the_office_and_nobody_else(front: Any, report: Any) -> None:
    ticket = front.took("city", "register", report | {"upstream": ORDER})[0].ticket
    received = front.took("city", "record-city-verdict", VERDICT | {"ticket": ticket})[0]
    assert isinstance(received, ActionReceived)
    assert str(received.party) == "city"
    for party in ("hotline", "callback", "department.housing"):
        assert front.refused(party, "record-city-verdict", VERDICT | {"ticket": ticket})[0] == "not_permitted"


@pytest.mark.parametrize("kind", ["follow-up", "withdraw", "provide-info", "answer-on-line", "review"])
def test_the_city_does_nothing_else(front: Any, kind: str) -> None:
    assert front.refused("city", kind, {"ticket": "26091400000015"})[0] == "not_permitted"
