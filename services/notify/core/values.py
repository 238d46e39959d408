"""What the variables of a template are filled with, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rulebook import TEMPLATE_VARIABLES, GroundFor, Policy
from schemas.values import Clock, Tier
from services.notify.core.book import AddressBook
from services.notify.core.profile import Profile

_TIERS: Final = {
    Tier.SIMPLE: "简单",
    Tier.COMPLEX: "复杂",
    Tier.PARTICULARLY_COMPLEX: "特别复杂",
    Tier.URGENT: "紧急",
}
_EMPTY: Final[Mapping[str, str]] = dict.fromkeys(TEMPLATE_VARIABLES, "")
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def filled(profile: Profile, book: AddressBook, own: Mapping[str, str]) -> dict[str, str]:
    """Fill every variable: what this occasion knows, what the profile knows, otherwise an empty text."""
    category = book.policy.category(profile.category) if profile.category else None
    usual = {
        "area": book.policy.area,
        "ticket": profile.ticket,
        "receipt": profile.receipt or "",
        "category": category.name if category else "诉求",
        "tier": _TIERS[profile.tier] if profile.tier else "",
        "place": profile.place,
        "department": book.name(profile.lead),
        "supporting": "、".join(map(book.name, profile.supporting)),
        "text": profile.text,
        "reply": profile.reply,
    }
    return {**_EMPTY, **usual, **own}


def moment(at: datetime | None, policy: Policy) -> str:
    """Say an instant in the office's zone."""
    if at is None:
        return ""
    here = at.astimezone(ZoneInfo(policy.office.zone))
    return f"{here.month}月{here.day}日{here.hour:02}:{here.minute:02}"


def due_of(profile: Profile, clock: Clock, policy: Policy) -> str:
    """Say when a clock that is remembered is due."""
    return moment(profile.due.get(clock), policy)


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
    found = next((named for use in GroundFor if (named := policy.ground(use, code or ""))), None)
    return f"{found.name}（{found.text.rstrip('。')}）" if found else code or ""
