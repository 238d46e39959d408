"""What was cried about an ended ticket rings until somebody knows: not again when it went on and ended anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import Actor, DeskTaskKind, Grade, Ruling, Solved, TicketState, Tier
from services.dispatch.core.regions import Acknowledged, Calling, NotUrgent
from services.trace.core.rows import Summary
from services.trace.reactions import summed
from tests.support.dispatch import given
from tests.support.dispatch.story import AGENT, TICKET, Story

GAS: Final = i.FollowUp(ticket=TICKET, mode="press", text="又漏煤气了，味道很重。", agent=AGENT)
PART: Final = f"{TICKET}-1"


def known(story: Story) -> Story:
    """Whoever was called knows of it, and somebody has seen to what was cried."""
    return story.office(i.AcknowledgeUrgent).office(i.SeeToStopWords, note="燃气公司已到场，无泄漏。")


def calm(story: Story) -> Story:
    """It was not urgent after all, and an approver agrees."""
    lower = story.office(i.Classify, tier=Tier.COMPLEX, reason="燃气公司确认无泄漏。")
    return lower if lower.ticket.matter.tier is Tier.COMPLEX else lower.approved()


def done(story: Story) -> Story:
    handled = given.without_task(story).lead(i.ReportHandled, reply="已处置。")
    return handled.office(i.Review, accepted=True).called()


def reopened(story: Story) -> Story:
    return story.office(i.Reopen, reason="又漏煤气。")


def reworked(story: Story) -> Story:
    return story.office(i.Correct, solved=Solved.NOT, result=Grade.DISSATISFIED, reason="点错。")


def of_parts(story: Story, *parts: str) -> Story:
    for part in parts:
        end = r.ReportPart(ticket=TICKET, origin=part, by=Actor(), outcome="called_back", ruling=Ruling.SOLVED)
        story = story.asked(end)
    return story


def closed_whole() -> Story:
    return of_parts(given.split(), PART, f"{TICKET}-2")


def at_the_desk(story: Story) -> tuple[str, ...]:
    """What the trace lists of its whole life."""
    summary = Summary(story.ticket.id)
    for fact in story.all_facts:
        if isinstance(fact, d.DispatchFact):
            summary = summed(summary, fact, story.at)
    return summary.desk


@pytest.mark.parametrize("again", [reopened, reworked])
def test_nobody_is_called_anew_when_what_was_known_of_and_reopened_ends_again(again: Callable[[Story], Story]) -> None:
    # given a ticket that had ended, of which a stranger cried, and somebody knew and saw to it
    went_on = again(known(given.closed().stranger(GAS)))
    assert isinstance(went_on.ticket.urgency, Acknowledged)
    # when it goes on, is not urgent any more, and is dealt with
    over = done(calm(went_on))
    # then its second end calls nobody, at the desk neither
    assert over.ticket.state is TicketState.CLOSED
    assert [fact for fact in over.facts if isinstance(fact, d.UrgentCalled)] == []
    assert isinstance(over.ticket.urgency, NotUrgent)
    assert DeskTaskKind.URGENT_CALL.value not in at_the_desk(over)


def test_a_call_that_nobody_answered_yet_goes_on_with_the_reopened_ticket() -> None:
    went_on = reopened(given.closed().stranger(GAS))
    assert isinstance(went_on.ticket.urgency, Calling)
    assert DeskTaskKind.URGENT_CALL.value in at_the_desk(went_on)


def test_what_is_cried_after_the_second_end_rings_again() -> None:
    over = done(calm(reopened(known(given.closed().stranger(GAS)))))
    cried = over.stranger(GAS)
    assert isinstance(cried.ticket.urgency, Calling)
    assert DeskTaskKind.URGENT_CALL.value in at_the_desk(cried)


def test_the_end_of_a_whole_calls_nobody_where_somebody_knew_before_its_part_was_reopened() -> None:
    went_on = known(closed_whole().stranger(GAS)).asked(r.ReopenWhole(ticket=TICKET, origin=PART, by=Actor()))
    over = of_parts(went_on, PART)
    assert over.ticket.state is TicketState.CLOSED
    assert [fact for fact in over.facts if isinstance(fact, d.UrgentCalled)] == []
    assert DeskTaskKind.URGENT_CALL.value not in at_the_desk(over)


def test_the_end_of_a_whole_calls_again_where_nobody_knew_before_its_part_was_reopened() -> None:
    went_on = closed_whole().stranger(GAS).asked(r.ReopenWhole(ticket=TICKET, origin=PART, by=Actor()))
    over = of_parts(went_on, PART)
    assert over.said(d.UrgentCalled).reason == "stop_words"
    assert DeskTaskKind.URGENT_CALL.value in at_the_desk(over)
