"""A matter is for others (转介): 110, 119, 120, another district or the city; what was said to them is written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.referral import Referral
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal
from services.dispatch.core.episodes.closing import Ending, ended, tell_of_end, tidy
from services.dispatch.core.guards import from_city
from services.dispatch.core.holder import participants
from services.dispatch.core.ticket import Ticket
from vocabulary import label
from worktime import moment_in_words

episode = Episode("referral")

_CITY: Final = "city"


# --- referred --------------------------------------------------------------------------------------------------------


def outside_known(draft: Draft, action: i.TransferOut) -> Refusal | None:
    if draft.rules.policy.is_outside(action.to):
        return None
    names = "、".join(f"{each.name}（{each.code}，{each.takes}）" for each in draft.rules.policy.outside)
    return Refusal("unknown_body", f"不能转至{action.to}，可以转至：{names}。")


def from_city_to_city(draft: Draft, action: i.TransferOut) -> Refusal | None:
    """To the city goes what came from it, and what the catalogue says is the city's."""
    if action.to != _CITY or draft.rules.referral(draft.ticket.matter) == _CITY:
        return None
    return from_city(draft, action)


def spoken_by_now(draft: Draft, action: i.TransferOut | i.RecordReferral) -> Refusal | None:
    """What is written down was said before."""
    at = action.record.spoken_at if action.record is not None else None
    if at is None or at <= draft.at:
        return None
    said = f"{label('record.spoken_at')}是{moment_in_words(at)}，还没有到，请核对时间。"
    return Refusal("referred_in_the_future", said)


@episode.action(
    i.TransferOut,
    s.BEFORE | s.WITH_LEAD | s.DISPUTED | {S.NEEDS_INFO},
    outside_known,
    from_city_to_city,
    spoken_by_now,
    to={S.TRANSFERRED},
)
def transfer_out(draft: Draft, action: i.TransferOut) -> None:
    tidy(draft, d.TaskEnd.TICKET_TRANSFERRED)
    draft.say(d.Transferred(**draft.by_author, to=action.to, reason=action.reason, record=action.record))


def _transfer_for_others(ticket: Ticket, fact: d.Transferred) -> Iterator[r.TicketRequest]:
    return tell_of_end(ticket, fact.by, Ending("transferred", reason=fact.reason, to=fact.to))


@episode.fact(d.Transferred, heard_by=participants, asks=_transfer_for_others)
def _transferred(ticket: Ticket, fact: d.Transferred, at: datetime) -> Ticket:
    return ended(ticket, s.Transferred(since=at, to=fact.to, record=fact.record or Referral()))


# --- written down ----------------------------------------------------------------------------------------------------


def something_new(draft: Draft, action: i.RecordReferral) -> Refusal | None:
    """Each thing is written down once: what stands is not written over."""
    standing = draft.ticket.standing
    if not isinstance(standing, s.Transferred):
        return None
    missing = "、".join(label(f"record.{name}") for name in standing.record.missing)
    twice = [
        name
        for name in type(action.record).model_fields
        if name not in (*standing.record.missing, *action.record.missing)
    ]
    if twice:
        names = "、".join(label(f"record.{name}") for name in twice)
        return Refusal(
            "recorded_already", f"{names}已经记录，不能再改。{f'还可以补记：{missing}。' if missing else ''}"
        )
    if action.record == Referral():
        return Refusal("nothing_recorded", f"没有写明补记什么，还可以补记：{missing}。")
    return None


@episode.action(i.RecordReferral, {S.TRANSFERRED}, spoken_by_now, something_new)
def record_referral(draft: Draft, action: i.RecordReferral) -> None:
    standing = draft.ticket.standing
    if isinstance(standing, s.Transferred):
        complete: Literal[True] | None = None if standing.record.with_more(action.record).missing else True
        draft.say(d.ReferralRecorded(**draft.by_author, to=standing.to, record=action.record, complete=complete))


@episode.fact(d.ReferralRecorded)
def _recorded(ticket: Ticket, fact: d.ReferralRecorded, _at: datetime) -> Ticket:
    standing = ticket.standing
    if not isinstance(standing, s.Transferred):
        return ticket
    return replace(ticket, standing=replace(standing, record=standing.record.with_more(fact.record)))
