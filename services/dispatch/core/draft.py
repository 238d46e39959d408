"""A decision while it is being made: the facts so far, and the ticket as they leave it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypedDict

from schemas.attachments import Attached
from schemas.dispatch import (
    Carrying,
    Classified,
    Dated,
    Dispatched,
    DispatchFact,
    MergeTaken,
    Opened,
    Pressing,
    StopWordsFound,
)
from schemas.message import Message
from schemas.values import (
    Actor,
    Clock,
    ContactKeys,
    DepartmentCode,
    Due,
    IncidentId,
    Receipt,
    TicketId,
    Tier,
    breach_by,
)
from services.dispatch.core.hearing import NOTHING, Heard
from services.dispatch.core.rules import Rules
from services.dispatch.core.standing import AtAnEnd
from services.dispatch.core.ticket import LeadOrder, Ticket
from worktime import OutOfCalendarError

BY_POLICY: Final = Actor(by_rule="policy")

Fold = Callable[[Ticket, DispatchFact, datetime], Ticket]
"""What a ticket is after a fact."""


class Stamp(TypedDict):
    """What every fact says first: of which ticket, and who did it."""

    ticket: TicketId
    by: Actor


@dataclass(slots=True)
class Draft:
    """Facts are said one after another; each sees the ticket that the earlier ones made.

    `fold` is how they change it; `by` is whose act or word is being taken, `receipt` that of an action, or empty;
    `approver` is who approved the act, where it needed somebody else for that.
    `matched` says that the contact which came along is the requester's.
    `requester` is kept of a contact that the action gives the ticket: by it others are compared with it later on.
    `attached` is what came along of attachments; the first fact that can carry them does.
    `as_member` names the incident on which the act was made, to which the ticket belongs.
    `in_time` says that the door found it to be about this ticket, while its window was open.
    `kind` and `cause` are what is being taken: its name, the message that asks for it or says it, and what
    was recognised in that.
    `known_at` is the moment from which what is said can be known, where that is long after `at`.
    """

    ticket: Ticket
    rules: Rules
    at: datetime
    fold: Fold
    kind: str = ""
    cause: Message | None = None
    heard: Heard = NOTHING
    by: Actor = BY_POLICY
    receipt: Receipt = ""
    matched: bool = False
    requester: ContactKeys | None = None
    attached: tuple[Attached, ...] | None = None
    as_member: IncidentId | None = None
    in_time: bool = False
    known_at: datetime | None = None
    approver: Actor | None = None
    facts: list[Message] = field(default_factory=list)

    def say(self, fact: DispatchFact) -> None:
        """Add a fact about this ticket; whoever is pressed by it has time from when it can be known."""
        if self.known_at is not None and isinstance(fact, Pressing):
            fact = fact.model_copy(update={"known_at": self.known_at})
        if isinstance(fact, Dated) and (due := self._deadline(fact)) is not None:
            fact = fact.model_copy(update={"deadline": due})
        if self.attached and isinstance(fact, Carrying):
            fact, self.attached = fact.model_copy(update={"attachments": self.attached}), None
        self.facts.append(fact)
        self.ticket = self.fold(self.ticket, fact, self.at)

    def _deadline(self, fact: Dated) -> Due | None:
        """Until when, as the requester is told: before the first order and after the end they are told no date."""
        rules, matter, clock = self.rules.clocks, self.ticket.matter, fact.dates
        of_citizen = clock is Clock.CITIZEN
        tier = _tier_of(fact, matter.tier)
        nobody_hears = self._is_over or (not self.ticket.orders and not isinstance(fact, Dispatched))
        if rules is None or tier is None or (of_citizen and nobody_hears):
            return None
        try:
            start, upstream = (matter.opened_at, matter.upstream) if of_citizen else (self.at, None)
            due = rules.due_of_new(clock, tier, start, upstream)
        except OutOfCalendarError:
            return None  # sla says so, loudly
        return due if breach_by(due) > self.at else None

    @property
    def _is_over(self) -> bool:
        return isinstance(self.ticket.standing, AtAnEnd)

    def stamp(self, by: Actor) -> Stamp:
        """Stamp a fact with this ticket and whoever did it."""
        return {"ticket": self.ticket.id, "by": by}

    @property
    def by_author(self) -> Stamp:
        """Stamp a fact as the act of whoever is being heard."""
        return self.stamp(self.by)

    @property
    def by_policy(self) -> Stamp:
        """Stamp a fact as what policy does by itself."""
        return self.stamp(BY_POLICY)

    @property
    def department(self) -> DepartmentCode | None:
        """The department that acts, where it is one."""
        return self.by.party.department if self.by.party else None

    @property
    def order(self) -> LeadOrder:
        """The newest order; LookupError where nobody ever led, which the table does not let happen."""
        if self.ticket.order is None:
            raise LookupError(f"nobody leads ticket {self.ticket.id}")
        return self.ticket.order

    @property
    def lead(self) -> DepartmentCode:
        """The department of the newest order."""
        return self.order.lead


def _tier_of(fact: DispatchFact, before: Tier | None) -> Tier | None:
    """The tier as a fact leaves it; None after words for which the machine stops and that change no tier."""
    match fact:
        case Dispatched() | Opened() | Classified() | StopWordsFound():
            return fact.tier
        case MergeTaken():
            return fact.tier or before
        case _:
            return before
