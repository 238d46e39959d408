"""By which way a message goes, and when: mobiles and landlines, desks and people, half days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas.message import Message
from schemas.owner import Owner
from schemas.values import Channel, Clock, Contact, OfficialDue, Tier
from services.notify.core.notice import Notice
from services.notify.core.phones import takes_messages
from services.notify.core.profile import Profile
from services.notify.core.values import LEFT
from tests.support.notify import (
    BY,
    MORNING,
    NIGHT,
    TICKET,
    WORDING,
    Teller,
    citizens,
    dispatched,
    registered,
    started,
)

HALF_DAY = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
"""13:30 in Shanghai, when the office opens after noon."""
DESKS = ("housing", "greening", "market")


@pytest.mark.parametrize(
    ("phone", "mobile"),
    [
        ("13800000000", True),
        ("+8613800000000", True),
        ("0086 138 0000 0000", True),
        ("021-65981234", False),
        ("+862165981234", False),
        ("+862165981234;ext=8001", False),
        ("65981234", False),
        ("12345", False),
        ("4008001234", False),
        ("+85251234567", True),
    ],
)
def test_a_landline_takes_no_short_message(phone: str, mobile: bool) -> None:  # noqa: FBT001 - a case of the table
    assert takes_messages(phone) is mobile


def test_who_has_only_a_landline_is_rung_up_about_what_they_must_know_and_about_nothing_else() -> None:
    teller = Teller()
    told: list[Notice] = []
    facts: list[Any] = [
        registered(category="0401-04", contact=Contact(phone="021-65981234")),
        citizens(),
        dispatched(),
        d.InfoAsked(ticket=TICKET, by=BY, question="几楼？"),
    ]
    for fact in facts:
        told += [notice for notice in teller.tell(fact) if notice.to.audience == "requester"]
    assert [(notice.template, notice.to.way.value) for notice in told] == [("requester-needs-info", "call")]


def reminder(due: datetime, owner: str = "department:housing") -> c.ClockDueSoon:
    about: dict[str, Any] = {"ticket": TICKET, "clock_id": "handling", "clock": Clock.HANDLING}
    return c.ClockDueSoon(**about, owner=Owner(owner), due=OfficialDue(at=due))


def test_the_time_that_is_left_is_said_when_the_reminder_leaves_which_it_must_before_the_moment() -> None:
    teller = Teller()
    teller.tell(registered())
    due = MORNING + timedelta(days=1)
    (notice,) = teller.tell(reminder(due))
    assert f"还剩{LEFT}" in notice.text
    assert notice.over == due


def test_a_desk_gets_what_is_not_urgent_once_in_half_a_day() -> None:
    teller = Teller()
    teller.tell(registered())
    teller.tell(dispatched())
    (order,) = teller.tell(started(Clock.HANDLING))
    assert order.gathered
    assert order.not_before == HALF_DAY
    morning = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
    nudged = d.Nudged(ticket=TICKET, by=BY, reason="请抓紧", department="housing")
    assert [notice.not_before for notice in teller.tell(nudged, NIGHT)] == [morning]


def test_what_is_over_before_the_half_day_does_not_wait_for_it() -> None:
    teller = Teller()
    teller.tell(registered())
    (soon,) = teller.tell(reminder(HALF_DAY - timedelta(hours=1)))
    assert (soon.gathered, soon.not_before) == (True, MORNING)


def test_what_is_urgent_never_waits_to_be_gathered() -> None:
    teller = Teller()
    teller.tell(registered(tier=Tier.URGENT))
    (nudge,) = teller.tell(d.Nudged(ticket=TICKET, by=BY, reason="请抓紧", department="housing"), NIGHT)
    assert (nudge.gathered, nudge.not_before) == (False, NIGHT)


@pytest.mark.parametrize(("person", "gathers"), [("p-lu", True), ("p-qian", False)])
def test_a_person_gets_what_is_not_urgent_in_one_mail_where_they_wish_so(person: str, gathers: bool) -> None:  # noqa: FBT001 - a case
    (notice,) = Teller().tell(reminder(MORNING + timedelta(days=2), f"office:{person}"))
    assert (notice.gathered, notice.not_before) == (gathers, HALF_DAY if gathers else MORNING)


def _morning_of(desk: str) -> list[Message]:
    """A ticket is given to a desk, pressed for twice, and reminded of."""
    pressed = {"receipt": "R0123456789AB", "channel": Channel.HOTLINE, "mode": "press", "text": "催"}
    return [
        registered(contact=Contact()),
        dispatched(lead=desk),
        started(Clock.HANDLING, f"department:{desk}"),
        *(d.FollowUpAdded.model_validate({"ticket": TICKET, "by": BY, **pressed, "count": n}) for n in (1, 2)),
        d.Nudged(ticket=TICKET, by=BY, reason="催办", department=desk),
        reminder(MORNING + timedelta(days=2), f"department:{desk}"),
    ]


def test_fifty_tickets_of_a_morning_are_three_mails_and_not_two_hundred_and_fifty() -> None:
    notices: list[Notice] = []
    for number in range(50):
        teller = Teller()
        teller.profile = Profile(ticket=f"260302000{number:05}")
        notices += [notice for fact in _morning_of(DESKS[number % 3]) for notice in teller.tell(fact)]
    assert len(notices) == 250
    leaving = {(notice.to.address, notice.not_before if notice.gathered else notice.key) for notice in notices}
    assert len(leaving) == len(DESKS)
    assert WORDING.policy.next_half_day(MORNING) == HALF_DAY
