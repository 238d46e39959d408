"""A new order tells its due times at once; what the clocks say otherwise takes their place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from rulebook.codes import Passing
from rulebook.deriving import ClockRules
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import Order
from schemas.registry import department_topic
from schemas.values import Clock, Contact, Due, OfficialDue, Tier
from services.dispatch.core.rules import Rules
from tests.support.dispatch.story import AT, BY_HAND, LEAD, SUPPORTER, Story, opened, rules_with, shipped
from worktime import Calendar

CLOCKS = ClockRules(shipped(), Calendar.published())
OWNER = f"department:{LEAD}"


def rules(**automation: Passing) -> Rules:
    return replace(rules_with(**BY_HAND, **automation), clocks=CLOCKS)


def due(clock: Clock, story: Story) -> Due:
    return CLOCKS.due_of_new(clock, Tier.COMPLEX, story.at, None)


def order(story: Story, department: str = LEAD) -> Order:
    """The newest order that the last step told a department."""
    told = [each.message for each in story.told if each.topic == department_topic(department)]
    (*_, newest) = (each for each in told if isinstance(each, Order))
    return newest


def dues(story: Story, department: str = LEAD) -> dict[Clock, Due]:
    return {each.clock: each.due for each in order(story, department).due}


def test_lead_and_supporters_read_their_due_times_in_the_first_message() -> None:
    story = opened(rules())
    wanted = (Clock.FIRST_CONTACT, Clock.HANDLING, Clock.RETURN_WINDOW)
    orders = [each.message for each in story.told if isinstance(each.message, Order)]
    (first,) = (each for each in orders if each.happened == "dispatched")
    assert {each.clock: each.due for each in first.due} == {clock: due(clock, story) for clock in wanted}
    assert dues(story, SUPPORTER) == {Clock.SUPPORTING_TASK: due(Clock.SUPPORTING_TASK, story)}


def test_a_clock_that_says_the_same_is_told_to_nobody() -> None:
    story = opened(rules())
    for clock in (Clock.FIRST_CONTACT, Clock.HANDLING, Clock.RETURN_WINDOW):
        story = story.clock(c.ClockStarted, clock, due=due(clock, story)).then()


def test_a_clock_that_says_otherwise_takes_the_place_of_what_was_told() -> None:
    later = OfficialDue(at=AT + timedelta(days=30))
    story = opened(rules()).clock(c.ClockStarted, Clock.HANDLING, due=later).then(d.DueNoted)
    assert dues(story)[Clock.HANDLING] == later
    assert len(order(story).due) == len(dues(story))


def test_a_clock_under_its_name_takes_the_place_too() -> None:
    story = opened(rules())
    paused = story.clock(c.ClockPaused, Clock.HANDLING, clock_id="handling").then(d.DueNoted)
    assert Clock.HANDLING not in dues(paused)


def test_what_was_told_with_the_order_stays_in_sight_when_it_is_missed() -> None:
    story = opened(rules()).lead(i.Accept)
    late = story.clock(c.ClockBreached, Clock.HANDLING)
    assert dues(late)[Clock.HANDLING] == due(Clock.HANDLING, opened(rules()))
    assert list(late.ticket.overdue) == ["handling"]
    assert len(order(late).due) == len(dues(late))


def test_nobody_is_to_contact_whom_nobody_can_reach() -> None:
    story = opened(rules(), contact=Contact())
    assert Clock.FIRST_CONTACT not in dues(story)


def test_an_order_that_binds_has_no_window_to_return_it() -> None:
    twice = opened(rules())
    for _ in range(2):
        twice = twice.lead(i.RequestReturn, ground="not-our-duty", reason="不属于我局职责。")
        if not twice.ticket.state.value.startswith("adjud"):
            twice = twice.office(i.RuleOnReturn, upheld=False, reason="属你局职责。")
    ruled = twice.office(i.Adjudicate, lead="market", reason="由市场监管局牵头。")
    assert {*dues(ruled, "market")} == {Clock.FIRST_CONTACT, Clock.HANDLING}


def test_without_a_calendar_an_order_waits_for_its_clocks() -> None:
    assert dues(opened()) == {}
