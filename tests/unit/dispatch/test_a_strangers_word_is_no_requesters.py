"""What somebody says of whom nobody knows that they are the requester is heard, and is nobody's press."""

from __future__ import annotations

import pytest

from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.public import Order
from schemas.values import Channel, TicketState, Verified
from tests.support.dispatch import given
from tests.support.dispatch.story import AGENT, TICKET, Story

PRESS = i.FollowUp(ticket=TICKET, mode="press", text="怎么还没来？")
ADD = i.FollowUp(ticket=TICKET, mode="add", text="三楼也漏。")
VOUCHED = PRESS.model_copy(update={"agent": AGENT, "verified": Verified.CALLED_BACK})


def order(story: Story) -> Order:
    """What the lead reads now."""
    return [each.message for each in story.told if isinstance(each.message, Order) and each.message.role == "lead"][-1]


def test_a_stranger_presses_nobody() -> None:
    pressed = given.in_progress().stranger(PRESS).then(d.FollowUpAdded)
    assert (pressed.ticket.follow_ups, pressed.ticket.requester_nudges) == (0, 0)
    assert order(pressed).follow_ups == 0


def test_the_requester_after_a_stranger_is_the_first_to_press() -> None:
    pressed = given.in_progress().stranger(PRESS).act(PRESS).then(d.FollowUpAdded, d.Nudged)
    assert pressed.said(d.Nudged).reason == "诉求人已催办1次。"
    assert pressed.said(d.FollowUpAdded).count == 1


def test_whom_an_agent_verified_is_the_requester() -> None:
    given.in_progress().stranger(VOUCHED).then(d.FollowUpAdded, d.Nudged)


@pytest.mark.parametrize("said", [PRESS, ADD])
def test_a_strangers_words_are_marked_where_the_department_reads_them(said: i.FromRequester) -> None:
    note = order(given.in_progress().stranger(said)).notes[-1]
    assert (note.text, note.unverified) == (getattr(said, "text", ""), True)


def test_the_requesters_words_bear_no_mark() -> None:
    assert order(given.in_progress().act(ADD)).notes[-1].unverified is None


def test_a_strangers_words_about_a_merged_ticket_press_nobody_where_it_went() -> None:
    passed = [each.message for each in given.merged().stranger(PRESS).told]
    assert [each.verified for each in passed if isinstance(each, r.PassOnFollowUp)] == [None]


def test_danger_is_heeded_whoever_tells_of_it() -> None:
    gas = PRESS.model_copy(update={"text": "楼道里煤气味很重。"})
    story = given.in_progress().stranger(gas).then(d.FollowUpAdded, d.StopWordsFound, d.UrgentCalled)
    assert story.ticket.state is TicketState.IN_PROGRESS
    assert story.said(d.FollowUpAdded).channel is Channel.HOTLINE
