"""What waits at the desk says what stands now, since when and why it waits; corrections and new words tell it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas import inbound as i
from schemas.public import DeskTask
from schemas.values import Place
from tests.support.dispatch import given
from tests.support.dispatch.story import Story


def at_the_desk(story: Story) -> dict[str, DeskTask]:
    """What the last step told the desk of open tasks."""
    told = [tell.message for tell in story.told if isinstance(tell.message, DeskTask) and tell.message.open]
    return {each.task: each for each in told}


def asked_for_more_time() -> Story:
    return given.in_progress().lead(i.RequestExtension, days=3, ground="needs-works", reason="要施工。")


CORRECTIONS: list[dict[str, Any]] = [
    {"text": "楼道里的灯不亮。"},
    {"category": "0101-03"},
    {"place": Place(text="四平路100号", subdistrict="siping")},
]


@pytest.mark.parametrize("corrected", CORRECTIONS, ids=lambda each: next(iter(each)))
@pytest.mark.parametrize("waiting", [given.pending_dispatch, given.handled, asked_for_more_time])
def test_a_correction_stands_on_every_task_that_waits(waiting: Any, corrected: dict[str, Any]) -> None:
    story: Story = waiting()
    before = at_the_desk(story)
    assert before

    after = story.office(i.Correct, **corrected, reason="录入有误。")

    matter, told = after.ticket.matter, at_the_desk(after)
    assert told.keys() >= before.keys()
    for task, was in before.items():
        now = told[task]
        assert (now.text, now.category, now.subdistrict) == (matter.text, matter.category, matter.place.subdistrict)
        # and it waits since when it did, for the reason that it did
        assert (now.since, now.reason, now.suggestion) == (was.since, was.reason, was.suggestion)


def test_a_task_that_is_told_again_is_not_younger_for_it() -> None:
    story = asked_for_more_time()

    told = at_the_desk(
        story.office(i.Correct, text="楼道里的灯不亮。", reason="录入有误。").office(
            i.Correct, text="灯不亮。", reason="录入有误。"
        )
    )["extension"]

    assert (told.since, told.reason, told.text) == (story.at, "要施工。", "灯不亮。")
    assert told.requested_by is not None


def test_words_that_a_person_must_see_stand_on_the_task_that_waits_already() -> None:
    story = given.pending_dispatch()

    told = at_the_desk(story.office(i.Correct, text="不解决我就跳楼。", reason="听录音补记。"))["dispatching"]

    assert told.stop_words
    assert told.since < story.at + timedelta(minutes=10)
