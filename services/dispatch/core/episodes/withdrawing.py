"""The requester takes the matter back (撤诉): at once, or once a person of the centre has confirmed it.

What is overdue or supervised does not disappear on a telephone call, nor does a cry for help: somebody of the centre
looks at it first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import SAME, Episode, Refusal
from services.dispatch.core.episodes.closing import Ending, ended, tell_of_end, tidy
from services.dispatch.core.episodes.follow_ups import channel_of
from services.dispatch.core.episodes.stop_words import is_for_a_person, is_withheld
from services.dispatch.core.episodes.supervision import watched
from services.dispatch.core.guards import is_late
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import NoWish, WithdrawalWanted
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import agent_named, by_its_channel, by_requester, verified_as

episode = Episode("withdrawing")


# --- asked for -------------------------------------------------------------------------------------------------------


def not_asked_already(draft: Draft, _action: i.Withdraw) -> Refusal | None:
    if isinstance(draft.ticket.wish, WithdrawalWanted):
        return Refusal("already_asked", "该工单的撤诉正在等候热线中心确认，结果会告知诉求人，不必再提。")
    return None


@episode.action(
    i.Withdraw, s.OPEN, agent_named, by_its_channel, by_requester, not_asked_already, to={SAME, S.WITHDRAWN}
)
def withdraw(draft: Draft, action: i.Withdraw) -> None:
    verified = verified_as(draft, action)
    if _must_be_confirmed(draft):
        channel = channel_of(draft)
        draft.say(d.WithdrawalAsked(**draft.by_author, reason=action.reason, channel=channel, verified=verified))
        return
    tidy(draft, d.TaskEnd.TICKET_WITHDRAWN)
    withheld = is_withheld(draft.rules, action.reason)
    draft.say(d.Withdrawn(**draft.by_author, reason=action.reason, verified=verified, withheld=withheld))


def _must_be_confirmed(draft: Draft) -> bool:
    """Whether something is overdue or supervised, or was so at any time, or speaks of what no machine may answer."""
    late = is_late(draft) or watched(draft.ticket) or draft.ticket.supervision.orders > 0
    return late or is_for_a_person(draft)


@episode.fact(d.WithdrawalAsked)
def _asked(ticket: Ticket, fact: d.WithdrawalAsked, _at: datetime) -> Ticket:
    return replace(ticket, wish=WithdrawalWanted(text=fact.reason, verified=fact.verified, taken_by=fact.by.person))


# --- confirmed, or not -----------------------------------------------------------------------------------------------


def withdrawal_wanted(draft: Draft, _action: i.ConfirmWithdrawal | i.DeclineWithdrawal) -> Refusal | None:
    if isinstance(draft.ticket.wish, WithdrawalWanted):
        return None
    return Refusal("nothing_asked", "该工单没有待确认的撤诉；诉求人要撤诉的，请话务员核实后提出。")


@episode.action(i.ConfirmWithdrawal, s.OPEN, withdrawal_wanted, to={S.WITHDRAWN})
def confirm_withdrawal(draft: Draft, action: i.ConfirmWithdrawal) -> None:
    wish = draft.ticket.wish
    if isinstance(wish, WithdrawalWanted):
        tidy(draft, d.TaskEnd.TICKET_WITHDRAWN)
        withdrawn = d.Withdrawn(
            **draft.by_author,
            reason=wish.text,
            verified=wish.verified,
            confirmed=True,
            taken_by=wish.taken_by,
            note=action.note,
            withheld=is_withheld(draft.rules, wish.text),
        )
        draft.say(withdrawn)


@episode.action(i.DeclineWithdrawal, s.OPEN, withdrawal_wanted)
def decline_withdrawal(draft: Draft, action: i.DeclineWithdrawal) -> None:
    draft.say(d.WithdrawalDeclined(**draft.by_author, reason=action.reason))


@episode.fact(d.WithdrawalDeclined)
def _declined(ticket: Ticket, _fact: d.WithdrawalDeclined, _at: datetime) -> Ticket:
    return replace(ticket, wish=NoWish())


# --- withdrawn -------------------------------------------------------------------------------------------------------


def _withdrawal_for_others(ticket: Ticket, fact: d.Withdrawn) -> Iterator[r.TicketRequest]:
    return tell_of_end(ticket, fact.by, Ending("withdrawn", reason=fact.reason))


@episode.fact(d.Withdrawn, heard_by=participants, asks=_withdrawal_for_others)
def _withdrawn(ticket: Ticket, _fact: d.Withdrawn, at: datetime) -> Ticket:
    return ended(ticket, s.Withdrawn(since=at))
