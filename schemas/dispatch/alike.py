"""Many callers about one thing (多人同诉): noticed by policy, decided by a person."""

from __future__ import annotations

from typing import Literal

from schemas.dispatch.base import DispatchFact
from schemas.values import DepartmentCode, IncidentId, Name, Receipt, Text, TicketId


class AlikeNoticed(DispatchFact):
    """So many `callers` spoke of one category at one place within `days`: a person decides whether it is one thing.

    `tickets` are theirs, this one among them; it says so again when they have become twice as many. `incident` is the
    one that gathered earlier ones of them.
    """

    callers: int
    days: int
    tickets: tuple[TicketId, ...]
    incident: IncidentId | None = None


class AlikeGathered(DispatchFact):
    """A person says that it is one thing: the tickets belong to the incident, which this act opened if it `opens`."""

    incident: IncidentId
    opens: Literal[True] | None = None
    tickets: tuple[TicketId, ...]
    title: Name | None = None
    lead: DepartmentCode | None = None
    gathers: bool = False
    reason: Text | None = None
    receipt: Receipt


class AlikeDismissed(DispatchFact):
    """A person says that it is not one thing, and why; the like is not asked about again for a time of the policy."""

    reason: Text
