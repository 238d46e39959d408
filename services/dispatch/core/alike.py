"""When so many callers are about one thing: of one category, at one place, within the days that policy names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rulebook.rules import Alike
from schemas.requests import NoticeAlike
from schemas.text import plain
from schemas.values import IncidentId, Place, TicketId
from services.dispatch.core.draft import BY_POLICY
from services.dispatch.core.regions import Alone
from services.dispatch.core.sealing import is_confidential
from services.dispatch.core.standing import OPEN
from services.dispatch.core.ticket import Matter, Ticket

Spot = tuple[str, str]
"""A place in the form in which places are compared, and a category."""


class Crowd(NamedTuple):
    """The tickets of one spot, when they were registered, and what people were told of them."""

    spot: Spot
    registered: Sequence[tuple[TicketId, datetime]]
    told: TicketId | None
    told_callers: int | None
    quiet_until: datetime | None
    incident: IncidentId | None

    def within(self, policy: Alike, now: datetime) -> dict[TicketId, datetime]:
        """The tickets that count at a moment, the oldest first."""
        since = now - timedelta(days=policy.days)
        return {ticket: at for ticket, at in sorted(self.registered, key=lambda each: each[1]) if at > since}

    def wanted(self, policy: Alike) -> int:
        """How many callers are told of next: once they are enough, and each time they have become twice as many."""
        if self.told_callers is not None:
            return 2 * self.told_callers
        return policy.callers if self.incident is None else 1

    def is_quiet(self, now: datetime) -> bool:
        """Whether nobody is asked at a moment."""
        return self.quiet_until is not None and now < self.quiet_until


def spot_of(ticket: Ticket) -> Spot | None:
    """Where a ticket counts among the like; None for one that ended, belongs to an incident, or is confidential."""
    if ticket.state not in OPEN or not isinstance(ticket.incident, Alone) or is_confidential(ticket):
        return None
    return spot_of_matter(ticket.matter)


def spot_of_matter(matter: Matter) -> Spot | None:
    """What a matter is about, and where; None while nobody knows its category."""
    return None if matter.category is None else (_spelt(matter.place), matter.category)


def new_spot(before: Ticket | None, after: Ticket) -> Spot | None:
    """Where a ticket counts from now on that did not count there before."""
    same = before is not None and before.matter is after.matter and before.incident is after.incident
    if same and before is not None and (before.state in OPEN) is (after.state in OPEN):
        return None
    spot = spot_of(after)
    return spot if before is None or spot != spot_of(before) else None


def _spelt(place: Place) -> str:
    if place.compound is not None:
        return f"{place.subdistrict or ''}/{plain(place.compound)}"
    if place.road is not None and place.number is not None:
        return f"{plain(place.road)}/{place.number}"
    return f"{place.subdistrict or ''}//{plain(place.text)}"


def notice(crowd: Crowd, there: Iterable[Ticket], policy: Alike) -> NoticeAlike | None:
    """What a ticket is asked to point out; `there` are the tickets that count by their time. None where too few do."""
    alike = [ticket for ticket in there if spot_of(ticket) == crowd.spot]
    callers = len({ticket.matter.requester or ticket.id for ticket in alike})
    if not alike or callers < crowd.wanted(policy):
        return None
    tickets = tuple(ticket.id for ticket in alike)
    pointed = crowd.told if crowd.told in tickets else tickets[-1]
    return NoticeAlike(
        ticket=pointed or tickets[-1],
        origin=pointed or tickets[-1],
        by=BY_POLICY,
        callers=callers,
        days=policy.days,
        tickets=tickets,
        incident=crowd.incident,
    )
