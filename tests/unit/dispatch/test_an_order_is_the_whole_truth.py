"""Of each ticket the newest order is the whole truth: whatever changes of it is told to whoever takes part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import Order
from schemas.registry import department_topic
from schemas.values import Clock, TicketState
from services.dispatch.core.allowed import ACTIONS, may
from services.dispatch.core.holder import participants
from services.dispatch.core.table import LEGAL
from services.dispatch.core.telling.departments import order_for
from tests.support.dispatch.examples import EXAMPLES, prepared
from tests.support.dispatch.given import at, dispatched, in_progress, without_task
from tests.support.dispatch.story import LEAD, SUPPORTER, Story

STANDING = {"illegal_in_state", "not_yours", "not_lead", "already_asked", "blocking_tasks_open", "moot"}
"""Refusals that hang on how the ticket stands, not on what the act says."""
PASSING = {"happened", "clock", "reason", "may", "version"}
"""What is of the message, and the count of acts, by which nobody is moved who does nothing."""


def truth(story: Story, department: str) -> dict[str, Any]:
    """What an order to a department has to say now."""
    lead = story.ticket.order is not None and story.ticket.order.lead == department
    fact: Any = story.all_facts[-1]
    found = story.rules.policy.department(department)
    assert found is not None
    now = may(story.ticket, department, story.at, story.rules)
    told = order_for(story.ticket, fact, "now", found, "lead" if lead else "supporting", story.rules, may_now=now)
    return told.model_dump(exclude=PASSING)


def last_told(story: Story, department: str) -> Order | None:
    """The newest order that a department was told in the last step."""
    orders = [tell.message for tell in story.told if tell.topic == department_topic(department)]
    found = [order for order in orders if isinstance(order, Order)]
    return found[-1] if found else None


def test_what_nobody_signed_for_is_not_told_as_signed() -> None:
    lapsed = last_told(dispatched().clock(c.ClockLapsed, Clock.RETURN_WINDOW), LEAD)
    assert lapsed is not None
    assert lapsed.happened == "presumed"


def test_an_order_names_the_limit_that_was_missed_and_for_which_it_is_pressed() -> None:
    late = in_progress().clock(c.ClockBreached, Clock.HANDLING)
    told = [(each.message.happened, each.message.clock) for each in late.told if isinstance(each.message, Order)]
    assert set(told) == {("overdue", Clock.HANDLING), ("nudged", Clock.HANDLING)}


ROWS = sorted((s.value, k) for s, k in LEGAL if k in EXAMPLES and s is not TicketState.REGISTERED)


@pytest.mark.parametrize(("state", "kind"), ROWS)
def test_whatever_changes_of_an_order_is_told(state: str, kind: str) -> None:
    before = prepared(at(TicketState(state)), kind)
    after = before.when(EXAMPLES[kind](before))
    for department in set(participants(before.ticket)) & set(participants(after.ticket)):
        if (now := truth(after, department)) == truth(before, department):
            continue
        told = last_told(after, department)
        assert told is not None, (department, changes(truth(before, department), now))
        assert told.model_dump(exclude=PASSING) == now


def changes(before: dict[str, Any], now: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (before[name], now[name]) for name in now if before[name] != now[name]}


@pytest.mark.parametrize(("state", "kind"), [row for row in ROWS if row[1] in ACTIONS])
def test_whatever_a_department_may_do_is_named_and_only_that_is_refused_for_what_it_says(state: str, kind: str) -> None:
    before = prepared(at(TicketState(state)), kind)
    command: Any = EXAMPLES[kind](before)
    department = command.fact.party.department
    named = kind in may(before.ticket, department, before.at, before.rules)
    refused = [fact for fact in before.when(command).facts if isinstance(fact, d.ActionRefused)]
    assert named or refused
    assert not (named and refused and refused[0].code in STANDING), refused


def test_from_its_first_message_an_order_says_what_may_be_done() -> None:
    story = dispatched()
    lead, supporter = last_told(story, LEAD), last_told(story, SUPPORTER)
    assert lead is not None
    assert supporter is not None
    assert {"accept", "request_return", "make_first_contact", "delegate"} <= {*(lead.may or ())}
    assert "report_handled" not in (lead.may or ())  # the supporter's task is not done
    assert "report_task_done" in (supporter.may or ())
    assert "accept" not in (supporter.may or ())
    assert (lead.first_contact, lead.extensions, lead.extension_pending) == ("owed", None, None)


def test_an_extension_stands_in_the_order_while_it_is_asked_and_once_it_is_granted() -> None:
    ask = {"days": 3, "ground": "needs-works", "reason": "要施工。"}
    asked = in_progress().lead(i.RequestExtension, **ask)
    told = last_told(asked, LEAD)
    assert told is not None
    assert told.extension_pending is not None
    assert (told.extension_pending.days, told.extension_pending.ground) == (3, "needs-works")
    assert "request_extension" not in (told.may or ())
    granted = last_told(asked.office(i.RuleOnExtension, granted=True, reason="同意。"), LEAD)
    assert granted is not None
    assert (granted.extension_pending, granted.extensions) == (None, 1)


def test_while_the_callback_runs_the_order_says_so() -> None:
    story = without_task(in_progress()).lead(i.ReportHandled, reply="已办结。").office(i.Review, accepted=True)
    told = last_told(story, LEAD)
    assert told is not None
    assert (told.happened, told.state) == ("callback_awaited", TicketState.CALLBACK_PENDING)


def test_first_contact_and_suspension_stand_in_the_order() -> None:
    story = in_progress().lead(i.MakeFirstContact, reached=True, method="phone", note="约明天上门。")
    told = last_told(story, LEAD)
    assert told is not None
    assert told.first_contact == "made"
    until = story.at + timedelta(days=5)
    asked = story.lead(i.RequestSuspension, ground="litigation", until=until, reason="诉讼。")
    told = last_told(asked, LEAD)
    assert told is not None
    assert told.suspension_pending is not None
    assert told.suspension_pending.until == until
    suspended = last_told(asked.office(i.RuleOnSuspension, granted=True, reason="同意。"), LEAD)
    assert suspended is not None
    assert (suspended.state, suspended.suspended_until) == (TicketState.SUSPENDED, until)
