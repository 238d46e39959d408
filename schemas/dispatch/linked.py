"""One ticket and another: merged, split; and a ticket as a member of an incident."""

from __future__ import annotations

from typing import Literal

from schemas.dispatch.base import Carrying, DispatchFact
from schemas.values import (
    Code,
    Contact,
    DepartmentCode,
    IncidentId,
    Name,
    Receipt,
    Ruling,
    Supplement,
    Text,
    TicketId,
    Tier,
    Wording,
)


class MergeAsked(DispatchFact):
    """Another ticket of the same requester is asked to take this one in."""

    into: TicketId
    reason: Text
    receipt: Receipt


class Merged(DispatchFact):
    """The ticket was merged into another of the same requester; only un-merging leaves this."""

    into: TicketId
    reason: Text


class Unmerged(DispatchFact):
    """The merge was undone, or the other ticket did not take this one; it goes on where it stood.

    `reopens` says that the other one had ended already.
    """

    into: TicketId
    reason: Text
    reopens: Literal[True] | None = None


class MergeTaken(Carrying):
    """This ticket took in another one of the same requester: whom that one accuses, its `tier`, and what it says.

    Where that one is `confidential`, so is what is told of this one from now on; `contacts` are all that its requester
    was known under there.
    """

    other: TicketId
    accused: tuple[DepartmentCode, ...] = ()
    tier: Tier | None = None
    supplements: tuple[Supplement, ...] | None = None
    confidential: Literal[True] | None = None
    contacts: tuple[Contact, ...] | None = None


class MergeDropped(DispatchFact):
    """A ticket that was taken in goes its own way again; with a reason when it was never taken in."""

    other: TicketId
    reason: Text | None = None


class MergedTicketEnded(DispatchFact):
    """The ticket that took this one in came to its end; the requester hears the same result, or why there is none.

    `outcome` is that of its Closed, or `settled_at_unit`, `withdrawn`, `transferred` (and `to` whom), `not_accepted`.
    """

    into: TicketId
    outcome: Code
    ruling: Ruling | None = None
    reply: Text | None = None
    reason: Text | None = None
    to: Code | None = None


class MergedTicketReopened(DispatchFact):
    """The ticket that took this one in is worked on again after its end."""

    into: TicketId


class IncidentAsked(DispatchFact):
    """The ticket wants to join an incident: the office asked by `receipt`, or a rule did."""

    incident: IncidentId
    reason: Text | None = None
    receipt: Receipt | None = None


class IncidentJoined(DispatchFact):
    """The ticket belongs to an incident (多人同诉), which `lead` leads; `avoids` are whom its members accuse."""

    incident: IncidentId
    title: Name | None = None
    lead: DepartmentCode | None = None
    avoids: tuple[DepartmentCode, ...] = ()


class IncidentLeft(DispatchFact):
    """The ticket left its incident, or was not admitted."""

    incident: IncidentId
    reason: Wording


class FixReported(DispatchFact):
    """One fix was reported for the whole incident; every member hears it and keeps its own clock and callback."""

    incident: IncidentId
    title: Name
    text: Text


class SplitUp(DispatchFact):
    """The ticket was split into parts that close together."""

    parts: tuple[TicketId, ...]
    texts: tuple[Text, ...]
    categories: tuple[str, ...]
    reason: Text


class PartEnded(DispatchFact):
    """A part of this split ticket came to its end."""

    part: TicketId
    outcome: Code
    ruling: Ruling | None = None


class PartReopened(DispatchFact):
    """A part that had ended is worked on again: the whole waits for it, and is open again where it was closed."""

    part: TicketId


class RequestRefused(DispatchFact):
    """What another ticket asked of this one was not granted; `request` names it, `origin` hears the reason."""

    origin: TicketId
    request: Code
    code: Code
    reason: Wording
    receipt: Receipt
