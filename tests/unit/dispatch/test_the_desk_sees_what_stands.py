"""What waits at the desk says what stands now, since when and why it waits; corrections and new words tell it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rulebook.codes import Passing
from schemas import inbound as i
from schemas.public import DeskTask
from schemas.values import Place
from tests.support.dispatch import given
from tests.support.dispatch.story import BY_HAND, SUPPORTER, Story, opened, rules_with


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
        assert (now.text, now.category, now.place) == (matter.text, matter.category, matter.place)
        assert now.subdistrict == matter.place.subdistrict
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


def test_whoever_judges_an_answer_reads_it_and_reads_it_as_it_was_corrected() -> None:
    story = given.handled()
    assert story.ticket.reply
    assert at_the_desk(story)["review"].reply == story.ticket.reply

    corrected = story.office(i.Correct, reply="灯已修好，请查看。", reason="答复写错了。")

    assert at_the_desk(corrected)["review"].reply == "灯已修好，请查看。"


def test_what_waits_for_something_else_says_no_answer() -> None:
    assert at_the_desk(asked_for_more_time())["extension"].reply is None
    assert at_the_desk(given.pending_dispatch())["dispatching"].reply is None


def test_a_supporters_answer_stands_beside_what_it_has_to_be_judged_by() -> None:
    rules = rules_with(**BY_HAND, task_review=Passing.QUEUE)

    story = opened(rules).lead(i.Accept).department(SUPPORTER, i.ReportTaskDone, reply="已配合清理。")

    assert at_the_desk(story)["task_review"].reply == "已配合清理。"
