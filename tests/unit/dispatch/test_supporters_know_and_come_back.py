"""Supporters hear why their task fell away, come back with a reopened ticket, and read what a dispatcher notes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import Order
from schemas.registry import department_topic
from schemas.values import Clock, OfficialDue, TicketState
from tests.support.dispatch import given
from tests.support.dispatch.story import AT, LEAD, SUPPORTER, TICKET, Story

DUE = OfficialDue(at=AT + timedelta(days=5))
WITHDRAW = i.Withdraw(ticket=TICKET, reason="不用了。")
RETURN = {"upheld": True, "reason": "同意。", "lead": "market"}


def orders(story: Story, department: str = SUPPORTER) -> list[Order]:
    """What a department reads of the last step."""
    topic = department_topic(department)
    return [each.message for each in story.told if each.topic == topic and isinstance(each.message, Order)]


ENDS: dict[str, tuple[Callable[[], Story], str]] = {
    "withdrawn": (lambda: given.in_progress().act(WITHDRAW), "ticket_withdrawn"),
    "another lead": (lambda: given.in_progress().office(i.Assign, lead="market"), "lead_changed"),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_supporter_hears_why_its_task_fell_away(name: str) -> None:
    story, reason = ENDS[name][0](), ENDS[name][1]
    (told,) = (each for each in orders(story) if each.happened == "task_ended")
    assert (told.role, told.reason) == ("none", reason)


def test_an_upheld_return_drops_supporters_for_they_were_named_for_that_lead() -> None:
    upheld = given.return_requested().office(i.RuleOnReturn, **RETURN)
    assert upheld.ticket.tasks == {}
    assert upheld.said(d.SupportTaskEnded).reason is d.TaskEnd.RETURN_UPHELD
    assert [(each.happened, each.role) for each in orders(upheld)][:1] == [("return_upheld", "none")]


def test_supporters_come_back_with_a_ticket_that_is_reopened() -> None:
    again = given.closed().office(i.Reopen, reason="又漏了。")
    assert list(again.ticket.tasks) == [SUPPORTER]
    assert orders(again)[-1].role == "supporting"


def test_supporters_of_a_withdrawn_ticket_come_back_too_and_wait_for_nobody_as_before() -> None:
    advised = given.in_progress().office(i.Assign, lead=LEAD, supporting=("police", SUPPORTER), blocking=False)
    again = advised.act(WITHDRAW).office(i.Reopen, reason="仍需办理。")
    assert {code: task.blocking for code, task in again.ticket.tasks.items()} == {SUPPORTER: True, "police": False}


def test_whom_the_dispatcher_took_out_does_not_come_back() -> None:
    alone = given.in_progress().office(i.Assign, lead=LEAD)
    assert alone.ticket.tasks == {}
    assert alone.act(WITHDRAW).office(i.Reopen, reason="仍需办理。").ticket.tasks == {}


def test_a_note_to_the_lead_that_has_it_already_reaches_all_who_work_on_it() -> None:
    noted = given.in_progress().office(i.Assign, lead=LEAD, supporting=(SUPPORTER,), note="请周五前联系。")
    noted.then(d.DispatcherNoted, state=TicketState.IN_PROGRESS)
    for department in (LEAD, SUPPORTER):
        (note,) = orders(noted, department)[-1].notes
        assert (note.kind, note.text) == ("dispatch", "请周五前联系。")


@pytest.mark.parametrize("late", [False, True])
def test_a_supporter_who_is_kept_under_another_lead_keeps_its_time(late: bool) -> None:  # noqa: FBT001 - one case each
    owner = f"department:{SUPPORTER}"
    story = given.in_progress().clock(c.ClockStarted, Clock.SUPPORTING_TASK, owner, due=DUE)
    if late:
        story = story.clock(c.ClockBreached, Clock.SUPPORTING_TASK, owner)
    kept = story.office(i.Assign, lead="market", supporting=(SUPPORTER,))
    assert [(each.clock, each.due) for each in orders(kept)[-1].due] == [(Clock.SUPPORTING_TASK, DUE)]
    assert orders(kept, LEAD)[-1].due == ()


def test_a_supporter_who_leads_now_has_no_time_of_a_task() -> None:
    owner = f"department:{SUPPORTER}"
    story = given.in_progress().clock(c.ClockStarted, Clock.SUPPORTING_TASK, owner, due=DUE)
    assert orders(story.office(i.Assign, lead=SUPPORTER))[-1].due == ()
