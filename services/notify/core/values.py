"""What the variables of a template are filled with, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from rulebook import Policy
from rulebook.messages import VARIABLES
from schemas.promise import GOODWILL
from schemas.values import Clock
from services.notify.core.book import AddressBook
from services.notify.core.profile import Profile
from vocabulary import KINDS, TIERS
from worktime import Unit, amount_in_words, last_minute

_EMPTY: Final[Mapping[str, str]] = dict.fromkeys(VARIABLES, "")
LEFT: Final = "\ue000"
"""Stands in a text for the time that is left: filled in when the message leaves."""

YES: Final = "有"
"""What a variable says that is asked whether it holds; where it does not it is empty."""

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def filled(profile: Profile, book: AddressBook, own: Mapping[str, str], *, caller: bool = False) -> dict[str, str]:
    """Fill every variable: what this occasion knows, what the profile knows, otherwise an empty text.

    `caller` says that the one who called reads it, who hears other names than the house uses.
    """
    category = book.policy.category(profile.category) if profile.category else None
    name, matter = book.name, category.name if category else None
    if caller:
        name, matter = book.name_for_callers, book.policy.matter_for_callers(profile.category or "")
    usual = {
        "area": book.policy.area,
        "progress_page": book.policy.progress_page,
        "ticket": profile.ticket,
        "receipt": profile.receipt or "",
        "category": matter or "诉求",
        "tier": TIERS[profile.tier] if profile.tier else "",
        "place": profile.place,
        "department": name(profile.lead),
        "supporting": "、".join(map(name, profile.supporting)),
        "text": profile.text,
        "reply": profile.reply,
        "has_number": YES if profile.contact.phone else "",
        "contact_is_shown": YES if profile.contact.phone and not profile.confidential else "",
        "goodwill": KINDS.said(profile.kind) if profile.kind in GOODWILL else "",
    }
    return {**_EMPTY, **usual, **own}


def deadline(at: datetime | None) -> str:
    """Say when something ends, such as 6月5日17:30; midnight is 24时 of the day that ends."""
    if at is None:
        return ""
    day, hour = last_minute(at)
    return f"{day.month}月{day.day}日{hour.replace('24:00', '24时')}"


def longest(policy: Policy) -> str:
    """Say how long a citizen waits at most, whatever the matter turns out to be."""
    limit = policy.limit(Clock.CITIZEN)
    most = limit.ceiling or limit.budget
    return amount_in_words(most.amount, Unit(most.unit.value))


def remaining(due: datetime, now: datetime) -> str:
    """Say roughly how much time is left."""
    left = max(due - now, timedelta(0))
    if left >= _DAY:
        return f"{left // _DAY}天"
    if left >= _HOUR:
        return f"{left // _HOUR}小时"
    return f"{left // timedelta(minutes=1)}分钟"


def ground(code: str | None, policy: Policy) -> str:
    """Name a ground, whatever it is for, and say what it means in full."""
    found = policy.grounds.named(code or "")
    return f"{found.name}（{found.text.rstrip('。')}）" if found else code or ""
