"""What is late or supervised goes to another lead only with a reason, and stays with whoever let the time go by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.owner import Owner
from schemas.values import Clock, OfficialDue
from services.dispatch.core.regions import Ordered, Quiet
from tests.support.dispatch import given
from tests.support.dispatch.story import AT, LEAD, TICKET, Story

WITHDRAW = i.Withdraw(ticket=TICKET, reason="不用了。")
DUE = OfficialDue(at=AT + timedelta(days=5))


def overdue(story: Story, clock: Clock = Clock.HANDLING, owner: str = f"department:{LEAD}") -> Story:
    started = story.clock(c.ClockStarted, clock, owner, due=DUE)
    return started.clock(c.ClockBreached, clock, owner, due=DUE)


def supervised(story: Story) -> Story:
    return story.office(i.Supervise, reason="久拖不决。")


@pytest.mark.parametrize("late", [overdue, supervised], ids=["overdue", "supervised"])
def test_another_lead_takes_over_what_is_late_or_watched_only_with_a_reason(late: Callable[[Story], Story]) -> None:
    story = late(given.in_progress())
    refused = story.office(i.Assign, lead="market").refused("reason_missing")
    assert "note" in refused.said(d.ActionRefused).reason

    moved = story.office(i.Assign, lead="market", note="房管局确无执法权。")
    assert moved.said(d.Dispatched).lead == "market"


def moved(story: Story) -> Story:
    return story.office(i.Assign, lead="market", note="房管局确无执法权。")


def test_what_a_person_supervises_is_supervised_under_another_lead_until_the_supervisor_ends_it() -> None:
    for story in (supervised(given.in_progress()), _answered(supervised(given.in_progress()))):
        after = moved(story)
        ended, ordered = after.said(d.SupervisionEnded), after.said(d.SupervisionOrdered)
        assert ended.reason == d.LEAD_CHANGED
        assert (ordered.department, ordered.taken_over_from, ordered.number) == ("market", LEAD, 2)
        assert (ordered.reason, ordered.cause) == ("久拖不决。", None)
        assert isinstance(after.ticket.supervision, Ordered)


def _answered(story: Story) -> Story:
    return story.lead(i.AnswerSupervision, report="已约施工队。").then(d.SupervisionAnswered)


def test_the_order_for_the_citizens_time_goes_on_and_one_for_the_leads_own_does_not() -> None:
    citizens = moved(overdue(given.in_progress(), *CITIZEN))
    assert citizens.said(d.SupervisionOrdered).cause == "breach"
    assert citizens.said(d.SupervisionOrdered).taken_over_from == LEAD
    own = moved(overdue(given.in_progress(), Clock.REWORK))
    assert isinstance(own.ticket.supervision, Quiet)


@pytest.mark.parametrize("late", [overdue, supervised], ids=["overdue", "supervised"])
def test_what_was_late_or_supervised_under_any_lead_is_withdrawn_by_the_centre(late: Callable[[Story], Story]) -> None:
    asked = moved(late(given.in_progress())).act(WITHDRAW)
    asked.then(d.WithdrawalAsked)


def test_what_the_supervisor_was_content_with_is_withdrawn_by_the_centre_too() -> None:
    ended = supervised(given.in_progress()).office(i.EndSupervision, result="已落实。")
    ended.act(WITHDRAW).then(d.WithdrawalAsked)


def test_nobody_waits_for_the_declaration_of_what_is_late_already() -> None:
    started = given.in_progress().clock(c.ClockStarted, Clock.HANDLING, due=DUE)
    replace(started, at=DUE.at).office(i.Assign, lead="market").refused("reason_missing")


def test_what_is_in_time_is_handed_over_without_more() -> None:
    started = given.in_progress().clock(c.ClockStarted, Clock.HANDLING, due=DUE)
    assert started.office(i.Assign, lead="market").said(d.Dispatched).lead == "market"


def test_supporters_of_a_late_order_are_changed_without_more() -> None:
    changed = overdue(given.in_progress()).office(i.Assign, lead=LEAD, supporting=("police",))
    assert changed.said(d.SupportTaskOpened).department == "police"


CITIZEN = (Clock.CITIZEN, "centre")


def test_the_citizens_lateness_names_who_held_the_ticket() -> None:
    missed = overdue(given.in_progress(), *CITIZEN).said(d.Overdue)
    assert missed.held_by == Owner.of_department(LEAD)
    assert overdue(given.return_requested(), *CITIZEN).said(d.Overdue).held_by == Owner.of("dispute")
    assert overdue(given.pending_dispatch(), *CITIZEN).said(d.Overdue).held_by == Owner.of("centre")
    assert overdue(given.callback_pending(), *CITIZEN).said(d.Overdue).held_by == Owner.of("callback")


def test_a_departments_own_clock_names_nobody_else() -> None:
    assert overdue(given.in_progress()).said(d.Overdue).held_by is None
