"""A step of the ladder that a person has to order: proposed, until it is taken or its cause is gone."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from services.dispatch.core.episode import Episode
from services.dispatch.core.regions import LadderStep, NotProposed, Proposed
from services.dispatch.core.ticket import Ticket

episode = Episode("escalation")


@episode.fact(d.EscalationProposed)
def _proposed(ticket: Ticket, fact: d.EscalationProposed, _at: datetime) -> Ticket:
    return replace(ticket, escalation=Proposed(step=fact.step, breach=fact.breach))


def unproposed(ticket: Ticket, *steps: LadderStep) -> Ticket:
    """Nobody is asked any more for a step of the ladder, or for one of these."""
    asked = ticket.escalation
    if isinstance(asked, NotProposed) or (steps and asked.step not in steps):
        return ticket
    return replace(ticket, escalation=NotProposed())


def unproposed_for(ticket: Ticket, breach: str) -> Ticket:
    """Nobody is asked any more for a step that this breach called for."""
    asked = ticket.escalation
    return unproposed(ticket) if isinstance(asked, Proposed) and asked.breach == breach else ticket
