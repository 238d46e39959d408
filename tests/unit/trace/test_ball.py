"""Ball in court: every working minute of a ticket's life belongs to exactly one party, and they add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Actor, Channel, Contact, Kind, Place, RequesterKind, Ruling, Tier
from services.trace.core.ball import LifeStep, ball_in_court
from services.trace.reactions import steps_of
from worktime import Calendar, OfficeHours, office_minutes_between

CALENDAR = Calendar.published()
HOURS = OfficeHours()
TICKET = "26030200000017"
BY = Actor(by_rule="test")
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 9:00 in Shanghai


def opened() -> d.Opened:
    return d.Opened(
        ticket=TICKET,
        by=BY,
        receipt="R0123456789AB",
        channel=Channel.HOTLINE,
        kind=Kind.HELP,
        requester_kind=RequesterKind.RESIDENT,
        contact=Contact(),
        place=Place(text="平凉路100弄"),
        text="路灯不亮",
        tier=Tier.COMPLEX,
    )


def dispatched() -> d.Dispatched:
    return d.Dispatched(ticket=TICKET, by=BY, order=1, lead="housing", tier=Tier.COMPLEX, reason="by-hand")


def after(*facts: tuple[int, Message]) -> list[LifeStep]:
    """Facts so many minutes after Monday, 9:00."""
    return steps_of((MONDAY + timedelta(minutes=minutes), fact) for minutes, fact in facts)


def shares(steps: list[LifeStep], until: int) -> list[tuple[str, int]]:
    spans = ball_in_court(steps, CALENDAR, HOURS, MONDAY + timedelta(minutes=until))
    return [(span.party, span.minutes) for span in spans]


@pytest.fixture(scope="module")
def lives(timelines: Any) -> st.SearchStrategy[list[tuple[datetime, Message]]]:
    made: st.SearchStrategy[list[tuple[datetime, Message]]] = timelines("dispatch")
    return made


def test_whatever_happens_the_parts_add_up_to_the_whole(lives: Any) -> None:
    @settings(max_examples=150)
    @given(facts=lives, rest=st.integers(0, 60 * 24 * 10))
    def holds(facts: list[tuple[datetime, Message]], rest: int) -> None:
        steps = steps_of(facts)
        until = max((at for at, _ in facts), default=MONDAY) + timedelta(minutes=rest)

        spans = ball_in_court(steps, CALENDAR, HOURS, until)

        for span in spans:
            assert span.party
            assert span.start < span.end
            assert span.minutes >= 0
        for before, then in pairwise(spans):
            assert before.end <= then.start
        lives = _joined([(span.start, span.end) for span in spans])
        assert sum(span.minutes for span in spans) == sum(
            office_minutes_between(start, end, CALENDAR, HOURS) for start, end in lives
        )

    holds()


def _joined(stretches: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for start, end in stretches:
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def test_a_ticket_that_nobody_closes_is_somebodys_until_now() -> None:
    steps = after((0, opened()), (30, dispatched()))

    assert shares(steps, 90) == [("centre", 30), ("department:housing", 60)]


def test_nights_and_lunch_are_nobodys_working_time() -> None:
    assert shares(after((0, opened())), 24 * 60) == [("centre", 390)]


def test_a_return_that_is_upheld_is_the_disputes_time() -> None:
    asked = d.ReturnRequested(
        ticket=TICKET, by=BY, department="housing", ground="not-our-duty", reason="不归我们", dispute=1
    )
    upheld = d.ReturnUpheld(ticket=TICKET, by=BY, department="housing", reason="确实不归")
    steps = after((0, dispatched()), (10, asked), (40, upheld))

    assert shares(steps, 60) == [("department:housing", 10), ("dispute", 30), ("centre", 20)]


@pytest.mark.parametrize(("lead", "disputed"), [("housing", "department:housing"), ("market", "dispute")])
def test_a_dispute_is_the_departments_time_unless_another_one_is_ruled_responsible(lead: str, disputed: str) -> None:
    asked = d.ReturnRequested(
        ticket=TICKET, by=BY, department="housing", ground="not-our-duty", reason="不归我们", dispute=2
    )
    referred = d.AdjudicationOpened(ticket=TICKET, by=BY, departments=("housing",), reason="disputed_twice")
    ruled = d.Adjudicated(ticket=TICKET, by=BY, lead=lead, reason="三定方案")
    order = dispatched().model_copy(update={"order": 2, "lead": lead, "binding": True})
    steps = after((0, dispatched()), (10, asked), (20, referred), (50, ruled), (50, order))

    spans = ball_in_court(steps, CALENDAR, HOURS, MONDAY + timedelta(minutes=60))
    held = {(span.party, span.waits_for): span.minutes for span in spans if span.waits_for != "acceptance"}
    assert held == {(disputed, "return_ruling"): 10, (disputed, "adjudication"): 30}
    assert sum(span.minutes for span in spans) == 60


def test_a_return_that_is_overruled_is_charged_back_to_the_department() -> None:
    asked = d.ReturnRequested(
        ticket=TICKET, by=BY, department="housing", ground="not-our-duty", reason="不归我们", dispute=1
    )
    overruled = d.ReturnOverruled(ticket=TICKET, by=BY, department="housing", reason="归你们")
    steps = after((0, dispatched()), (10, asked), (40, overruled))

    assert sum(minutes for party, minutes in shares(steps, 60) if party == "department:housing") == 60


def test_what_the_requester_is_asked_for_is_the_requesters_time() -> None:
    question = d.InfoAsked(ticket=TICKET, by=BY, question="哪一栋？", department="housing")
    answer = d.InfoProvided(ticket=TICKET, by=BY, text="三号楼")
    accepted = d.Accepted(ticket=TICKET, by=BY, department="housing")
    steps = after((0, dispatched()), (5, accepted), (10, question), (50, answer))

    assert shares(steps, 60) == [
        ("department:housing", 5),
        ("department:housing", 5),
        ("requester", 40),
        ("department:housing", 10),
    ]


def test_time_at_rest_is_left_out_and_a_reopened_ticket_goes_on() -> None:
    closed = d.Closed(ticket=TICKET, by=BY, outcome="called-back", ruling=Ruling.SOLVED, lead="housing")
    reopened = d.Reopened(ticket=TICKET, by=BY, reason="又坏了", count=1)
    steps = after((0, dispatched()), (20, closed), (80, reopened))

    assert shares(steps, 100) == [("department:housing", 20), ("centre", 20)]
