"""What each fact means to what trace keeps: where its ticket stands, the ticket's latest order, the clock it is about.

Trace hears everything and remembers it as it was said. A fact that has no entry stands in the timeline alone; one that
does not fit changes nothing, for a fact cannot be refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from schemas import dispatch as d
from schemas import tickets as t
from schemas.message import Message
from services.trace.core.ball import LifeStep
from services.trace.core.desk import marks, with_desk
from services.trace.core.moves import handed
from services.trace.core.rows import Summary
from services.trace.reactions import callbacks, dispatched, ending, handling, pressing, recorded, timed
from services.trace.reactions.tables import clocks, orders, summaries
from services.trace.reactions.visits import device_of, settled_of, visit_of

__all__ = [
    "EPISODES",
    "clocks",
    "device_of",
    "orders",
    "receipts_of",
    "settled_of",
    "steps_of",
    "summaries",
    "summed",
    "visit_of",
]

EPISODES: Final = (recorded, dispatched, handling, callbacks, ending, pressing, timed)
"""What enters its reactions in the three tables, in the order of a ticket's life."""


def summed(summary: Summary, fact: Message, at: datetime) -> Summary:
    """Fold one fact of any topic but the clocks' into a summary; facts of other topics may come in any order."""
    after = summaries.after(marks.after(summary, fact, at), fact, at)
    return after if after is summary or fact.family != d.DispatchFact.family else with_desk(handed(after, at))


def steps_of(facts: Iterable[tuple[datetime, Message]]) -> list[LifeStep]:
    """Pick the facts of a ticket's life, each with where the ticket stands after it.

    What is refused on a number that no ticket has is the life of none.
    """
    steps: list[LifeStep] = []
    for at, fact in facts:
        if isinstance(fact, d.DispatchFact) and (steps or not isinstance(fact, d.REFUSALS)):
            before = steps[-1].after if steps else Summary(fact.ticket)
            steps.append(LifeStep(at, fact, summed(before, fact, at)))
    return steps


def receipts_of(fact: Message) -> Iterator[tuple[str, str]]:
    """Which receipt stands for which ticket, as far as a fact of the door says it."""
    match fact:
        case t.Visited():
            yield from ((fact.receipt, ticket) for ticket in fact.tickets)
        case t.Registered() | t.Answered() | t.ActionReceived():
            yield fact.receipt, fact.ticket
        case _:
            pass
