"""What each fact means to notify: what it teaches about the ticket, and who is told what because of it.

A fact that has no entry passes by.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from rulebook import Audience
from schemas import clocks as c
from schemas import dispatch as d
from schemas.message import Message
from services.notify.core.book import AddressBook
from services.notify.core.notice import Wish
from services.notify.core.occasion import Occasion
from services.notify.core.profile import Profile
from services.notify.core.promises import Now, tell_requester
from services.notify.core.values import ground, longest
from services.notify.reactions import city, dispatched, ending, handling, pressing, recorded, timed
from services.notify.reactions.tables import Wishes, profiles, wishes

__all__ = ["EPISODES", "LISTENS_TO", "asked", "profiles", "react", "wishes"]

EPISODES: Final = (recorded, dispatched, handling, ending, pressing, timed)
"""What enters its reactions in the two tables, in the order of a ticket's life."""

_RESTS: Final = (d.PassOnAwaited, d.DispatchAwaited)
"""Now the ticket waits for somebody: its requester hears that it was received, also where nothing tells a date yet."""

profiles.on(*_RESTS)(lambda p, _, __: p)


def react(before: Profile, fact: Message, at: datetime, book: AddressBook) -> tuple[Profile, tuple[Wish, ...]]:
    """What is known of a ticket after a fact, and who is to be told what; the same profile where nothing is new."""
    profile = profiles.after(before, fact, at)
    asked_for = tuple(asked(fact, Occasion(at, before, profile, book)))
    spoken = any(wish.to.audience.kind == Audience.REQUESTER for wish in asked_for)
    now = Now(
        at,
        rests=type(fact) in _RESTS,
        spoken=spoken,
        longest=longest(book.policy),
        extended=ground(profile.extension_ground, book.policy) if isinstance(fact, c.ClockExtended) else None,
        breached=fact.clock if isinstance(fact, c.ClockBreached) else None,
    )
    after, first = tell_requester(profile, now)
    requester = Occasion(at, before, after, book).requester
    requested = tuple(wish for each in first for wish in requester(each.template, **each.values))
    if dispatched.is_ready(after):
        after = replace(after, order_told=after.orders)
    return after, (*requested, *asked_for)


def asked(fact: Message, occasion: Occasion) -> Wishes:
    """Who is to be told what: by this kind of fact, and of orders now, whatever the fact."""
    yield from wishes.to(fact, occasion) or ()
    yield from city.told_the_city(fact, occasion)
    yield from dispatched.told_now(occasion)
    yield from dispatched.alarms(occasion)


LISTENS_TO: Final = profiles.facts | wishes.facts | city.to_city.facts
"""The facts that teach something about a ticket, or that somebody may have to be told of; all others pass by."""
