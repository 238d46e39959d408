"""Who spoke up in which ticket: what is kept of its beginning, what a correction changes, and what a search shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from rulebook.deriving import ClockRules
from schemas.dispatch import AnsweredOnLine, Corrected, Opened
from schemas.recognised import masked
from schemas.values import ENDED, Clock, Due, Instant, Tier, Upstream, remind_by
from worktime import OutOfCalendarError


class CallerRow(NamedTuple):
    """A ticket as it began: who asked, by a keyed hash, about what, and under which number of the city."""

    ticket: str
    requester: str | None
    at: Instant
    kind: str
    category: str | None
    place: str | None
    text: str | None
    confidential: bool
    answered: bool
    upstream: str | None
    upstream_due: datetime | None = None


class CallerChange(NamedTuple):
    """What a correction makes of it; what is None stays."""

    ticket: str
    requester: str | None
    category: str | None
    place: str | None
    text: str | None
    confidential: bool | None


def began(ticket: str, at: Instant, fact: Opened | AnsweredOnLine) -> CallerRow:
    """What is kept of a ticket's beginning."""
    place = fact.place.text if fact.place else None
    if isinstance(fact, AnsweredOnLine):
        return CallerRow(ticket, fact.requester, at, fact.kind, fact.category, place, None, False, True, None)  # noqa: FBT003
    at = fact.registered_at or at
    number, until = (fact.upstream.number, fact.upstream.due) if fact.upstream else (None, None)
    begun = (ticket, fact.requester, at, fact.kind, fact.category, place, fact.text, fact.confidential)
    return CallerRow(*begun, answered=False, upstream=number, upstream_due=until)


def corrected(ticket: str, fact: Corrected) -> CallerChange:
    """What changes with a correction."""
    new = fact.new
    place = new.place.text if new.place else None
    return CallerChange(ticket, new.requester, new.category, place, new.text, new.confidential)


def shown(row: Mapping[str, Any], rules: ClockRules) -> dict[str, Any]:
    """One ticket of a caller, without the numbers that its words have, and due when its requester was promised it."""
    told = {name: value for name, value in row.items() if name not in ("tier", "upstream_due")}
    due = promised(row, rules)
    return {**told, "text": row["text"] and masked(row["text"]), "due": None if due is None else remind_by(due)}


def promised(row: Mapping[str, Any], rules: ClockRules) -> Due | None:
    """Until when a requester was told that they would have an answer; None before an order, and once it is over."""
    if row["tier"] is None or row["state"] in ENDED:
        return None
    city = row["upstream"] and Upstream(number=row["upstream"], due=row["upstream_due"])
    try:
        return rules.due_of_new(Clock.CITIZEN, Tier(row["tier"]), row["at"], city or None)
    except OutOfCalendarError:
        return None
