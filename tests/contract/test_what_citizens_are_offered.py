"""What a citizen is offered on their page is legal in the ticket's state: no form is there that has to be refused."""

from __future__ import annotations

import pytest

from schemas.values import TicketState
from services.dispatch.core.table import LEGAL
from services.intake.core.offers import Offer, action_of
from services.intake.edges.pages.meanings import MEANINGS

CHOSEN = {"contacted": "yes", "solved": "solved", "attitude": "satisfied", "result": "satisfied"}
EACH = [(state, offer) for state, meaning in MEANINGS.items() for offer in meaning["offers"]]


@pytest.mark.parametrize(("state", "offer"), EACH)
def test_the_ticket_takes_what_is_offered(state: TicketState, offer: Offer) -> None:
    assert (state, action_of(offer, "26091400000015", "原因。", CHOSEN).do) in LEGAL
