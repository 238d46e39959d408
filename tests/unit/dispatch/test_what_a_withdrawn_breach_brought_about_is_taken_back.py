"""A breach that is withdrawn takes back what the rule ordered because of it, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import Order
from schemas.registry import department_topic
from schemas.values import Clock
from services.dispatch.core.regions import Nudged, Ordered, Quiet, ReviewOrdered
from tests.support.dispatch import given
from tests.support.dispatch.story import LEAD, SUPPORTER, TICKET, Story, opened, rules_with

CENTRE = "office:p-he"


def _missed(story: Story, clock: Clock, owner: str = f"department:{LEAD}") -> Story:
    return story.clock(c.ClockBreached, clock, owner)


def _withdrawn(story: Story, clock: Clock, owner: str = f"department:{LEAD}") -> Story:
    return story.clock(c.BreachWithdrawn, clock, owner)


def _told(story: Story) -> list[tuple[str, str | None]]:
    return [(each.message.happened, each.message.reason) for each in story.told if isinstance(each.message, Order)]


def test_the_order_of_a_withdrawn_breach_is_taken_back_and_the_department_told() -> None:
    supervised = _missed(given.in_progress(), Clock.CITIZEN, CENTRE).then(d.Overdue, d.SupervisionOrdered)
    again = _withdrawn(supervised, Clock.CITIZEN, CENTRE).then(d.Overdue, d.SupervisionEnded)
    assert isinstance(again.ticket.supervision, Quiet)
    assert ("supervision_ended", "breach_withdrawn") in _told(again)
    assert "overdue_withdrawn" in {happened for happened, _ in _told(again)}
    newest = [each.message for each in again.told if isinstance(each.message, Order)][-1]
    assert not newest.supervised


def test_an_order_that_was_answered_is_taken_back_too() -> None:
    supervised = _missed(given.in_progress(), Clock.CITIZEN, CENTRE)
    answered = supervised.lead(i.AnswerSupervision, report="已整改。")
    _withdrawn(answered, Clock.CITIZEN, CENTRE).then(d.Overdue, d.SupervisionEnded)


def test_the_order_of_a_person_stays() -> None:
    ordered = given.in_progress().office(i.Supervise, reason="久拖。")
    missed = _missed(ordered, Clock.CITIZEN, CENTRE).then(d.Overdue)
    stays = _withdrawn(missed, Clock.CITIZEN, CENTRE).then(d.Overdue)
    assert isinstance(stays.ticket.supervision, Ordered)


def test_the_order_stays_while_another_missed_clock_would_have_brought_it() -> None:
    both = _missed(_missed(given.rework(), Clock.CITIZEN, CENTRE), Clock.REWORK)
    stays = _withdrawn(both, Clock.CITIZEN, CENTRE).then(d.Overdue)
    assert isinstance(stays.ticket.supervision, Ordered)
    _withdrawn(stays, Clock.REWORK).then(d.Overdue)


def test_a_nudge_for_a_withdrawn_breach_is_taken_back_and_those_of_the_requester_stay() -> None:
    nudged = _missed(given.in_progress(), Clock.HANDLING).then(d.Overdue, d.Nudged)
    alone = _withdrawn(nudged, Clock.HANDLING).then(d.Overdue, d.NudgeWithdrawn)
    assert isinstance(alone.ticket.supervision, Quiet)
    assert "nudge_withdrawn" in {happened for happened, _ in _told(alone)}

    pressed = _missed(_press(given.in_progress()), Clock.HANDLING)
    one = _withdrawn(pressed, Clock.HANDLING).then(d.Overdue, d.NudgeWithdrawn)
    assert isinstance(one.ticket.supervision, Nudged)
    assert [each.breach for each in one.ticket.supervision.nudges] == [None]


def test_an_order_after_nudges_in_vain_falls_with_a_nudge_that_it_needed() -> None:
    rules = replace(rules_with(), after=lambda since, _span: since)
    story = _press(opened(rules).lead(i.Accept))
    supervised = _missed(story, Clock.HANDLING).then(d.Overdue, d.Nudged, d.SupervisionOrdered)
    fallen = _withdrawn(supervised, Clock.HANDLING).then(d.Overdue, d.NudgeWithdrawn, d.SupervisionEnded)
    assert isinstance(fallen.ticket.supervision, Nudged)
    assert len(fallen.ticket.supervision.nudges) == 1


def test_a_callback_review_outlives_the_order_that_is_taken_back() -> None:
    reviewed = given.rework().office(i.ReviewCallback, reason="核实。")
    supervised = _missed(reviewed, Clock.REWORK).then(d.Overdue, d.SupervisionOrdered)
    again = _withdrawn(supervised, Clock.REWORK).then(d.Overdue, d.SupervisionEnded)
    assert isinstance(again.ticket.review, ReviewOrdered)


def test_what_ended_meanwhile_is_not_taken_back() -> None:
    supervised = _missed(given.in_progress(), Clock.CITIZEN, CENTRE)
    ended = supervised.office(i.EndSupervision, result="已落实。")
    _withdrawn(ended, Clock.CITIZEN, CENTRE).then(d.Overdue)


def test_a_supporters_nudge_for_a_withdrawn_breach_is_taken_back_from_the_supporter() -> None:
    owner = f"department:{SUPPORTER}"
    nudged = _missed(given.in_progress(), Clock.SUPPORTING_TASK, owner).then(d.Overdue, d.Nudged)
    alone = _withdrawn(nudged, Clock.SUPPORTING_TASK, owner).then(d.Overdue, d.NudgeWithdrawn)
    assert alone.said(d.NudgeWithdrawn).department == SUPPORTER
    topics = [each.topic for each in alone.told if getattr(each.message, "happened", "") == "nudge_withdrawn"]
    assert topics == [department_topic(SUPPORTER)]
    # and nothing is taken back twice
    again = _withdrawn(_missed(alone, Clock.SUPPORTING_TASK, owner), Clock.SUPPORTING_TASK, owner)
    again.then(d.Overdue, d.NudgeWithdrawn)
    assert again.ticket.nudged == {}


def test_a_breach_that_is_heard_of_while_the_ticket_is_merged_is_known_after_un_merging() -> None:
    # given a clock that was missed before the merge, and is heard of after it
    missed = _missed(given.merged(), Clock.HANDLING).then(d.Overdue)
    assert missed.ticket.overdue["handling"].department == LEAD
    assert _told(missed) == []
    # when the ticket goes its own way again, then the ladder answers the breach
    missed.office(i.Unmerge, reason="另一件事。").then(d.Unmerged, d.Nudged)
    citizen = _missed(given.merged(), Clock.CITIZEN, CENTRE).office(i.Unmerge, reason="另一件事。")
    citizen.then(d.Unmerged, d.SupervisionOrdered)
    # and what is withdrawn meanwhile is answered by nothing
    _withdrawn(missed, Clock.HANDLING).then(d.Overdue).office(i.Unmerge, reason="另一件事。").then(d.Unmerged)
    _missed(missed, Clock.HANDLING).then()


def _press(story: Story) -> Story:
    return story.act(i.FollowUp(ticket=TICKET, mode="press", text="快点。"))
