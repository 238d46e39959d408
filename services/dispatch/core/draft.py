"""A decision while it is being made: the facts so far, and the ticket as they leave it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas import dispatch as d
from schemas.message import Message
from schemas.policy import Assignment
from schemas.values import Actor
from services.dispatch.core.evolve import evolve
from services.dispatch.core.rules import Rules
from services.dispatch.core.ticket import Ticket

BY_POLICY = Actor(by_rule="policy")


@dataclass(slots=True)
class Draft:
    """Facts are said one after another; each sees the ticket that the earlier ones made."""

    ticket: Ticket
    rules: Rules
    at: datetime
    by: Actor = BY_POLICY
    facts: list[Message] = field(default_factory=list)

    def say(self, fact: type[d.DispatchFact], *, by: Actor | None = None, **values: Any) -> None:
        """Add a fact about this ticket."""
        self.tell(fact(ticket=self.ticket.id, by=by or self.by, **values))

    def tell(self, fact: Message) -> None:
        """Add a fact that is ready."""
        self.facts.append(fact)
        self.ticket = evolve(self.ticket, fact, self.at)


def dispatch(draft: Draft, assignment: Assignment, *, binding: bool = False, by: Actor | None = None) -> None:
    """Send the ticket to the departments of an assignment."""
    blocking = {each.department: each.blocking for each in assignment.supporting}
    send(draft, assignment.lead, blocking, reason=str(assignment.rule), binding=binding, by=by)


def send(
    draft: Draft,
    lead: str,
    supporting: dict[str, bool],
    *,
    reason: str,
    binding: bool = False,
    by: Actor | None = None,
) -> None:
    """Say the order, and the tasks of those who support."""
    before, matter = draft.ticket.order, draft.ticket.matter
    hidden = frozenset(matter.accused) if matter.confidential else frozenset()
    helpers = {code: blocks for code, blocks in supporting.items() if code != lead and code not in hidden}
    for code in draft.ticket.tasks:
        draft.say(d.SupportTaskEnded, department=code, by=by)
    draft.say(
        d.Dispatched,
        by=by,
        order=draft.ticket.orders + 1,
        lead=lead,
        supporting=tuple(helpers),
        blocking=any(helpers.values()),
        tier=matter.tier,
        category=matter.category,
        reason=reason,
        binding=binding,
        same_lead=before is not None and before.lead == lead,
        precedents=tuple(each.ticket for each in draft.rules.precedents_for(matter)),
    )
    for code, blocks in helpers.items():
        draft.say(d.SupportTaskOpened, department=code, blocking=blocks, by=by)
