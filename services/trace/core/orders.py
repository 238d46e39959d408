"""How each fact of a ticket's life changes the order that stands at that moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from schemas import dispatch as d
from schemas.message import Message
from services.trace.core.rows import Order, replace


def ordered(order: Order | None, fact: Message, at: datetime) -> Order | None:
    """Fold one fact into the latest order of the ticket; a dispatch begins the next one."""
    if isinstance(fact, d.Dispatched):
        return Order(fact.ticket, fact.order, fact.lead, at, binding=fact.binding)
    change = _CHANGES.get(type(fact))
    return order if order is None or change is None else change(order, fact, at)


_Change = Callable[[Order, Any, datetime], Order]

_CHANGES: Final[dict[type[Message], _Change]] = {
    d.Accepted: lambda o, f, at: replace(o, accepted_at=o.accepted_at or at, presumed=f.presumed),
    d.FirstContactMade: lambda o, _f, at: replace(o, contacted_at=o.contacted_at or at),
    d.ReturnRequested: lambda o, _f, at: replace(o, returned_at=at, upheld=None),
    d.ReturnUpheld: lambda o, _f, _at: replace(o, upheld=True) if o.returned_at else o,
    d.ReturnOverruled: lambda o, _f, _at: replace(o, upheld=False) if o.returned_at else o,
}

CONCERNED: Final = frozenset({d.Dispatched, *_CHANGES})
"""The facts that change an order."""
