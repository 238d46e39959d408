"""When a report is a contact about an open ticket and not a new matter."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final

from rapidfuzz import fuzz

from schemas.inbound import Register
from services.intake.core.state import DoorState, KnownTicket

_COMPARED: Final = 400
_SILENT: Final = re.compile(r"[\W_]+")


def comparable(text: str) -> str:
    """Reduce text to what is compared: one form of each character, no punctuation, no spaces."""
    return _SILENT.sub("", unicodedata.normalize("NFKC", text[: 2 * _COMPARED])).lower()[:_COMPARED]


def repeat_of(state: DoorState, report: Register, requester: str | None, received: datetime) -> KnownTicket | None:
    """Find the newest open ticket that a report repeats: same requester, nearly the same words, the same place.

    A confidential report is never put together with another, and text too short to compare is always a new matter.
    """
    if requester is None or report.confidential:
        return None
    open_tickets = state.open_by_requester.get(requester)
    if not open_tickets:
        return None
    rules = state.config.rules.repeat
    words, place = comparable(report.text), comparable(report.place.text)
    if len(words) < rules.shortest_text:
        return None
    since = received - timedelta(days=rules.within_days)
    for known in sorted(open_tickets, key=lambda ticket: ticket.registered, reverse=True):
        ticket = state.tickets.get(known.id, known)
        if not ticket.open or ticket.registered < since or not _same_matter(report, ticket):
            continue
        if fuzz.ratio(words, ticket.words) < rules.text_similarity:
            continue
        if fuzz.ratio(place, ticket.place) >= rules.place_similarity:
            return ticket
    return None


def _same_matter(report: Register, ticket: KnownTicket) -> bool:
    if report.category is not None and ticket.category is not None and report.category != ticket.category:
        return False
    return ticket.upstream == (report.upstream.number if report.upstream else None)
