"""Facts that more than one decision makes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypedDict

from rulebook.clocks import LAPSING
from schemas.clocks import BreachWithdrawn
from schemas.owner import Owner
from schemas.values import Clock, breach_by
from services.sla.core.state import AnyClock, Breached, Clocks, Open, Running, held_up

EARLIER_FACT: Final = "earlier_fact"
UNDUE: Final = "breach_withdrawn"
"""What a clock asked for should never have been asked: a breach of it is nobody's."""


class Named(TypedDict):
    """What each fact says of its clock."""

    ticket: str
    clock_id: str
    clock: Clock
    owner: Owner
    about: str | None


def of(ticket: str, clock: AnyClock) -> Named:
    """Name a clock in a fact."""
    return {
        "ticket": ticket,
        "clock_id": clock.id,
        "clock": clock.clock,
        "owner": clock.owner,
        "about": clock.about,
    }


def in_time(clock: Open, at: datetime) -> bool:
    """Whether a moment was not after the due time, in doubt for the owner."""
    return at <= breach_by(clock.due)


def withdrawn(ticket: str, clock: Open, at: datetime, reason: str = EARLIER_FACT) -> Iterator[BreachWithdrawn]:
    """The withdrawal of a breach that a fact of an earlier moment contradicts."""
    if isinstance(clock, Breached) and in_time(clock, at):
        yield BreachWithdrawn(**of(ticket, clock), reason=reason)


def lives(clock: Open, at: datetime) -> bool:
    """Whether the clock's time was not yet up at a moment, whatever was declared since."""
    return not isinstance(clock, Breached) or in_time(clock, at)


def missed(state: Clocks, clock: Open, now: datetime) -> bool:
    """Whether the time is up of a clock that is not met, and nobody has said so yet."""
    up = isinstance(clock, Running) and clock.clock not in LAPSING and breach_by(clock.due) <= now
    return up and not held_up(state, clock)
