"""A ticket that ended comes back inside its window (申请重启), or comes to rest when the window lapses (归档).

Its requester's wish waits for the desk, which reopens it or says why not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, assert_never

from chassis.frozen import replace
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.message import Message
from schemas.values import Clock, DepartmentCode
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal
from services.dispatch.core.episodes.closing import tell_of_reopening
from services.dispatch.core.episodes.dispatching import to_centre
from services.dispatch.core.episodes.follow_ups import FollowUpContact, contact_of, passed_on, taken_or_part
from services.dispatch.core.episodes.sending import send
from services.dispatch.core.episodes.stop_words import heed, is_withheld
from services.dispatch.core.episodes.support import supporters_of
from services.dispatch.core.episodes.urgency import back_at_work
from services.dispatch.core.hearing import hear, speaks_of_misconduct
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import with_word
from services.dispatch.core.regions import NotDue, NoWish, ReopeningWanted, WithdrawalWanted
from services.dispatch.core.rules import Led
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import by_its_channel, by_requester, not_verified
from vocabulary import CLOCKS

episode = Episode("reopening")

_OVER: Final = Refusal("reopen_window_closed", f"{CLOCKS[Clock.REOPEN_WINDOW]}已过，请另行登记。")
_LIMITED: Final = s.REOPENABLE - {S.CLOSED}
"""The ends of which only the moment tells whether the window is open still."""
_BACK: Final = frozenset({S.IN_PROGRESS, S.DISPATCHED, S.PENDING_DISPATCH})


# --- wished for ------------------------------------------------------------------------------------------------------


def in_window(draft: Draft, _message: Message) -> Refusal | None:
    """The window is open, or was so when the requester asked."""
    ticket, standing = draft.ticket, draft.ticket.standing
    if isinstance(ticket.wish, ReopeningWanted) or draft.in_time:
        return None
    match standing:
        case s.NotAccepted() | s.Withdrawn() | s.Transferred():
            return None if draft.at <= standing.since + draft.rules.reopen_span else _OVER
        case s.Archived():
            return None if draft.at <= standing.since else _OVER
        case _:
            return None


@episode.action(i.FollowUp, {S.CLOSED}, by_requester)
@episode.action(i.FollowUp, _LIMITED, by_requester, in_window)
def ask_reopening(draft: Draft, action: i.FollowUp) -> None:
    want_reopened(draft, contact_of(draft, action, action.mode))


@episode.action(i.ProvideInfo, {S.CLOSED}, by_its_channel, by_requester)
@episode.action(i.ProvideInfo, _LIMITED, by_its_channel, by_requester, in_window)
def add_too_late(draft: Draft, action: i.ProvideInfo) -> None:
    """What was asked for comes when it has ended."""
    want_reopened(draft, contact_of(draft, action, "add"))


@episode.request(r.PassOnFollowUp, s.REOPENABLE, taken_or_part)
def pass_on_late_follow_up(draft: Draft, request: r.PassOnFollowUp) -> None:
    """A contact about a ticket that was merged into this one: its author hears why it does not count here."""
    contact, party = passed_on(request), request.by.party
    refused = in_window(draft, request) if contact.verified is not None else not_verified(party)
    if refused is None:
        want_reopened(draft, contact)
    elif party is not None:
        said = d.ActionRefused(
            **draft.by_policy,
            receipt=request.receipt,
            party=party,
            action="follow_up",
            code=refused.code,
            reason=refused.reason,
        )
        draft.say(said)
        heed(draft, hear(draft.rules, contact.text))


def want_reopened(draft: Draft, contact: FollowUpContact) -> None:
    """Let the desk decide; what the requester says is heeded as on any other day."""
    heard = hear(draft.rules, contact.text)
    asked = d.ReopeningAsked(
        **draft.by_author,
        receipt=contact.receipt,
        channel=contact.channel,
        text=contact.text,
        count=_asked_before(draft.ticket.wish) + 1,
        verified=contact.verified,
        withheld=speaks_of_misconduct(heard.found) or None,
    )
    draft.say(asked)
    heed(draft, heard)


def _asked_before(wish: NoWish | WithdrawalWanted | ReopeningWanted) -> int:
    """How often the requester asked since the ticket ended, whether that waits still or was declined."""
    match wish:
        case ReopeningWanted():
            return wish.count
        case NoWish():
            return wish.asked
        case WithdrawalWanted():
            return 0
        case _:
            assert_never(wish)


@episode.fact(d.ReopeningAsked)
def _asked(ticket: Ticket, fact: d.ReopeningAsked, at: datetime) -> Ticket:
    after = replace(ticket, wish=ReopeningWanted(text=fact.text, count=fact.count))
    return after if fact.withheld else with_word(after, "add", fact.text, at, unverified=fact.verified is None)


def reopening_wanted(draft: Draft, _action: i.DeclineReopening) -> Refusal | None:
    if isinstance(draft.ticket.wish, ReopeningWanted):
        return None
    return Refusal("nothing_asked", "诉求人没有就该工单申请重启，无须答复。")


@episode.action(i.DeclineReopening, s.REOPENABLE, reopening_wanted)
def decline_reopening(draft: Draft, action: i.DeclineReopening) -> None:
    draft.say(d.ReopeningDeclined(**draft.by_author, reason=action.reason))


@episode.fact(d.ReopeningDeclined)
def _declined(ticket: Ticket, _fact: d.ReopeningDeclined, _at: datetime) -> Ticket:
    return replace(ticket, wish=NoWish(asked=_asked_before(ticket.wish)))


# --- reopened --------------------------------------------------------------------------------------------------------


def nobody_split_it(draft: Draft, _action: i.Reopen) -> Refusal | None:
    """What was split is worked on in its parts, before the end and after it."""
    parts = draft.ticket.parts
    if not parts:
        return None
    reason = f"该工单已拆单，请对没有办好的分单（{'、'.join(sorted(parts))}）重启办理，本工单随之重启。"
    return Refusal("reopen_a_part", reason)


@episode.action(i.Reopen, {S.CLOSED}, nobody_split_it, to=_BACK)
@episode.action(i.Reopen, _LIMITED, nobody_split_it, in_window, to=_BACK)
def reopen(draft: Draft, action: i.Reopen) -> None:
    before = draft.ticket.order
    reopened = d.Reopened(
        **draft.by_author,
        reason=action.reason,
        count=draft.ticket.reopened + 1,
        withheld=is_withheld(draft.rules, action.reason),
    )
    draft.say(reopened)
    if before is not None and _leads_again(draft, before.lead):
        send(draft, before.lead, supporters_of(before), reason="reopened", binding=True, by=draft.by)
    else:
        to_centre(draft)


def _leads_again(draft: Draft, lead: DepartmentCode) -> bool:
    """Whoever led it last, unless it accuses them, or what was corrected since makes it somebody else's."""
    ticket = draft.ticket
    if lead in ticket.shunned or not ticket.moved:
        return lead not in ticket.shunned
    found = draft.rules.lead_for(ticket.matter, ticket.shunned | frozenset(ticket.refused_by))
    return isinstance(found, Led) and found.lead == lead


def _reopening_for_others(ticket: Ticket, fact: d.Reopened) -> Iterator[r.TicketRequest]:
    return tell_of_reopening(ticket, fact.by)


@episode.fact(d.Reopened, heard_by=participants, asks=_reopening_for_others)
def _reopened(ticket: Ticket, fact: d.Reopened, _at: datetime) -> Ticket:
    return replace(
        back_at_work(ticket),
        reopened=fact.count,
        failures=0,
        standing=s.PendingDispatch(reason="reopened"),
        ruling=None,
        awaits_ruling=False,
        reply=None,
        refused_by=(),
        contact=NotDue(),
        wish=NoWish(),
    )


# --- at rest ---------------------------------------------------------------------------------------------------------


@episode.clock("reopen_window_lapsed", c.ClockLapsed, {S.CLOSED}, to={S.ARCHIVED})
def reopen_window_lapsed(draft: Draft, _fact: c.ClockLapsed) -> None:
    draft.say(d.Archived(**draft.by_author))


@episode.fact(d.Archived)
def _archived(ticket: Ticket, _fact: d.Archived, at: datetime) -> Ticket:
    return replace(ticket, standing=s.Archived(since=at))
