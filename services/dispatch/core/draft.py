"""A decision while it is being made: the facts so far, and the ticket as they leave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import Actor, RequesterKind
from services.dispatch.core.evolve import changed
from services.dispatch.core.regions import extension, supervision, suspension
from services.dispatch.core.regions.contact import Owed
from services.dispatch.core.rules import Rules
from services.dispatch.core.ticket import Order, Ticket

BY_POLICY: Final = Actor(by_rule="policy")
Refusal = tuple[str, str] | None
"""A machine's word and a Chinese sentence; None where nothing speaks against it."""


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
        said = fact(ticket=self.ticket.id, by=by or self.by, **values)
        self.facts.append(said)
        self.ticket = changed(self.ticket, said, self.at)

    @property
    def order(self) -> Order:
        """The newest order; LookupError where nobody ever led, which the table does not let happen."""
        if self.ticket.order is None:
            raise LookupError(f"nobody leads ticket {self.ticket.id}")
        return self.ticket.order

    @property
    def lead(self) -> str:
        """The department of the newest order."""
        return self.order.lead


def lapse(draft: Draft, reason: str, *, suspension_only: bool = False) -> None:
    """What the lead asked for lapses where nobody will be able to decide it: the approver owes nothing that is moot."""
    if isinstance(draft.ticket.extension, extension.Asked) and not suspension_only:
        draft.say(d.RequestLapsed, by=BY_POLICY, department=draft.lead, what="extension", reason=reason)
    if isinstance(draft.ticket.suspension, suspension.Asked):
        draft.say(d.RequestLapsed, by=BY_POLICY, department=draft.lead, what="suspension", reason=reason)


def send(
    draft: Draft,
    lead: str,
    supporting: Mapping[str, bool],
    *,
    reason: str,
    binding: bool = False,
    by: Actor | None = None,
) -> None:
    """Say the order, which counts as accepted where it binds, and the tasks of those who support.

    Whoever is accused gets neither.
    """
    before, matter = draft.ticket.led_by or draft.ticket.order, draft.ticket.matter
    shunned = draft.ticket.shunned
    if lead in shunned:
        draft.say(d.DispatchAwaited, by=BY_POLICY, reason="accused")
        return
    helpers = {code: blocks for code, blocks in supporting.items() if code != lead and code not in shunned}
    for code in draft.ticket.tasks:
        if code not in helpers:
            draft.say(d.SupportTaskEnded, department=code, by=by)
    if before is not None and before.lead != lead:
        lapse(draft, "牵头单位变更，申请随之失效。")
        if watched(draft.ticket):
            draft.say(d.SupervisionEnded, by=BY_POLICY, result="牵头单位变更")
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
    if binding:
        draft.say(d.Accepted, by=BY_POLICY, department=lead, presumed=True, binding=True)
    support(draft, helpers, by=by)
    if matter.requester_kind is RequesterKind.ANONYMOUS and isinstance(draft.ticket.contact, Owed):
        draft.say(d.FirstContactExempt, by=BY_POLICY, department=lead)


def watched(ticket: Ticket) -> bool:
    """Whether a supervision order or a callback review runs."""
    supervised = isinstance(ticket.supervision, supervision.Ordered | supervision.Reported)
    return supervised or not isinstance(ticket.review, supervision.NoReview)


def support(draft: Draft, helpers: Mapping[str, bool], *, by: Actor | None = None) -> None:
    """Give a task to each supporting department that has none yet."""
    for code, blocks in helpers.items():
        if code not in draft.ticket.tasks:
            draft.say(d.SupportTaskOpened, department=code, blocking=blocks, by=by)
