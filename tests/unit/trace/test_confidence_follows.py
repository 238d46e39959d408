"""What trace calls confidential is what dispatch seals: by a ticket's own word, or by that of one that it took in."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from schemas import inbound as i
from schemas import requests as r
from schemas.values import Actor
from services.dispatch.core.commands import Ask
from services.dispatch.core.sealing import is_confidential
from services.trace.core.rows import Summary
from services.trace.reactions import summed
from tests.support.dispatch import given
from tests.support.dispatch.story import AT, OTHER, RECEIPT, Story, opened, rules_with

ANOTHER = "26091403000191"


def traced(story: Story) -> bool:
    """Whether trace says that the ticket is confidential, held to what dispatch does."""
    summary = Summary(story.ticket.id)
    for fact in story.all_facts:
        summary = summed(summary, fact, AT)
    assert summary.confidential is is_confidential(story.ticket)
    return summary.confidential


def take(story: Story, other: str = OTHER, *, confidential: bool = True) -> Story:
    asked: dict[str, Any] = {"ticket": story.ticket.id, "origin": other, "by": Actor(), "requester": "h-1"}
    mark: Literal[True] | None = True if confidential else None
    return story.asked(r.TakeMerge(**asked, reason="重复", receipt=RECEIPT, confidential=mark))


def drop(story: Story, other: str = OTHER) -> Story:
    return story.asked(r.DropMerge(ticket=story.ticket.id, origin=other, by=Actor()))


def correct(story: Story, *, confidential: bool) -> Story:
    corrected = story.office(i.Correct, confidential=confidential, reason="来电人说明。")
    return corrected if confidential else corrected.approved()


def test_a_ticket_is_confidential_as_long_as_it_has_taken_in_one_that_is() -> None:
    assert not traced(take(opened(), confidential=False))
    both = take(take(opened()), ANOTHER)
    assert traced(both)
    assert traced(drop(both))
    assert not traced(drop(drop(both), ANOTHER))


def test_its_own_word_and_that_of_others_are_kept_apart() -> None:
    assert traced(drop(take(opened(confidential=True))))
    assert traced(correct(take(opened(confidential=True)), confidential=False))
    assert not traced(drop(correct(take(opened(confidential=True)), confidential=False)))
    assert traced(drop(correct(take(opened()), confidential=True)))


@pytest.mark.parametrize("taken", [True, False])
def test_the_parts_of_a_split_ticket_are_as_confidential_as_it_was(taken: bool) -> None:  # noqa: FBT001 - two cases
    whole = take(given.pending_dispatch(), confidential=taken)
    parts = (i.Part(text="物业费问题。", category="0101-02"), i.Part(text="停车问题。", category="0101-03"))
    asked = [each.message for each in whole.office(i.Split, parts=parts, reason="两件事。").told]
    opens = [each for each in asked if isinstance(each, r.OpenPart)]
    assert [traced(Story(rules_with()).when(Ask(each))) for each in opens] == [taken, taken]
