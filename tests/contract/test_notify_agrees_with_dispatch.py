"""What a notice says of an order's return is what the order itself says to the department."""

from __future__ import annotations

import pytest

from schemas.public import Order
from schemas.registry import department_topic
from schemas.values import TicketState
from services.dispatch.core.table import LEGAL
from services.notify.core.profile import Profile
from services.notify.reactions import react
from tests.support.dispatch.examples import EXAMPLES, prepared
from tests.support.dispatch.given import at
from tests.support.notify import WORDING

NEAR = {TicketState.PENDING_DISPATCH, TicketState.DISPATCHED, TicketState.RETURN_REQUESTED}
ROWS = sorted((s.value, k) for s, k in LEGAL if k in EXAMPLES and s in NEAR)


@pytest.mark.parametrize(("state", "kind"), ROWS)
def test_a_new_order_is_returnable_for_notify_where_it_is_for_its_lead(state: str, kind: str) -> None:
    before = prepared(at(TicketState(state)), kind)
    story = before.when(EXAMPLES[kind](before))
    order = story.ticket.order
    made_of_facts = before.ticket == at(TicketState(state)).ticket
    if story.ticket.state is not TicketState.DISPATCHED or order is None or not made_of_facts:
        return
    topic = department_topic(order.lead)
    told = [each.message for each in story.told if each.topic == topic and isinstance(each.message, Order)]
    profile = Profile(ticket=story.ticket.id)
    for fact in story.all_facts:
        profile, _ = react(profile, fact, story.at, WORDING.book)

    assert all(order.returnable is profile.returnable for order in told[-1:])
