"""When a report is a contact about a ticket that exists, and when a new matter is one that came back (复发)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Final, NamedTuple

from rapidfuzz import fuzz

from rulebook import Unit
from schemas.inbound import Register
from schemas.text import plain, seen
from schemas.values import Clock, Tier
from services.intake.core.rules import Repeat
from services.intake.core.state import DoorConfig, DoorState, KnownTicket

_COMPARED: Final = 400
_WHOLE: Final = 100.0
_WORKING_DAYS: Final = 5
_SILENT: Final = re.compile(r"[\W_]+")


def comparable(text: str) -> str:
    """Reduce text to what is compared: its plain form without punctuation, spaces and case."""
    return _SILENT.sub("", plain(seen(text)[: 2 * _COMPARED])).lower()[:_COMPARED]


class Candidates(NamedTuple):
    """Which open tickets a report may repeat: whose, about what, and with words of which lengths."""

    requester: str
    shortest: int
    longest: int
    category: str | None
    upstream: str | None


def candidates_of(report: Register, requester: str | None, rules: Repeat) -> Candidates | None:
    """Narrow down what a report is compared with to what can be alike at all; None for what repeats nothing."""
    words = comparable(report.text)
    if requester is None or report.confidential or len(words) < rules.shortest_text:
        return None
    # Two texts are at most as alike as the shorter of them, found whole in the other.
    widest = (2 * _WHOLE - rules.text_similarity) / max(rules.text_similarity, 1)
    return Candidates(
        requester, floor(len(words) / widest), ceil(len(words) * widest), report.category, _upstream(report)
    )


def repeat_of(state: DoorState, report: Register, requester: str | None, received: datetime) -> KnownTicket | None:
    """Find the newest open ticket that a report repeats: same requester, nearly the same words, the same place.

    A confidential report is never put together with another, and text too short to compare is always a new matter.
    """
    rules = state.config.rules.repeat
    open_tickets = state.open_by_requester.get(requester) if requester is not None and not report.confidential else None
    words, place = comparable(report.text), comparable(report.place.text)
    if not open_tickets or len(words) < rules.shortest_text:
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
    # Who calls again knows nothing of the city's number, where the city passed the matter on.
    return _upstream(report) in (None, ticket.upstream)


def _upstream(report: Register) -> str | None:
    return report.upstream.number if report.upstream is not None else None


def ended_matter(
    state: DoorState, report: Register, requester: str | None, received: datetime
) -> tuple[KnownTicket, bool] | None:
    """Find the newest ticket that had ended and that a report is about, and whether that is one to be reopened.

    It is of the same requester, at the same place, of the same category or in like words. In nearly the same words and
    inside of the window it asks for a reopening, otherwise it is a new matter that came back.
    """
    config = state.config
    rules, repeat = config.rules.recurrence, config.rules.repeat
    if requester is None or report.confidential:
        return None
    words, place = comparable(report.text), comparable(report.place.text)
    since = received - timedelta(days=rules.within_days)
    for known in sorted(
        state.ended_by_requester.get(requester, ()), key=lambda ticket: ticket.registered, reverse=True
    ):
        if known.ended is None or known.ended < since or not _same_matter(report, known):
            continue
        if fuzz.ratio(place, known.place) < rules.place_similarity:
            continue
        alike = fuzz.ratio(words, known.words) if len(words) >= repeat.shortest_text else 0.0
        if alike >= repeat.text_similarity and received <= known.ended + window(config):
            return known, True
        if alike >= rules.text_similarity or (report.category is not None and report.category == known.category):
            return known, False
    return None


def window(config: DoorConfig) -> timedelta:
    """For how long what has ended can be reopened; what is counted in working days is rounded up to weeks."""
    budget = config.policy.limit(Clock.REOPEN_WINDOW).budget_for(Tier.COMPLEX)
    match budget.unit:
        case Unit.CALENDAR_DAYS:
            return timedelta(days=budget.amount)
        case Unit.HOURS:
            return timedelta(hours=budget.amount)
        case Unit.MINUTES:
            return timedelta(minutes=budget.amount)
        case _:
            return timedelta(weeks=ceil(budget.amount / _WORKING_DAYS))
