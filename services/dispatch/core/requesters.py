"""What a requester, through a channel, and the callback agency do to a ticket. Guards have held before."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas.tickets import ActionReceived
from schemas.values import Channel, PartyKind, TicketState
from services.dispatch.core import closing, opening, oversight
from services.dispatch.core import standing as s
from services.dispatch.core.draft import BY_POLICY, Draft


def follow_up(draft: Draft, action: i.FollowUp, received: ActionReceived) -> None:
    added(draft, received, action.mode, action.text)
    presses, step = draft.ticket.presses, draft.rules.policy.ladder.follow_ups_that_nudge
    living = not isinstance(draft.ticket.standing, s.Merged | s.Split)
    if action.mode == "press" and living and presses % step == 0:
        oversight.press(draft, f"诉求人已催办{presses}次。", BY_POLICY)


def added(draft: Draft, received: ActionReceived, mode: str, text: str) -> None:
    """Count a contact about the ticket, and keep what it says."""
    draft.say(
        d.FollowUpAdded,
        receipt=received.receipt,
        channel=_channel(draft, received),
        mode=mode,
        text=text,
        count=draft.ticket.follow_ups + 1,
    )


def _channel(draft: Draft, received: ActionReceived) -> Channel:
    kinds = {PartyKind.HOTLINE: Channel.HOTLINE, PartyKind.SURVEY: Channel.SURVEY, PartyKind.WECHAT: Channel.WECHAT}
    return kinds.get(received.party.kind, draft.ticket.matter.channel)


def provide_info(draft: Draft, action: i.ProvideInfo, received: ActionReceived) -> None:
    if not isinstance(draft.ticket.standing, s.NeedsInfo):
        added(draft, received, "add", action.text)
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
