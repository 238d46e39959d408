"""From one entry of a timeline to the rows that it changes: the whole of what trace makes of what it hears."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from schemas import tickets as t
from schemas.clocks import ClockFact
from schemas.message import Message
from schemas.notices import NoticeGivenUp
from schemas.values import TicketState
from services.trace.core.clocks import ticked
from services.trace.core.holder import held
from services.trace.core.life import GIST, LIVED, lived
from services.trace.core.orders import CONCERNED, ordered
from services.trace.core.rows import ClockRow, Order, Summary, replace

_SUMMED: Final = frozenset({t.Registered, t.Answered, NoticeGivenUp}) | LIVED
"""The facts that change a summary."""


@dataclass(slots=True)
class Rows:
    """Rows as they stand; `changed_*` are the keys of those that are to be written."""

    summaries: dict[str, Summary] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    """The latest order of each ticket."""
    clocks: dict[tuple[str, str], ClockRow] = field(default_factory=dict)
    changed_summaries: set[str] = field(default_factory=set)
    changed_orders: dict[tuple[str, int], Order] = field(default_factory=dict)
    changed_clocks: set[tuple[str, str]] = field(default_factory=set)

    def take(self, fact: Message, at: datetime) -> None:
        """Fold one fact into the rows."""
        if isinstance(fact, ClockFact):
            self._tick((fact.ticket, fact.clock_id), fact, at)
            return
        ticket: str | None = getattr(fact, "ticket", None)
        if ticket is None or isinstance(fact, t.SubmissionRefused):
            return
        before = self.summaries.get(ticket)
        if before is not None and type(fact) not in _SUMMED:
            return
        after = summed(before or Summary(ticket), fact, at)
        if after is not before:
            self.summaries[ticket] = after
            self.changed_summaries.add(ticket)
        if type(fact) in CONCERNED:
            self._order(ticket, fact, at)

    def settle(self, remembered: int) -> None:
        """What changed was written: remember only so many tickets, those known last, and clocks that can still move."""
        for key in self.changed_clocks:
            if self.clocks[key].ended_at is not None:
                del self.clocks[key]
        self.changed_summaries.clear()
        self.changed_orders.clear()
        self.changed_clocks.clear()
        for ticket in list(islice(self.summaries, max(len(self.summaries) - remembered, 0))):
            del self.summaries[ticket]
            self.orders.pop(ticket, None)
        for key in list(islice(self.clocks, max(len(self.clocks) - remembered, 0))):
            del self.clocks[key]

    def _tick(self, key: tuple[str, str], fact: ClockFact, at: datetime) -> None:
        before = self.clocks.get(key)
        after = ticked(before, fact, at)
        if after is not None and after is not before:
            self.clocks[key] = after
            self.changed_clocks.add(key)

    def _order(self, ticket: str, fact: Message, at: datetime) -> None:
        before = self.orders.get(ticket)
        after = ordered(before, fact, at)
        if after is not None and after is not before:
            self.orders[ticket] = after
            self.changed_orders[ticket, after.number] = after


def summed(summary: Summary, fact: Message, at: datetime) -> Summary:
    """Fold one fact of any topic but the clocks' into a summary; facts of other topics may come in any order."""
    match fact:
        case t.Registered() | t.Answered():
            return summary if summary.channel else _at_the_door(summary, fact, at)
        case NoticeGivenUp():
            return replace(summary, undelivered=summary.undelivered + 1)
        case _ if type(fact) in LIVED:
            return lived(summary, fact, at)
        case _:
            return summary


def _at_the_door(summary: Summary, fact: t.Registered | t.Answered, at: datetime) -> Summary:
    registered = fact if isinstance(fact, t.Registered) else None
    known = replace(
        summary,
        receipt=fact.receipt,
        channel=fact.channel.value,
        kind=fact.kind.value,
        requester_kind=fact.requester_kind.value,
        category=fact.category,
        place=fact.place.text if fact.place else None,
        subdistrict=fact.place.subdistrict if fact.place else None,
        gist=fact.text[:GIST],
        registered_at=at,
        tier=registered.tier.value if registered and registered.tier else summary.tier,
        unit=registered.visit.unit if registered and registered.visit else summary.unit,
        confidential=bool(registered and registered.confidential),
    )
    if registered is None or known.holder or known.state != TicketState.REGISTERED:
        return known
    holder, waits_for = held(known)
    return replace(known, holder=holder, waits_for=waits_for, waiting_since=at)
