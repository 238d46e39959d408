"""A passage is found in the trace under the name that dispatch has for its text."""

from __future__ import annotations

from typing import cast

import pytest

from liuhen.desk.passages import find, texts_of, was_said
from schemas import inbound as i
from schemas import requests as r
from schemas.values import Actor, Place, Supplement
from services.dispatch.core.texts import texts_of as texts_in_dispatch
from services.trace.for_tools import EntryAnswer
from tests.support.dispatch import given
from tests.support.dispatch.story import OTHER, RECEIPT, TICKET, Story, opened
from tools.errors import SaidClearly


def entries(story: Story) -> list[EntryAnswer]:
    found = [
        {"type": type(fact).type_name, "body": fact.model_dump(mode="json", exclude_none=True)}
        for fact in story.all_facts
    ]
    return cast("list[EntryAnswer]", found)


def a_life() -> Story:
    said = Supplement(ticket=OTHER, place=Place(text="四平路100号"), text="另一件也说了。")
    taken = r.TakeMerge(
        ticket=TICKET,
        origin=OTHER,
        by=Actor(),
        requester="h-1",
        supplements=(said,),
        reason="重复",
        receipt=RECEIPT,
    )
    story = opened().asked(taken).lead(i.Accept).lead(i.MakeFirstContact, reached=True, note="电话里说了。")
    story = story.lead(i.NoteProgress, text="已上门。")
    story = given.without_task(story).lead(i.ReportHandled, reply="已办结。").office(i.Review, accepted=True)
    story = story.called().office(i.Correct, reply="已更正。", reason="说错了。")
    return story.lead(i.NoteProgress, text="又去过。")


def test_both_have_the_same_names_for_the_same_texts() -> None:
    story = a_life()
    assert texts_of(entries(story)) == texts_in_dispatch(story.ticket)


def test_a_passage_is_found_as_it_was_said_and_as_it_is_shown() -> None:
    texts = {"text": "身份证310110********1237有误", "note-1": "已上门"}
    assert find(texts, "310110199003071237", None) == ("text", 3)
    assert find(texts, "310110********1237", "text") == ("text", 3)
    assert find(texts, "上门", None) == ("note-1", 1)


def test_what_stands_nowhere_is_not_found_and_another_text_than_there_is_said_clearly() -> None:
    texts = {"text": "灯不亮", "note-1": "已上门"}
    assert find(texts, "不在", None) is None
    assert find(texts, "上门", "text") is None
    with pytest.raises(SaidClearly):
        find(texts, "上门", "reply")


def test_what_was_refused_or_said_long_ago_was_said_all_the_same() -> None:
    refused = entries(opened())[-1]
    refused["body"] = {"action": {"do": "accept", "note": "身份证310110********1237"}}
    assert was_said([refused], "310110199003071237")
    assert not was_said([refused], "不在")
    with pytest.raises(SaidClearly):
        was_said([refused], "310110********1237")
