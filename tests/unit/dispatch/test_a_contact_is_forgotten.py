"""Of a ticket that is over for good the contact is forgotten: nobody is told it any more, and all else stays."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import TicketState
from services.dispatch.core.hiding import without_contact
from tests.support.dispatch import given
from tests.support.dispatch.story import TICKET, Story, person_for

LATER = timedelta(days=400)


def forgetting(story: Story, *, later: timedelta = LATER) -> Story:
    said = i.ForgetContact(ticket=TICKET, by=person_for(i.ForgetContact), reason="本人申请删除。")
    return story.act(said, later=later)


def test_who_and_why_stand_in_the_trace() -> None:
    fact = forgetting(given.at(TicketState.NOT_ACCEPTED)).said(d.ContactForgotten)

    assert (fact.by.person, fact.reason) == (person_for(i.ForgetContact), "本人申请删除。")


@pytest.mark.parametrize("state", [TicketState.IN_PROGRESS, TicketState.CALLBACK_PENDING, TicketState.CLOSED])
def test_as_long_as_somebody_may_have_to_call_it_is_refused_with_what_to_do(state: TicketState) -> None:
    forgetting(given.at(state)).refused("illegal_in_state")


def test_as_long_as_it_can_be_reopened_it_is_kept() -> None:
    forgetting(given.at(TicketState.WITHDRAWN), later=timedelta(days=1)).refused("may_be_reopened")


def test_it_is_forgotten_once() -> None:
    forgetting(forgetting(given.at(TicketState.ANSWERED))).refused("forgotten_already")


def test_nothing_else_of_the_ticket_changes() -> None:
    before = given.at(TicketState.WITHDRAWN)
    after = forgetting(before)

    kept = [
        each.name
        for each in fields(before.ticket)
        if each.name not in ("forgotten", "version", "before", "texts", "acts")
    ]
    assert {name: getattr(after.ticket, name) for name in kept} == {name: getattr(before.ticket, name) for name in kept}
    assert after.ticket.forgotten


CONTACT = {"name": "王阿姨", "phone": "13800000000"}


@pytest.mark.parametrize(
    ("told", "after"),
    [
        (
            {"ticket": TICKET, "role": "lead", "contact": CONTACT, "text": "灯坏了"},
            {"ticket": TICKET, "role": "lead", "contact": {}, "text": "灯坏了"},
        ),
        (
            {"shown": "contact", "ticket": TICKET, "contact": CONTACT, "text": "我是王阿姨"},
            {"shown": "contact", "ticket": TICKET, "contact": {}},
        ),
        ({"task": "review", "ticket": TICKET}, {"task": "review", "ticket": TICKET}),
    ],
    ids=["an order", "what was shown", "a task of the desk"],
)
def test_what_was_told_of_it_reads_without(told: dict[str, Any], after: dict[str, Any]) -> None:
    assert without_contact(told) == after
    assert without_contact(after) == after
