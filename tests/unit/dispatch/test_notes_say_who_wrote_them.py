"""What the requester said, and what the dispatcher told, stand in the orders under their own names."""

from __future__ import annotations

from schemas import inbound as i
from schemas.public import Order
from tests.support.dispatch import given
from tests.support.dispatch.story import TICKET, Story


def newest(story: Story) -> dict[str, Order]:
    return {each.topic: each.message for each in story.told if isinstance(each.message, Order)}


def test_the_dispatchers_note_reaches_lead_and_supporters() -> None:
    story = given.pending_dispatch().office(
        i.Assign, lead="housing", supporting=("siping",), note="先联系居委，再上门。"
    )
    told = newest(story)
    assert len(told) == 2
    for order in told.values():
        assert [(note.kind, note.text) for note in order.notes] == [("dispatch", "先联系居委，再上门。")]


def test_what_the_requester_said_is_told_from_progress() -> None:
    story = given.in_progress()
    for mode, text in (("press", "怎么还没来？"), ("add", "三楼也漏。")):
        story = story.act(i.FollowUp.model_validate({"ticket": TICKET, "mode": mode, "text": text}))
    (order,) = {name: each for name, each in newest(story).items() if each.role == "lead"}.values()
    notes = [note for note in order.notes if note.kind]
    assert [(note.kind, note.text) for note in notes] == [("press", "怎么还没来？"), ("add", "三楼也漏。")]
    assert all(note.at is not None for note in notes)
