"""However often somebody calls about a ticket, the next call costs what the first ones did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas import dispatch as d
from schemas import inbound as i
from services.dispatch.core.evolve import evolve
from services.dispatch.core.regions import Nudge, Nudged, times, together
from services.dispatch.core.state import STATE
from services.dispatch.core.ticket import Ticket
from tests.support.dispatch.given import in_progress
from tests.support.dispatch.story import TICKET, Story

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
PRESSED = i.FollowUp(ticket=TICKET, mode="press", text="还没有修好，请抓紧")


def size(state: object) -> int:
    return len(STATE.dump_json(state))  # type: ignore[arg-type]


def pressed(story: Story, count: int) -> Ticket:
    """The ticket after so many more calls like the last one, of which each nudged the lead."""
    ticket, number, at = story.ticket, story.ticket.follow_ups, story.at
    added, nudged = story.said(d.FollowUpAdded), story.said(d.Nudged)
    for more in range(1, count + 1):
        for fact in (added.model_copy(update={"count": number + more}), nudged):
            after = evolve(ticket, fact, at)
            assert isinstance(after, Ticket)
            ticket = after
    return ticket


def test_a_ticket_that_was_pressed_ten_thousand_times_is_no_larger_than_after_a_hundred() -> None:
    story = in_progress().act(PRESSED)
    hundred = pressed(story, 100)
    many = pressed(Story(story.rules, hundred, story.at, all_facts=story.all_facts), 9_900)
    # the count has two digits more, in four places at most
    assert many.follow_ups == 10_001
    assert size(many) <= size(hundred) + 8


def test_who_is_pressed_again_and_again_hears_how_often_and_since_when() -> None:
    story = in_progress().act(PRESSED)
    since = story.at
    story = story.act(PRESSED).act(PRESSED)
    watch = story.ticket.supervision
    assert isinstance(watch, Nudged)
    assert (times(watch.nudges), watch.since) == (3, since)


def test_nudges_for_breaches_stay_apart_so_that_each_can_be_taken_back() -> None:
    later = [NOON + timedelta(hours=number) for number in range(5)]
    some = [Nudge(at=later[0], breach="a"), Nudge(at=later[1]), Nudge(at=later[2], breach="b"), Nudge(at=later[3])]
    assert together(some) == (some[0], Nudge(at=later[1], times=2), some[2])
    assert together(together(some)) == together(some)


def test_what_was_remembered_one_by_one_is_read_as_one() -> None:
    story = in_progress().act(PRESSED)
    apart = story.ticket.supervision
    assert isinstance(apart, Nudged)
    said = STATE.dump_json(story.ticket).decode()
    one = said[said.index('"nudges":[') + len('"nudges":[') :].split("]")[0]
    read = STATE.validate_json(said.replace(f'"nudges":[{one}]', f'"nudges":[{one},{one}]'))
    assert isinstance(read, Ticket)
    assert isinstance(read.supervision, Nudged)
    assert [each.times for each in read.supervision.nudges] == [2]
