"""What every fact of a ticket's life says."""

from __future__ import annotations

from schemas.message import Message
from schemas.values import (
    Actor,
    TicketId,
)


class DispatchFact(Message, owner="dispatch"):
    """A fact of a ticket's life."""

    ticket: TicketId
    by: Actor
