"""After an outage: what presses somebody waits for an answer from when it could be known, not from when it was due."""

from __future__ import annotations

from datetime import timedelta

from schemas import clocks as c
from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Clock, Tier
from services.dispatch.core.commands import Begin, Tick
from services.dispatch.core.decide import decide
from services.dispatch.core.evolve import evolve
from services.dispatch.core.regions import Nudged, Ordered
from services.dispatch.core.ticket import Ticket
from tests.support.dispatch import given
from tests.support.dispatch.story import LEAD, Story, clock_says, registered, rules_with

LATER = timedelta(days=11)
HOUSING = f"department:{LEAD}"


def caught_up(story: Story, clock: Clock, after: timedelta) -> tuple[Ticket, tuple[Message, ...]]:
    """A breach is heard `after` the moment by which it is judged."""
    tick = Tick(clock_says(c.ClockBreached, clock, HOUSING))
    facts = tuple(decide(story.state, tick, story.at, story.rules, story.at + after))
    state = story.state
    for fact in facts:
        state = evolve(state, fact, story.at)
    assert isinstance(state, Ticket)
    return state, facts


def test_a_supervision_order_says_when_it_could_be_known_and_waits_from_then() -> None:
    story = given.in_progress()
    ticket, facts = caught_up(story, Clock.CITIZEN, LATER)
    (order,) = (fact for fact in facts if isinstance(fact, d.SupervisionOrdered))
    assert order.known_at == story.at + LATER
    assert isinstance(ticket.supervision, Ordered)
    assert ticket.supervision.since == story.at + LATER
    assert not any(isinstance(fact, d.EscalationProposed) for fact in facts)


def test_a_nudge_too() -> None:
    story = given.in_progress()
    ticket, _ = caught_up(story, Clock.HANDLING, LATER)
    assert isinstance(ticket.supervision, Nudged)
    assert ticket.supervision.since == story.at + LATER


def test_what_is_decided_in_time_says_nothing_of_it() -> None:
    _, facts = caught_up(given.in_progress(), Clock.CITIZEN, timedelta(seconds=30))
    assert [fact.known_at for fact in facts if isinstance(fact, d.Pressing)] == [None]


def test_whoever_is_on_duty_is_called_from_when_the_matter_was_opened() -> None:
    begin = Begin(registered(tier=Tier.URGENT))
    at = given.in_progress().at
    facts = decide(None, begin, at, rules_with(), at + LATER)
    assert [fact.known_at for fact in facts if isinstance(fact, d.UrgentCalled)] == [at + LATER]
