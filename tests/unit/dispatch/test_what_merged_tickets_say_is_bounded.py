"""Orders repeat what merged tickets say: what would not fit on a topic is refused before it is taken in."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import requests as r
from schemas.public import Order
from schemas.registry import department_topic, topics
from schemas.values import TEXT_LIMIT, Actor, Place, Supplement
from services.dispatch.core.episodes.merging import MOST, MOST_SAID
from tests.support.bounds import LETTER
from tests.support.dispatch import given
from tests.support.dispatch.story import LEAD, RECEIPT, TICKET, Story


def merged(story: Story, number: int, *lengths: int) -> Story:
    """One more ticket of the same requester asks to be taken in, with texts of these lengths."""
    other = f"2609140100{number:04}"
    said = tuple(Supplement(ticket=other, place=Place(text="四平路100号"), text=LETTER * each) for each in lengths)
    return story.asked(
        r.TakeMerge(
            ticket=TICKET,
            origin=other,
            by=Actor(),
            requester="h-1",
            supplements=said,
            reason="重复。",
            receipt=RECEIPT,
        )
    )


def test_a_ticket_takes_in_as_much_as_its_orders_have_room_for() -> None:
    # given tickets that say as much as one can, merged into one as long as there is room
    story = given.in_progress()
    for number in range(MOST_SAID // (2 * TEXT_LIMIT)):
        story = merged(story, number, TEXT_LIMIT, TEXT_LIMIT)
        assert isinstance(story.facts[0], d.MergeTaken)
    # then the next one hears why not, however little it says, and what was taken in fits on the topic of orders
    refused = merged(story, MOST, 4)
    assert (refused.said(d.RequestRefused).code, refused.ticket) == ("merge_full", story.ticket)
    (order, *_) = [each.message for each in story.told if isinstance(each.message, Order)]
    limit = int(
        next(topic for topic in topics([LEAD]) if topic.name == department_topic(LEAD)).config["max.message.bytes"]
    )
    assert len(order.to_json()) < limit


def test_a_ticket_takes_in_a_hundred_however_little_they_say() -> None:
    story = given.in_progress()
    for number in range(MOST):
        story = merged(story, number, 4)
        story.said(d.MergeTaken)
    assert merged(story, MOST, 4).said(d.RequestRefused).code == "merge_full"


def test_what_says_more_than_any_ticket_takes_in_is_told_the_way_that_is_left() -> None:
    # given a ticket that took in as much as it can, and asks one that took in nothing
    lengths = (TEXT_LIMIT,) * (MOST_SAID // TEXT_LIMIT)
    # when all of it, and its own first word, is to be taken in
    reason = merged(given.in_progress(), 1, *lengths, 1).said(d.RequestRefused).reason
    # then no other ticket is named as a way out, but the merge the other way round
    assert "另一张" not in reason
    assert f"请反过来把工单{TICKET}并入工单26091401000001，或者分别办理" in reason
    assert isinstance(merged(given.in_progress(), 1, *lengths).facts[0], d.MergeTaken)
