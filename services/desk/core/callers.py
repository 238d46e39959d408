"""Who spoke up in which ticket: what is kept of its beginning, what a correction changes, and what a search shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from schemas.dispatch import AnsweredOnLine, Corrected, Opened
from schemas.recognised import masked
from schemas.values import Instant


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
    upstream = fact.upstream.number if fact.upstream else None
    begun = (ticket, fact.requester, at, fact.kind, fact.category, place, fact.text, fact.confidential)
    return CallerRow(*begun, answered=False, upstream=upstream)


def corrected(ticket: str, fact: Corrected) -> CallerChange:
    """What changes with a correction."""
    new = fact.new
    place = new.place.text if new.place else None
    return CallerChange(ticket, new.requester, new.category, place, new.text, new.confidential)


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """One ticket of a caller, without the numbers that its words have."""
    return {**row, "text": row["text"] and masked(row["text"])}
