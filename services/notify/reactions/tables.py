"""The two tables of notify's reactions, and what several of them say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from chassis.reactions import Changes, Reactions
from rulebook import Unit
from schemas.values import Clock, Contact, Tier
from services.notify.core.notice import Wish
from services.notify.core.occasion import Occasion
from services.notify.core.profile import Profile
from services.notify.core.values import deadline

Wishes = Iterator[Wish]

profiles: Final = Changes[Profile]()
wishes: Final = Reactions[Occasion, Wishes]()

GIST: Final = 200
"""Characters of a text that a message quotes."""


def known_under(profile: Profile, *contacts: Contact) -> tuple[Contact, ...]:
    return tuple(dict.fromkeys((*profile.contacts, *contacts)))


def within(o: Occasion, clock: Clock, since: datetime | None = None) -> str:
    """Say when a clock of an urgent matter that starts then, or now, will be up, where it runs by night."""
    start = since or o.at
    budget = o.policy.limit(clock).budget_for(Tier.URGENT)
    match budget.unit:
        case Unit.MINUTES:
            return deadline(start + timedelta(minutes=budget.amount))
        case Unit.HOURS:
            return deadline(start + timedelta(hours=budget.amount))
        case _:
            return ""
