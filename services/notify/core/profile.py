"""What notify knows of a ticket in order to tell people about it: a fold of what others said, contact included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from schemas import clocks as c
from schemas import dispatch as d
from schemas import tickets as t
from schemas.message import Message
from schemas.values import Channel, Clock, Contact, Due, RequesterKind, Tier, remind_by

_GIST: Final = 200

REMEMBERED: Final = frozenset({Clock.CITIZEN, Clock.HANDLING, Clock.REWORK})
"""The clocks whose due times stand in messages about something else."""


class Profile(BaseModel):
    """A ticket as far as messages need it; the only place where notify keeps the requester's contact.

    `handler` is the department whose handling time `due` tells; it lags behind `lead` until the clock has started.
    """

    model_config = ConfigDict(frozen=True)

    ticket: str
    receipt: str | None = None
    channel: Channel | None = None
    anonymous: bool = False
    contact: Contact = Contact()
    visitor: str | None = None
    confidential: bool = False
    accused: tuple[str, ...] = ()
    kind: str | None = None
    tier: Tier | None = None
    category: str | None = None
    place: str = ""
    text: str = ""
    lead: str | None = None
    supporting: tuple[str, ...] = ()
    orders: int = 0
    ground: str | None = None
    reply: str = ""
    due: Mapping[Clock, datetime] = {}
    handler: str | None = None
    receipt_told: bool = False
    order_told: int = 0

    def changed(self, **fields: Any) -> Profile:
        """Return the profile with these fields changed."""
        return self.model_copy(update=fields)


def known(profile: Profile | None, fact: Message) -> Profile | None:
    """Fold a fact of another service; the same object (or None) when it teaches nothing."""
    change = _CHANGES.get(type(fact))
    if change is None:
        return profile
    return change(profile or Profile(ticket=fact.ticket), fact)  # type: ignore[attr-defined]


def _registered(profile: Profile, fact: t.Registered | d.Opened) -> Profile:
    """Registration and opening say the same of the requester; whichever is heard first, the later one is newer."""
    return profile.changed(
        receipt=fact.receipt,
        channel=fact.channel,
        anonymous=fact.requester_kind is RequesterKind.ANONYMOUS,
        contact=fact.contact,
        visitor=fact.visit.visitor if fact.visit else None,
        confidential=fact.confidential,
        accused=fact.accused,
        kind=fact.kind.value,
        tier=fact.tier or profile.tier,
        category=fact.category or profile.category,
        place=fact.place.text,
        text=fact.text[:_GIST],
    )


def _answered(profile: Profile, fact: t.Answered) -> Profile:
    return profile.changed(
        receipt=fact.receipt,
        channel=fact.channel,
        anonymous=fact.requester_kind is RequesterKind.ANONYMOUS,
        contact=fact.contact,
        kind=fact.kind.value,
        category=fact.category,
        reply=fact.answer,
    )


def _dispatched(profile: Profile, fact: d.Dispatched) -> Profile:
    return profile.changed(
        lead=fact.lead,
        supporting=fact.supporting,
        tier=fact.tier,
        category=fact.category or profile.category,
        orders=fact.order,
    )


def _timed(profile: Profile, fact: Any) -> Profile:
    due: Due = fact.due
    if fact.clock not in REMEMBERED:
        return profile
    handler = fact.owner.code if fact.clock is Clock.HANDLING else profile.handler
    return profile.changed(due={**profile.due, fact.clock: remind_by(due)}, handler=handler)


_Change = Callable[[Profile, Any], Profile]

_CHANGES: Final[dict[type[Message], _Change]] = {
    t.Registered: _registered,
    t.Answered: _answered,
    d.Opened: _registered,
    d.CategorySuggested: lambda p, f: p.changed(category=f.category) if f.taken else p,
    d.Classified: lambda p, f: p.changed(category=f.category, tier=f.tier),
    d.Dispatched: _dispatched,
    d.ExtensionRequested: lambda p, f: p.changed(ground=f.ground),
    d.SuspensionRequested: lambda p, f: p.changed(ground=f.ground),
    d.Handled: lambda p, f: p.changed(reply=f.reply),
    c.ClockStarted: _timed,
    c.ClockResumed: _timed,
    c.ClockExtended: _timed,
    c.ClockRederived: _timed,
}

LEARNS: Final = frozenset(_CHANGES)
"""The facts that a profile is made of."""
