"""Everybody who works on a ticket hears each of its notes: so they are few, and together no longer than one text."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest

from schemas import dispatch as d
from schemas import inbound as i
from schemas.public import Order
from schemas.spoken import EARLIER, said_besides
from schemas.values import TEXT_LIMIT, Person
from tests.support.dispatch import given
from tests.support.dispatch.story import LEAD, SUPPORTER, TICKET, Story

MOST: Final = 50
SENTENCE: Final = "已上门，居民不在家。"
HANDLER: Final = Person(id="h-7", name="钱工")


def the_order(story: Story) -> Order:
    return next(told.message for told in story.told if isinstance(told.message, Order))


def long_text(number: int) -> str:
    return f"第{number}次。" + SENTENCE * ((TEXT_LIMIT - 20) // len(SENTENCE))


def test_what_an_order_repeats_is_no_longer_than_a_text_and_the_beginnings_of_others() -> None:
    # given notes as long as they may be, for all and for the department alone
    story = given.in_progress()
    for number in range(24):
        story = story.lead(i.NoteProgress, text=long_text(number))
        story = story.lead(i.NoteInternally, text=long_text(number))
    # when its department hears of the next
    order = the_order(story.lead(i.NoteProgress, text="已解决。"))
    # then the newest are whole, of others there is the beginning, by whole sentences
    assert order.notes[-1].text == "已解决。"
    assert order.notes[-2].text == long_text(23)
    assert order.notes[0].text.startswith("第5次。已上门，居民不在家。")
    assert order.notes[0].text.endswith("。……（其余见办理经过）")
    # and the whole is no larger than a text and some beginnings
    assert len(order.notes) == 20
    assert sum(len(note.text) for note in order.notes) < TEXT_LIMIT + 20 * 600
    assert sum(len(note.text) for note in order.internal_notes or ()) < TEXT_LIMIT + 20 * 600
    # and what is remembered beside them is bounded too
    assert sum(map(len, story.ticket.texts)) <= 100_000


def test_notes_that_fit_together_are_repeated_as_they_were_written() -> None:
    story = given.in_progress()
    texts = [f"第{number}次上门，居民不在家。" for number in range(25)]
    for text in texts:
        story = story.lead(i.NoteProgress, text=text)
    assert [note.text for note in the_order(story).notes] == texts[-20:]


def test_a_long_note_without_sentences_is_left_out_whole_because_half_a_number_is_hidden_from_nobody() -> None:
    story = given.in_progress().lead(i.NoteProgress, text="1380000" * 2_000)
    order = the_order(story.lead(i.NoteProgress, text=long_text(1)))
    assert order.notes[0].text == "……（其余见办理经过）"


def test_a_department_writes_so_many_notes_a_day_and_is_told_what_to_do_then() -> None:
    # given as many notes of a department as it may write, of any kind
    story, other = given.in_progress(), SUPPORTER
    notes: list[i.DepartmentAction] = [
        i.NoteProgress(ticket=TICKET, by=HANDLER, text="已上门。"),
        i.NoteInternally(ticket=TICKET, by=HANDLER, text="再等等。"),
        i.Delegate(ticket=TICKET, by=HANDLER, section="综合科", note="请办。"),
        i.TakeBack(ticket=TICKET, by=HANDLER, reason="自己办。"),
    ]
    for number in range(MOST):
        story = story.act(notes[number % 4], LEAD, later=timedelta(seconds=1))
        assert not any(isinstance(fact, d.ActionRefused) for fact in story.facts)
    # when it writes another
    refused = story.act(notes[0], LEAD, later=timedelta(seconds=1)).refused("too_many_notes")
    # then it is told how many there may be, and that nothing else is held up
    assert f"已记{MOST}条" in refused.said(d.ActionRefused).reason
    assert "并作一条" in refused.said(d.ActionRefused).reason
    # and another department, and what is no note, go on
    story.department(other, i.NoteProgress, text="已配合。").then(d.ProgressNoted)
    story.lead(i.ReportHandled, reply="已公示。")
    # and a day later it may again
    story.act(notes[0], LEAD, later=timedelta(hours=24)).then(d.ProgressNoted)


@pytest.mark.parametrize("length", [10, 5_000, TEXT_LIMIT])
def test_what_people_said_is_remembered_as_far_as_there_is_room(length: int) -> None:
    texts: tuple[str, ...] = ()
    for number in range(100):
        texts = said_besides(texts, {"by": {}, "text": f"{number}".rjust(length, "x")})
    assert texts[-1].endswith("99")
    assert len(texts) == min(EARLIER, 100_000 // length)
