"""What a requester, through a channel, and the callback agency do to a ticket. Guards have held before."""

from __future__ import annotations

from typing import NamedTuple

from schemas import dispatch as d
from schemas import inbound as i
from schemas.inbound import CHANNEL_OF
from schemas.tickets import ActionReceived
from schemas.values import Channel, TicketState
from services.dispatch.core import closing, opening, oversight
from services.dispatch.core import standing as s
from services.dispatch.core.draft import BY_POLICY, Draft


class Contact(NamedTuple):
    """What came in about a ticket that exists: it presses, or adds something."""

    receipt: str
    channel: Channel
    mode: str
    text: str


def follow_up(draft: Draft, action: i.FollowUp, received: ActionReceived) -> None:
    counted(draft, Contact(received.receipt, _channel(draft, received), action.mode, action.text))


def counted(draft: Draft, contact: Contact) -> None:
    """Count a contact and keep what it says; every so many presses nudge whoever holds the ticket."""
    draft.say(d.FollowUpAdded, **contact._asdict(), count=draft.ticket.follow_ups + 1)
    presses, step = draft.ticket.presses, draft.rules.policy.ladder.follow_ups_that_nudge
    held_by_others = isinstance(draft.ticket.standing, s.Merged | s.Split)
    if contact.mode == "press" and not held_by_others and presses % step == 0:
        oversight.press(draft, f"诉求人已催办{presses}次。", BY_POLICY)


def _channel(draft: Draft, received: ActionReceived) -> Channel:
    return CHANNEL_OF.get(received.party.kind, draft.ticket.matter.channel)


def provide_info(draft: Draft, action: i.ProvideInfo, received: ActionReceived) -> None:
    if not isinstance(draft.ticket.standing, s.NeedsInfo):
        counted(draft, Contact(received.receipt, _channel(draft, received), "add", action.text))
        return
    draft.say(d.InfoProvided, text=action.text)
    if draft.ticket.state is TicketState.PENDING_DISPATCH:
        opening.to_centre(draft)


def withdraw(draft: Draft, action: i.Withdraw) -> None:
    closing.tidy(draft)
    draft.say(d.Withdrawn, reason=action.reason)


def note_unreached(draft: Draft, _action: i.NoteUnreached) -> None:
    closing.unreached(draft)


def appoint_callback(draft: Draft, action: i.AppointCallback) -> None:
    draft.say(d.CallbackAppointed, at=action.at)


def record_callback(draft: Draft, action: i.RecordCallback) -> None:
    closing.called_back(draft, action)
