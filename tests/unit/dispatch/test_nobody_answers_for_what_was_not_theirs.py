"""Whoever held the ball when a clock ran out answers for it, and a breach that is withdrawn is withdrawn everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Clock, OfficialDue, TicketState
from tests.support.dispatch import given
from tests.support.dispatch.story import LEAD, Story

CITY = "office:p-he"


def ran_out(story: Story) -> Story:
    return story.clock(c.ClockBreached, Clock.CITIZEN, CITY)


def test_the_lead_is_supervised_when_the_citizens_time_runs_out_in_its_hands() -> None:
    ran_out(given.in_progress()).then(d.Overdue, d.SupervisionOrdered)


def test_who_got_a_ticket_after_the_citizens_time_was_over_did_not_miss_it() -> None:
    story = given.in_progress()
    over = OfficialDue(at=story.at - timedelta(days=2))
    late = story.clock(c.ClockBreached, Clock.CITIZEN, CITY, due=over)
    late.then(d.Overdue)
    assert late.said(d.Overdue).held_by == "centre"


@pytest.mark.parametrize(
    "state",
    [
        TicketState.NEEDS_INFO,
        TicketState.RETURN_REQUESTED,
        TicketState.ADJUDICATING,
        TicketState.SUSPENDED,
        TicketState.HANDLED,
        TicketState.CALLBACK_PENDING,
        TicketState.PENDING_DISPATCH,
    ],
)
def test_nobody_is_supervised_for_the_time_of_the_requester_the_centre_or_a_suspension(state: TicketState) -> None:
    ran_out(given.at(state)).then(d.Overdue)


ANSWERS: dict[Clock, Callable[[Story], Story]] = {
    Clock.HANDLING: lambda story: story.lead(i.ReportHandled, reply="已办结。").office(i.Review, accepted=True),
    Clock.FIRST_CONTACT: lambda story: story.lead(i.MakeFirstContact, reached=True),
}


@pytest.mark.parametrize("clock", ANSWERS)
def test_a_breach_is_withdrawn_though_what_it_asked_for_was_done_meanwhile(clock: Clock) -> None:
    # given a breach that a fact of before its due time will contradict
    late = given.without_task(given.in_progress()).clock(c.ClockBreached, clock, f"department:{LEAD}")
    assert isinstance(late.facts[0], d.Overdue)
    # when the fact is processed here before sla withdraws the breach
    answered = ANSWERS[clock](late)
    withdrawn = answered.clock(c.BreachWithdrawn, clock, f"department:{LEAD}")
    # then the ticket is not overdue any more, and a second withdrawal says nothing
    assert [fact.withdrawn for fact in withdrawn.facts if isinstance(fact, d.Overdue)] == [True]
    withdrawn.clock(c.BreachWithdrawn, clock, f"department:{LEAD}").then()


def test_supervision_for_a_breach_that_is_withdrawn_ends_though_the_department_had_answered() -> None:
    late = given.without_task(given.in_progress()).clock(c.ClockBreached, Clock.REWORK, f"department:{LEAD}")
    late.then(d.Overdue, d.SupervisionOrdered)
    answered = late.lead(i.AnswerSupervision, report="已整改。")

    answered.clock(c.BreachWithdrawn, Clock.REWORK, f"department:{LEAD}").then(d.Overdue, d.SupervisionEnded)


def test_a_breach_is_withdrawn_after_the_ticket_was_closed_or_led_by_another() -> None:
    late = given.without_task(given.in_progress()).clock(c.ClockBreached, Clock.HANDLING, f"department:{LEAD}")
    closed = late.lead(i.ReportHandled, reply="已办结。").office(i.Review, accepted=True).called()
    moved = late.office(i.Assign, lead="market", note="由市场监管局牵头。")

    for after in (closed, moved):
        (fact,) = after.clock(c.BreachWithdrawn, Clock.HANDLING, f"department:{LEAD}").then(d.Overdue).facts
        assert isinstance(fact, d.Overdue)
        assert fact.withdrawn


def test_the_centres_own_lateness_keeps_no_supervision_of_a_department_alive() -> None:
    # given a department supervised for a rework, which it reported; and the citizen's time runs out in the review
    late = (
        given.rework().clock(c.ClockBreached, Clock.REWORK, f"department:{LEAD}").then(d.Overdue, d.SupervisionOrdered)
    )
    reviewed = late.lead(i.AnswerSupervision, report="已整改。").lead(i.ReportHandled, reply="已重办。")
    theirs = reviewed.clock(c.ClockBreached, Clock.CITIZEN, CITY).then(d.Overdue)
    # when the breach of the rework is withdrawn, for it had been reported in time
    # then the order ends with it
    theirs.clock(c.BreachWithdrawn, Clock.REWORK, f"department:{LEAD}").then(d.Overdue, d.SupervisionEnded)
