"""A department leads, or disputes that it should."""

from __future__ import annotations

from schemas.dispatch.base import Carrying, Dated, DispatchFact
from schemas.values import (
    Actor,
    CategoryCode,
    Code,
    DepartmentCode,
    DueTime,
    Text,
    TicketId,
    Tier,
)


class Dispatched(Dated):
    """A department leads, others support: order number `order` of this ticket. A binding one cannot be returned.

    Of what policy dispatched by itself: `suggested` says that the category came from the text, `drawn` that a person
    checks it. `note` is what the dispatcher tells lead and supporters. `due` are the due times of the lead that begin
    with the order, as long as no clock says otherwise.
    """

    order: int
    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    blocking: bool = True
    tier: Tier
    category: CategoryCode | None = None
    reason: Code
    binding: bool = False
    same_lead: bool = False
    precedents: tuple[TicketId, ...] = ()
    suggested: bool | None = None
    drawn: bool | None = None
    note: Text | None = None
    due: tuple[DueTime, ...] | None = None


class DispatcherNoted(DispatchFact):
    """The dispatcher tells lead and supporters something about the order that stands."""

    note: Text


class Accepted(DispatchFact):
    """The lead took the order; `presumed` when the return window lapsed, or at once where the order is `binding`."""

    department: DepartmentCode
    presumed: bool = False
    binding: bool | None = None

    @property
    def lapsed(self) -> bool:
        """Whether the lead let the return window go by; nobody waits for one who gets a binding order."""
        return self.presumed and not self.binding

    def happened(self) -> str:
        """Say apart that nobody signed for it."""
        return "presumed" if self.presumed else self.word


class ReturnRequested(Carrying):
    """The lead asked to return the order."""

    department: DepartmentCode
    ground: Code
    reason: Text
    suggested: DepartmentCode | None = None
    dispute: int
    against_precedent: bool = False
    precedents: tuple[TicketId, ...] = ()


class ReturnUpheld(DispatchFact):
    """The return stands: the time of the dispute is charged to the dispute, the ticket is dispatched anew."""

    department: DepartmentCode
    reason: Text
    approver: Actor | None = None


class ReturnOverruled(DispatchFact):
    """The order stands with the same lead."""

    department: DepartmentCode
    reason: Text
    approver: Actor | None = None


class AdjudicationOpened(DispatchFact):
    """Disputed twice, or between two departments: a referee rules (确责)."""

    departments: tuple[DepartmentCode, ...]
    reason: Code


class DepartmentReplaced(DispatchFact):
    """What a department that is gone still held went on to its successor, as a plan of reorganisation says.

    Nothing starts afresh: the order keeps its number, its clocks run on, what was late before stays so for `replaced`.
    """

    department: DepartmentCode
    replaced: DepartmentCode
    reason: Text


class Adjudicated(DispatchFact):
    """The ruling, which binds and is kept as precedent."""

    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    reason: Text
    category: CategoryCode | None = None
