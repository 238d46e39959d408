"""What a requester is told of a ticket's number, date and department: once, and again when it has become another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from chassis.frozen import replace
from schemas.values import Due, ProvisionalDue, breach_by, remind_by
from services.notify.core.profile import Profile
from services.notify.core.values import deadline

_REMEMBERED: Final = 2_000


class Telling(NamedTuple):
    """A message to the requester, and what only this occasion knows."""

    template: str
    values: Mapping[str, str]


class _Date(NamedTuple):
    """A date that can be promised, and how it is said in full; both empty where it is over."""

    day: str
    in_full: str


def tell_requester(
    profile: Profile, at: datetime, *, rests: bool, spoken: bool, longest: str
) -> tuple[Profile, tuple[Telling, ...]]:
    """What the requester is told first of all, in order, and the profile after it.

    `rests`: the ticket waits for somebody who has still to decide on its tier, so that the receipt waits no longer for
    the date, and names the `longest` time that it can take. `spoken`: something else is to be told, and before the
    receipt the requester hears of nothing.
    """
    date = _date(profile, at)
    open_tier = not profile.tier_decided
    waits_no_longer = date is not None or spoken or (rests and open_tier)
    tellings: list[Telling] = []
    if waits_no_longer and not profile.receipt_told and profile.receipt is not None:
        bound = {"due": date.in_full} if date else {"longest": longest} if open_tier else {}
        tellings.append(Telling("requester-receipt", bound))
        profile = replace(profile, receipt_told=True, promised=date.day if date else "")
    elif date and date.day and profile.promised and date.day != profile.promised:
        tellings.append(Telling("requester-due-changed", {"was": profile.promised, "due": date.in_full}))
        profile = replace(profile, promised=date.day)
    if profile.receipt_told and date is not None and profile.lead not in (None, profile.responsible):
        tellings.append(_responsible(profile, date))
        profile = replace(profile, responsible=profile.lead, promised=profile.promised or date.day)
    return profile, tuple(tellings)


def _responsible(profile: Profile, date: _Date) -> Telling:
    if profile.responsible is not None:
        return Telling("requester-redispatched", {})
    return Telling("requester-dispatched", {"due": "" if profile.promised else date.in_full})


def _date(profile: Profile, at: datetime) -> _Date | None:
    """The date of the citizen's clock; None until tier and clock agree on one."""
    due = profile.citizen_due
    if due is None or not profile.tier_decided:
        return None
    if breach_by(due) <= at:
        return _Date("", "")
    if profile.citizen_tier is not profile.tier:
        return None
    return _said(due)


@lru_cache(_REMEMBERED)
def _said(due: Due) -> _Date:
    """Each fact of a ticket asks anew, and nearly always about the same moment."""
    day = deadline(remind_by(due))
    if isinstance(due, ProvisionalDue):
        return _Date(day, f"{day}（暂定，以公布的放假安排为准，最迟{deadline(breach_by(due))}）")
    return _Date(day, day)
