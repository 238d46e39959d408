"""Departments come and go: the next order is for the successor, and what is open goes on there by one act."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import Order
from schemas.registry import department_topic
from schemas.values import Clock, TicketState
from services.dispatch.core.ticket import Ticket
from tests.support.dispatch import given
from tests.support.dispatch.examples import reorganised, without_department
from tests.support.dispatch.story import LEAD, SUPPORTER, Story, opened, rules_with

NEW = "market"


def moved(story: Story, old: str = LEAD, new: str = NEW) -> Story:
    return story.office(i.ReplaceDepartment, department=old, successor=new, reason="机构改革方案")


def told(story: Story, department: str) -> list[Order]:
    return [
        each.message
        for each in story.told
        if each.topic == department_topic(department) and isinstance(each.message, Order)
    ]


# --- the next order --------------------------------------------------------------------------------------------------


def test_whoever_assigns_to_a_department_that_is_gone_is_told_its_successor() -> None:
    waiting = reorganised(given.pending_dispatch())
    refused = waiting.office(i.Assign, lead=LEAD).refused("department_gone")
    assert refused.said(d.ActionRefused).reason == "房管局已撤销，由市场监管局（market）承接，请改派该单位。"
    waiting.office(i.Assign, lead=NEW, supporting=(LEAD,)).refused("department_gone")
    assert waiting.office(i.Assign, lead=NEW).said(d.Dispatched).lead == NEW


def test_policy_dispatches_to_the_successor() -> None:
    day = rules_with().policy.day(opened().at)
    rules = replace(rules_with(), policy=without_department(rules_with().policy, LEAD, NEW, day))
    assert opened(rules).said(d.Dispatched).lead == NEW


def test_a_ticket_that_is_reopened_goes_to_the_successor_of_whoever_led() -> None:
    reopened = reorganised(given.closed()).office(i.Reopen, reason="又发生了。")
    assert reopened.said(d.Dispatched).lead == NEW


def test_a_successor_may_itself_have_been_followed_by_another_one() -> None:
    waiting = reorganised(given.pending_dispatch())
    day = waiting.rules.policy.day(waiting.at)
    twice = without_department(waiting.rules.policy, NEW, "police", day)
    again = replace(waiting, rules=replace(waiting.rules, policy=twice))
    assert (
        "公安分局（police）"
        in again.office(i.Assign, lead=LEAD).refused("department_gone").said(d.ActionRefused).reason
    )


def test_facts_about_a_department_that_stands_in_no_directory_any_more_are_told_to_nobody_and_fold() -> None:
    story = given.in_progress()
    left = tuple(each for each in story.rules.policy.departments if each.code != LEAD)
    directory = story.rules.policy.directory.model_copy(update={"departments": left})
    policy = story.rules.policy.model_copy(update={"directory": directory})
    pressed = replace(story, rules=replace(story.rules, policy=policy)).office(i.Nudge, reason="请抓紧。")
    assert isinstance(pressed.state, Ticket)
    assert told(pressed, LEAD) == []
    assert told(pressed, SUPPORTER) != []


# --- what is open ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [TicketState.DISPATCHED, TicketState.IN_PROGRESS, TicketState.SUSPENDED, TicketState.RETURN_REQUESTED],
)
def test_what_is_open_goes_on_at_the_successor_where_it_stood(state: TicketState) -> None:
    before = reorganised(given.at(state))
    after = moved(before).then(d.DepartmentReplaced, state=state)
    assert after.ticket.order is not None
    assert before.ticket.order is not None
    assert (after.ticket.order.lead, after.ticket.order.number) == (NEW, before.ticket.order.number)
    (taken,), (left,) = told(after, NEW), told(after, LEAD)
    assert (taken.role, taken.happened) == ("lead", "department_replaced")
    assert (left.role, left.lead) == ("none", NEW)


def test_who_moves_it_twice_is_told_that_nothing_is_left_to_move() -> None:
    after = moved(reorganised(given.in_progress()))
    moved(after).refused("holds_nothing")


def test_a_supporting_department_hands_on_its_task() -> None:
    story = given.in_progress()
    day = story.rules.policy.day(story.at)
    rules = replace(story.rules, policy=without_department(story.rules.policy, SUPPORTER, NEW, day))
    after = moved(replace(story, rules=rules), SUPPORTER).then(d.DepartmentReplaced)
    assert list(after.ticket.tasks) == [NEW]
    assert (told(after, NEW)[0].role, told(after, SUPPORTER)[0].role) == ("supporting", "none")


def test_who_supports_what_it_takes_over_leads_and_has_no_task_beside() -> None:
    story = given.in_progress().office(i.Assign, lead=LEAD, supporting=(NEW,))
    after = moved(reorganised(story)).then(d.SupportTaskEnded, d.DepartmentReplaced)
    assert after.ticket.tasks == {}
    assert after.ticket.order is not None
    assert NEW not in after.ticket.order.supporting


def test_the_successor_of_whoever_is_accused_does_not_hear_of_it_either() -> None:
    story = opened(accused=(SUPPORTER,), confidential=True)
    day = story.rules.policy.day(story.at)
    rules = replace(story.rules, policy=without_department(story.rules.policy, LEAD, SUPPORTER, day))
    moved(replace(story, rules=rules), LEAD, SUPPORTER).refused("accused")


def test_the_successor_acts_at_once_and_whoever_is_gone_does_not() -> None:
    after = moved(reorganised(given.without_task(given.in_progress())))
    after.department(LEAD, i.ReportHandled, reply="已办结。").refused("not_yours")
    after.department(NEW, i.ReportHandled, reply="已办结。").then(d.Handled)


def test_what_was_missed_stays_in_sight_and_what_ran_is_noted_anew() -> None:
    running = given.in_progress().clock(c.ClockStarted, Clock.HANDLING).clock(c.ClockStarted, Clock.FIRST_CONTACT)
    late = running.clock(c.ClockBreached, Clock.FIRST_CONTACT)
    after = moved(reorganised(late))
    assert {name: str(each.owner) for name, each in after.ticket.dues.items()} == {"first_contact": f"department:{NEW}"}
    assert str(after.ticket.overdue["first_contact"]) == f"department:{LEAD}"
