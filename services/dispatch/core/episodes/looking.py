"""Looking at a contact (查看联系方式) is an act with a reason; a confidential one a department sees once approved."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal
from services.dispatch.core.episodes.first_contact import requester_reachable
from services.dispatch.core.sealing import asks, is_confidential
from services.dispatch.core.standing import DISPUTED, WAITING, WITH_LEAD
from services.dispatch.core.ticket import DESK_LOOKS, Ticket
from services.dispatch.core.who import by_lead

episode = Episode("looking")

_ANY: Final = frozenset(S) - {S.REGISTERED}


@episode.action(i.LookAtContact, _ANY)
def look_at_contact(draft: Draft, action: i.LookAtContact) -> None:
    draft.say(d.ContactShown(**draft.by_author, receipt=draft.receipt, reason=action.reason))


def not_in_orders(draft: Draft, _action: i.AskForContact) -> Refusal | None:
    lead = draft.rules.policy.department(draft.lead)
    if is_confidential(draft.ticket) or (lead is not None and asks(lead)):
        return None
    return Refusal("not_confidential", "该工单不保密，联系方式就在派单内容里，无须申请。")


def opens_contact(draft: Draft, action: i.AskForContact) -> str | None:
    """What is not confidential is shown at once: that the lead looked, and why, stands in the trace."""
    if not is_confidential(draft.ticket):
        return None
    return f"{draft.rules.name(draft.lead)}申请查看保密诉求人的联系方式：{action.reason}"


@episode.action(
    i.AskForContact,
    WITH_LEAD | DISPUTED | WAITING | {S.HANDLED},
    by_lead,
    not_in_orders,
    requester_reachable,
    approved=opens_contact,
)
def ask_for_contact(draft: Draft, action: i.AskForContact) -> None:
    shown = d.ContactShown(
        **draft.by_author,
        receipt=draft.receipt,
        department=draft.lead,
        approver=draft.approver,
        reason=action.reason,
    )
    draft.say(shown)


@episode.fact(d.ContactShown)
def _shown(ticket: Ticket, fact: d.ContactShown, _at: datetime) -> Ticket:
    who = fact.department or DESK_LOOKS
    return replace(ticket, shown=tuple(dict.fromkeys((*ticket.shown, who))))
