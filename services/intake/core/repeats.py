"""When a report is a contact about a ticket that exists, and when a new matter is one that came back (复发)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil, floor
from typing import Final, NamedTuple

from rapidfuzz import fuzz

from rulebook import Unit
from schemas.attachments import Attached
from schemas.inbound import FollowUp, Problem, Register
from schemas.text import plain, seen
from schemas.tickets import ActionReceived
from schemas.values import Clock, Party, Person, Place, Tier
from services.intake.core.reading import Reading
from services.intake.core.rules import Repeat
from services.intake.core.state import DoorConfig, DoorState, KnownTicket

_COMPARED: Final = 400
_REMEMBERED: Final = 256
_WHOLE: Final = 100.0
_WORKING_DAYS: Final = 5
_SILENT: Final = re.compile(r"[\W_]+")


@lru_cache(_REMEMBERED)
def comparable(text: str) -> str:
    """Reduce text to what is compared: its plain form without punctuation, spaces and case."""
    return _SILENT.sub("", plain(seen(text)[: 2 * _COMPARED])).lower()[:_COMPARED]


class Raised(NamedTuple):
    """What somebody raises, as far as it is compared: reported by themselves, or told to a visitor at the door."""

    text: str
    place: str
    category: str | None
    upstream: str | None
    confidential: bool

    @classmethod
    def in_report(cls, report: Register) -> Raised:
        """What a report says."""
        return cls._of(report, report.place.text)

    @classmethod
    def at_door(cls, problem: Problem, address: Place) -> Raised:
        """What a problem says that a household told; without a place of its own it is at the household's address."""
        return cls._of(problem, (problem.place or address).text)

    @classmethod
    def _of(cls, said: Register | Problem, place: str) -> Raised:
        upstream = said.upstream.number if said.upstream is not None else None
        return cls(said.text, place, said.category, upstream, bool(said.confidential))


class Earlier(NamedTuple):
    """What came before: the ticket that this is a contact about, or the one whose matter came back."""

    contact: KnownTicket | None = None
    recurrence_of: str | None = None


class Candidates(NamedTuple):
    """Which open tickets a report may repeat: whose, about what, and with words of which lengths."""

    requester: str
    shortest: int
    longest: int
    category: str | None
    upstream: str | None


def candidates_of(raised: Raised, whose: str | None, rules: Repeat) -> Candidates | None:
    """Narrow down what is compared with something raised to what can be alike at all; None for what repeats nothing."""
    words = comparable(raised.text)
    if whose is None or raised.confidential or len(words) < rules.shortest_text:
        return None
    # Two texts are at most as alike as the shorter of them, found whole in the other.
    widest = (2 * _WHOLE - rules.text_similarity) / max(rules.text_similarity, 1)
    return Candidates(whose, floor(len(words) / widest), ceil(len(words) * widest), raised.category, raised.upstream)


class Speaker(NamedTuple):
    """By which party somebody speaks, who is known by these."""

    party: Party
    known_as: tuple[str, ...]


def earlier(state: DoorState, raised: Raised, who: Speaker, received: datetime) -> Earlier:
    """Find what somebody raised before, as far as their channel speaks for it: an open ticket, then one that ended.

    What came by another channel is passed over: a number is claimed there, and whether it fits is nobody's to try.
    """
    same = repeat_of(state, raised, who, received)
    if same is not None:
        return Earlier(contact=same)
    before = ended_matter(state, raised, who, received)
    if before is None:
        return Earlier()
    ticket, reopens = before
    return Earlier(contact=ticket) if reopens else Earlier(recurrence_of=ticket.id)


def contact_about(
    reading: Reading,
    same: KnownTicket,
    text: str,
    agent: Person | None = None,
    came: tuple[Attached, ...] | None = None,
) -> ActionReceived:
    """Say that what was raised presses for a ticket that exists, or wants one reopened that ended."""
    return ActionReceived(
        ticket=same.id,
        receipt=reading.receipt,
        party=reading.party,
        action=FollowUp(ticket=same.id, mode="press", text=text, agent=agent),
        repeat_of=same.receipt,
        matched=True,
        attached=came,
    )


def _newest(tickets: Mapping[str, Sequence[KnownTicket]], who: Speaker) -> list[KnownTicket]:
    found = (ticket for one in who.known_as for ticket in tickets.get(one, ()) if ticket.came_by(who.party))
    return sorted(found, key=lambda ticket: ticket.registered, reverse=True)


def repeat_of(state: DoorState, raised: Raised, who: Speaker, received: datetime) -> KnownTicket | None:
    """Find the newest open ticket that is repeated: same requester, nearly the same words, the same place.

    What is confidential is never put together with another, and text too short to compare is always a new matter.
    """
    rules = state.config.rules.repeat
    words, place = comparable(raised.text), comparable(raised.place)
    if raised.confidential or len(words) < rules.shortest_text:
        return None
    since = received - timedelta(days=rules.within_days)
    for known in _newest(state.open_by_requester, who):
        ticket = state.tickets.get(known.id, known)
        if not ticket.open or ticket.registered < since or not _same_matter(raised, ticket):
            continue
        if fuzz.ratio(words, ticket.words) < rules.text_similarity:
            continue
        if fuzz.ratio(place, ticket.place) >= rules.place_similarity:
            return ticket
    return None


def _same_matter(raised: Raised, ticket: KnownTicket) -> bool:
    if raised.category is not None and ticket.category is not None and raised.category != ticket.category:
        return False
    # Who calls again knows nothing of the city's number, where the city passed the matter on.
    return raised.upstream in (None, ticket.upstream)


def ended_matter(state: DoorState, raised: Raised, who: Speaker, received: datetime) -> tuple[KnownTicket, bool] | None:
    """Find the newest ticket that had ended and that something is about, and whether that is one to be reopened.

    It is of the same requester, at the same place, of the same category or in like words. In nearly the same words and
    inside of the window it asks for a reopening, otherwise it is a new matter that came back.
    """
    config = state.config
    rules, repeat = config.rules.recurrence, config.rules.repeat
    if raised.confidential:
        return None
    words, place = comparable(raised.text), comparable(raised.place)
    since = received - timedelta(days=rules.within_days)
    for known in _newest(state.ended_by_requester, who):
        if known.ended is None or known.ended < since or not _same_matter(raised, known):
            continue
        if fuzz.ratio(place, known.place) < rules.place_similarity:
            continue
        alike = fuzz.ratio(words, known.words) if len(words) >= repeat.shortest_text else 0.0
        if alike >= repeat.text_similarity and received <= known.ended + window(config):
            return known, True
        if alike >= rules.text_similarity or (raised.category is not None and raised.category == known.category):
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
