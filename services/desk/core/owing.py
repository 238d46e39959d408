"""What an order asks of its department now, when it has to be done, and how late it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from schemas.public import Order
from schemas.values import DueTime, TicketState, breach_by, remind_by
from services.desk.core.orders import Standing
from vocabulary import WATCH_ORDERS


class Group(StrEnum):
    """The heaps into which a department's orders fall."""

    TO_ACCEPT = "to_accept"
    AT_WORK = "at_work"
    WAITING = "waiting"
    OVER = "over"


class OrderStep(NamedTuple):
    """One thing that happened to an order, and to which of its limits; of what was heard long ago nobody knows when."""

    version: int
    happened: str
    at: datetime | None
    clock: str | None = None


class Owed(NamedTuple):
    """An order as its department has it: its newest message, what happened before, and whether anything is owed."""

    order: Order
    standing: Standing
    steps: Sequence[OrderStep]

    @property
    def key(self) -> str:
        """What its row is called on a page."""
        return f"{self.order.ticket}-order"

    @property
    def due(self) -> DueTime | None:
        """What it has to keep first."""
        return next(iter(self.in_order), None)

    @property
    def in_order(self) -> Sequence[DueTime]:
        """All that it has to keep, what comes first in front."""
        return sorted(self.order.due, key=lambda each: remind_by(each.due))

    def is_late(self, now: datetime) -> bool:
        """Tell whether something that it has to keep has certainly been missed."""
        return any(breach_by(each.due) < now for each in self.order.due)


GROUPS: Final[Mapping[Group, str]] = {
    Group.TO_ACCEPT: "待签收",
    Group.AT_WORK: "处置中",
    Group.WAITING: "等候他人",
    Group.OVER: "已了结",
}
"""What each heap is called."""
_AT_WORK: Final = frozenset({TicketState.IN_PROGRESS, TicketState.REWORK})


def group_of(state: str, standing: Standing) -> Group:
    """Tell to which heap an order belongs that is open or over."""
    if standing != "open":
        return Group.OVER
    if state == TicketState.DISPATCHED:
        return Group.TO_ACCEPT
    return Group.AT_WORK if state in _AT_WORK else Group.WAITING


def owed(order: Order) -> str:
    """Say what an order asks of its department now."""
    if order.role == "supporting":
        return "协办"
    match order.state:
        case TicketState.DISPATCHED:
            return "签收或者退单" if order.returnable else "签收"
        case TicketState.IN_PROGRESS:
            return "督办：回复并处置" if order.supervised else "处置"
        case TicketState.REWORK:
            return "督办：回复并重办" if order.supervised else "重办"
        case _:
            named = "、".join(WATCH_ORDERS[each] for each in order.to_answer or ())
            return f"{named or '督办'}：回复" if order.supervised else "等候"
