"""Tickets and orders that tests of the desk speak of."""

from __future__ import annotations

from typing import Any

from schemas.public import Order
from schemas.values import Contact, Kind, Place, RequesterKind, TicketState, Tier

ONE, TWO = "26090100000019", "26090100000027"


def order(ticket: str = ONE, **fields: Any) -> Order:
    """The newest truth about an order of the housing bureau."""
    given: dict[str, Any] = {
        "happened": "dispatched",
        "ticket": ticket,
        "order": 1,
        "role": "lead",
        "state": TicketState.DISPATCHED,
        "lead": "housing",
        "returnable": True,
        "kind": Kind.HELP,
        "tier": Tier.COMPLEX,
        "requester_kind": RequesterKind.RESIDENT,
        "contact": Contact(),
        "place": Place(text="国和路100号"),
        "text": "楼道积水",
    }
    return Order.model_validate({**given, **fields})
