"""What each fact of a ticket's life asks of its clocks. A fact that has no entry asks nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from rulebook import Policy
from schemas import dispatch as d
from schemas.message import Message
from schemas.values import TicketId
from services.sla.reactions import dispatched, ending, handling, pressing, recorded
from services.sla.reactions.tables import Commands, Whose, clocks

__all__ = ["EPISODES", "clocks", "commands"]

EPISODES: Final = (recorded, dispatched, handling, pressing, ending)
"""What enters its reactions in the table, in the order of a ticket's life."""


def commands(fact: Message, policy: Policy, at: datetime) -> tuple[TicketId, Commands] | None:
    """The ticket of a fact and what it asks of its clocks; None for what asks nothing."""
    if not isinstance(fact, d.DispatchFact):
        return None
    found = clocks.to(fact, Whose(policy, at))
    return None if found is None else (fact.ticket, found)
