"""Forgetting (删除联系方式): of a ticket that is over for good nobody has to be reached any more."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal
from services.dispatch.core.episodes.reopening import in_window
from services.dispatch.core.ticket import Ticket

episode = Episode("forgetting")

_REOPENABLE: Final = s.REOPENABLE - {S.CLOSED}


def not_reopenable(draft: Draft, action: i.ForgetContact) -> Refusal | None:
    if in_window(draft, action) is not None:
        return None
    return Refusal("may_be_reopened", "诉求人还可以申请重启，或者已经申请；请在期限过后再删除联系方式。")


def other_is_over(draft: Draft, _action: i.ForgetContact) -> Refusal | None:
    standing = draft.ticket.standing
    if isinstance(standing, s.Merged) and not standing.ended:
        return Refusal("still_needed", f"所并入的工单 {standing.into} 还在办理，联系方式还要用；请在其归档后再删除。")
    return None


def not_forgotten_yet(draft: Draft, _action: i.ForgetContact) -> Refusal | None:
    return Refusal("forgotten_already", "该工单的联系方式已经删除，无须再删。") if draft.ticket.forgotten else None


@episode.action(i.ForgetContact, {S.ANSWERED}, not_forgotten_yet)
@episode.action(i.ForgetContact, _REOPENABLE, not_reopenable, not_forgotten_yet)
@episode.action(i.ForgetContact, {S.MERGED}, other_is_over, not_forgotten_yet)
def forget_contact(draft: Draft, action: i.ForgetContact) -> None:
    draft.say(d.ContactForgotten(**draft.by_author, reason=action.reason))


@episode.fact(d.ContactForgotten)
def _forgotten(ticket: Ticket, _fact: d.ContactForgotten, _at: datetime) -> Ticket:
    return replace(ticket, forgotten=True, attachments=())
