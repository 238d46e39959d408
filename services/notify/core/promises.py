"""What a requester is told of a ticket's number, date and department: once, and again when it has become another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from chassis.frozen import replace
from schemas.promise import PROMISING, is_over, promised
from schemas.values import Clock, Due
from services.notify.core.dates import Date, dated
from services.notify.core.profile import Profile

_OVER: Final = Date("", "")
"""A date that has gone by is promised to nobody."""


class Telling(NamedTuple):
    """A message to the requester, and what only this occasion knows."""

    template: str
    values: Mapping[str, str]


class Now(NamedTuple):
    """What has just become known, as far as promises depend on it.

    `rests`: the ticket waits for somebody who has still to decide on its tier, so that the receipt waits no longer for
    the date, and names the `longest` time that it can take. `spoken`: something else is to be told, and before the
    receipt the requester hears of nothing. `extended` says in words why time was granted just now, `breached` which
    clock ran out.
    """

    at: datetime
    rests: bool = False
    spoken: bool = False
    longest: str = ""
    extended: str | None = None
    breached: Clock | None = None


def tell_requester(profile: Profile, now: Now) -> tuple[Profile, tuple[Telling, ...]]:
    """What the requester is told first of all, in order, and the profile after it."""
    date = promise(profile, now.at)
    waits_no_longer = date is not None or now.spoken or (now.rests and not profile.tier_decided)
    tellings: list[Telling] = []
    if waits_no_longer and not profile.receipt_told and profile.receipt is not None:
        tellings.append(Telling("requester-receipt", _bound(profile, date, now)))
        profile = _promised(replace(profile, receipt_told=True), date or _OVER)
    elif profile.promised and now.breached in PROMISING and date == _OVER and not profile.confidential:
        profile, told = _passed(profile, now.at)
        tellings.append(told)
    elif date and date.day and (news := _news(profile, date, now)) is not None:
        tellings.append(news)
        profile = _promised(profile, date)
    if profile.receipt_told and date is not None and profile.lead not in (None, profile.responsible):
        tellings.append(_responsible(profile, date))
        profile = replace(profile, responsible=profile.lead)
        profile = profile if profile.promised else _promised(profile, date)
    return profile, tuple(tellings)


def promise(profile: Profile, at: datetime) -> Date | None:
    """The date that is promised at a moment; None until it is known, and while nobody can say when."""
    by = promised_by(profile)
    if profile.suspended or (by is Clock.CITIZEN and not _tier_agrees(profile, at)):
        return None
    holds = profile.lead is not None and profile.lead == profile.handler
    due = promised(by, profile.citizen_due, profile.due_of(by) if holds else None)
    return None if due is None else _unless_over(due, at)


def promised_by(profile: Profile) -> Clock:
    """The clock whose date is promised."""
    return profile.promised_by or Clock.CITIZEN


def _tier_agrees(profile: Profile, at: datetime) -> bool:
    """Whether the citizen's clock goes by the tier that was decided; what is over is over by any."""
    due = profile.citizen_due
    if due is None or not profile.tier_decided:
        return False
    return is_over(due, at) or profile.citizen_tier is profile.tier


def _unless_over(due: Due, at: datetime) -> Date:
    return _OVER if is_over(due, at) else dated(due)


def _promised(profile: Profile, date: Date) -> Profile:
    return replace(profile, promised=date.day, tentative=date.tentative, resumed=False)


def _bound(profile: Profile, date: Date | None, now: Now) -> Mapping[str, str]:
    if date is not None:
        return {"due": date.promised}
    return {} if profile.tier_decided else {"longest": now.longest}


def _news(profile: Profile, date: Date, now: Now) -> Telling | None:
    """A date is told again where it has become another one, or is not settled any more."""
    if date.day == profile.promised and (profile.tentative or not date.tentative):
        return None
    if now.extended is not None:
        return Telling("requester-extended", {"due": date.promised, "ground": now.extended})
    if profile.resumed:
        return Telling("requester-resumed", {"due": date.promised})
    return Telling("requester-due-changed", {"due": date.promised}) if profile.promised else None


def _passed(profile: Profile, at: datetime) -> tuple[Profile, Telling]:
    """The promised date went by: said once, with the department's own date where there is one ahead."""
    gone = profile.promised
    after = replace(profile, promised_by=Clock.HANDLING) if promised_by(profile) is Clock.CITIZEN else profile
    date = promise(after, at) or _OVER
    return _promised(after, date), Telling("requester-overdue", {"was": gone, "due": date.promised})


def _responsible(profile: Profile, date: Date) -> Telling:
    due = {"due": "" if profile.promised else date.promised}
    return Telling("requester-redispatched" if profile.responsible is not None else "requester-dispatched", due)
