"""What a requester, through a channel, and the callback agency may ask for."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas.tickets import ActionReceived
from schemas.values import Channel
from services.dispatch.core import closing
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.transitions import WITH_LEAD

Refusal = tuple[str, str] | None


def follow_up(draft: Draft, action: i.FollowUp, received: ActionReceived) -> Refusal:
    ticket = draft.ticket
    draft.say(
        d.FollowUpAdded,
        receipt=received.receipt,
        channel=Channel(received.party.kind.value),
        mode=action.mode,
        text=action.text,
        count=ticket.follow_ups + 1,
    )
    step = draft.rules.policy.ladder.follow_ups_that_nudge
    if action.mode == "press" and draft.ticket.presses % step == 0 and ticket.state in WITH_LEAD and ticket.order:
        reason = f"诉求人已催办{draft.ticket.presses}次。"
        draft.say(d.Nudged, by=BY_POLICY, reason=reason, department=ticket.order.lead)
    return None


def provide_info(draft: Draft, action: i.ProvideInfo) -> Refusal:
    draft.say(d.InfoProvided, text=action.text)
    return None


def withdraw(draft: Draft, action: i.Withdraw) -> Refusal:
    closing.tidy(draft)
    draft.say(d.Withdrawn, reason=action.reason)
    return None


def note_unreached(draft: Draft, _action: i.NoteUnreached) -> Refusal:
    closing.unreached(draft)
    return None


def appoint_callback(draft: Draft, action: i.AppointCallback) -> Refusal:
    if action.at <= draft.at:
        return "appointed_in_the_past", "预约的时间须晚于现在。"
    draft.say(d.CallbackAppointed, at=action.at)
    return None


def record_callback(draft: Draft, action: i.RecordCallback) -> Refusal:
    closing.called_back(draft, action)
    return None
