"""Operations are told how many urgent calls stand: everybody was called, and nobody answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chassis.service import Pool
from schemas import clocks as c
from schemas import dispatch as d
from schemas.owner import Owner
from schemas.values import Actor, Clock, Person, Tier
from services.trace.edges import lookup

BY = Actor(by_rule="test")
ON_DUTY = Person(id="p-min", name="闵建国")
OWNER = Owner.of("office", ON_DUTY.id)


def _called(story: Any) -> Any:
    """Called for the first time of something urgent; sla counts ten minutes for the answer."""
    story.tell(d.Classified(ticket=story.ticket, by=BY, category="0301-01", tier=Tier.URGENT))
    story.tell(d.UrgentCalled(ticket=story.ticket, by=BY, call=1, person=ON_DUTY, reason="became_urgent"))
    return story.clock(Clock.DUTY_ACKNOWLEDGEMENT, story.now + timedelta(minutes=10), OWNER)


def _called_last(story: Any) -> Any:
    """Called for the last time: nothing counts any more."""
    about: dict[str, Any] = {"clock_id": "duty_acknowledgement", "clock": Clock.DUTY_ACKNOWLEDGEMENT, "owner": OWNER}
    last: dict[str, Any] = {"call": 2, "person": ON_DUTY, "reason": "unacknowledged", "standing": True}
    story.tell(d.UrgentCalled(ticket=story.ticket, by=BY, **last))
    return story.tell(c.ClockStopped(ticket=story.ticket, **about, reason="called_again"))


@pytest.mark.parametrize(("answered", "counted"), [(False, 1), (True, 0)])
async def test_a_call_stands_that_nobody_answered_and_nobody_is_called_for_any_more(
    story: Any, ear: Any, pool: Pool, *, answered: bool, counted: int
) -> None:
    # given somebody who is being called, and a ticket for which everybody was
    other = type(story)("26030200000025", "1").registered().dispatched()
    _called(other)
    _called_last(_called(story.registered().dispatched()))
    if answered:
        story.tell(d.UrgentAcknowledged(ticket=story.ticket, by=BY, call=2))
    await ear.hear(story, other)
    # then the second one stands, until somebody knows of it
    assert await lookup.standing_alarms(pool) == counted
