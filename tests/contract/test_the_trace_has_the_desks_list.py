"""What the trace lists as waiting at the desk is what dispatch tells the desk of: after every step of every life."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random
from typing import Final

import pytest

from schemas import dispatch as d
from schemas import inbound as i
from schemas.message import Message
from schemas.values import DeskTaskKind, TicketState
from services.dispatch.core.desk import desk_tasks
from services.dispatch.core.standing import REOPENABLE
from services.trace.core.rows import Summary
from services.trace.edges.lookup import queues
from services.trace.reactions import summed
from tests.support.dispatch import given
from tests.support.dispatch.lives import BEGINNINGS, happens_next
from tests.support.dispatch.story import AGENT, TICKET, Story

BESIDES_THE_DESK: Final = {"closing", "callback", "undelivered"}
"""What the trace lists beside the desk's tasks: what nobody of the office has to do, or nobody is told of."""
STEPS: Final = 25
LIVES: Final = 5


def heard(summary: Summary, story: Story, facts: Sequence[Message]) -> Summary:
    """What the trace makes of facts as dispatch told them."""
    for fact in facts:
        if isinstance(fact, d.DispatchFact):
            summary = summed(summary, fact, story.at)
    return summary


def agree(summary: Summary, story: Story) -> None:
    names = [type(fact).__name__ for fact in story.all_facts]
    assert set(summary.desk) == {each.value for each in desk_tasks(story.ticket)}, names[-6:]


def test_every_task_of_the_desk_has_its_queue() -> None:
    assert {*queues()} == {each.value for each in DeskTaskKind} | BESIDES_THE_DESK


@pytest.mark.parametrize("state", sorted({*REOPENABLE, TicketState.ANSWERED}))
def test_a_call_about_what_has_ended_is_on_both_lists_whoever_cried(state: TicketState) -> None:
    gas = i.FollowUp(ticket=TICKET, mode="press", text="又漏煤气了，味道很重。", agent=AGENT)
    story = given.at(state).stranger(gas)
    summary = heard(Summary(story.ticket.id), story, story.all_facts)
    agree(summary, story)
    assert DeskTaskKind.URGENT_CALL.value in summary.desk
    # until somebody knows of it
    known = story.office(i.AcknowledgeUrgent)
    agree(heard(summary, known, known.facts), known)
    assert DeskTaskKind.URGENT_CALL not in desk_tasks(known.ticket)


def test_whatever_happens_both_lists_are_the_same_and_every_task_has_been_on_them() -> None:
    seen: set[str] = set()
    for beginning, seed in product(BEGINNINGS, range(LIVES)):
        chance, story = Random(seed), beginning()  # noqa: S311 - made-up lives
        summary = heard(Summary(story.ticket.id), story, story.all_facts)
        for _ in range(STEPS):
            agree(summary, story)
            seen.update(summary.desk)
            story = happens_next(story, chance)
            summary = heard(summary, story, story.facts)
    assert seen == {each.value for each in DeskTaskKind}
