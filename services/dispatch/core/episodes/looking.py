"""Looking at a contact (查看联系方式) is an act with a reason; a confidential one anybody sees once it is approved."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from rulebook.codes import Role
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal, state_guard
from services.dispatch.core.episodes.first_contact import requester_reachable
from services.dispatch.core.guards import ground_named, named
from services.dispatch.core.sealing import asks, is_confidential
from services.dispatch.core.standing import DISPUTED, OPEN, WAITING, WITH_LEAD
from services.dispatch.core.ticket import DESK_LOOKS, Ticket
from services.dispatch.core.who import by_lead

episode = Episode("looking")

Looking = i.LookAtContact | i.AskForContact
_ENDED: Final = frozenset(S) - {S.REGISTERED} - OPEN


# --- why, and how often ----------------------------------------------------------------------------------------------


def says_why(draft: Draft, action: Looking) -> Refusal | None:
    """A ground of the policy, and words of one's own: a reason that fits any look is none."""
    grounds, least = draft.rules.policy.grounds.looking, draft.rules.policy.limits.looking.words_at_least
    refused = ground_named(draft, grounds, action.ground, "查看联系方式")
    if refused is not None or not draft.rules.asks_who or sum(map(str.isalnum, action.reason)) >= least:
        return refused
    return Refusal("reason_too_short", f"理由至少{least}个字（标点不算），请写明为何要看这一件的联系方式。")


def looked_too_often(draft: Draft) -> str | None:
    """What is asked of an approver once a person has seen as many contacts within the hour as policy lets them."""
    most, seen = draft.rules.policy.limits.looking.per_hour, draft.rules.looks.get(draft.receipt, 0)
    return f"一小时内已查看{seen}件联系方式（上限{most}件），申请再看" if seen >= most else None


def not_too_often(draft: Draft, _action: i.LookAtContact) -> Refusal | None:
    """Of what has ended nobody approves anything: who has looked too often waits, or lets an approver look."""
    if looked_too_often(draft) is None:
        return None
    most, who = draft.rules.policy.limits.looking.per_hour, draft.rules.policy.with_role(Role.APPROVER, draft.at)
    return Refusal(
        "looked_too_often", f"一小时内已查看{most}件联系方式，达到上限。请一小时后再看；急需的请由{named(who)}查看。"
    )


# --- the centre looks ------------------------------------------------------------------------------------------------


def looks_closely(draft: Draft, action: i.LookAtContact) -> str | None:
    """What is confidential is shown to nobody by one hand, however urgent it is; the rest until it is too much."""
    often = looked_too_often(draft)
    what = "申请查看保密诉求人的联系方式" if is_confidential(draft.ticket) else None
    asked = "；".join(each for each in (what, often) if each)
    return f"{asked}：{action.reason}" if asked else None


def approver_looks(draft: Draft, action: i.LookAtContact) -> Refusal | None:
    """Of what has ended nobody approves anything: what is confidential there only an approver sees."""
    approvers = draft.rules.policy.with_role(Role.APPROVER, draft.at)
    known = {each.id for each in approvers}
    if not draft.rules.asks_who or not is_confidential(draft.ticket) or action.by.id in known:
        return None
    return Refusal(
        "approver_looks", f"保密工单已经了结，不再报批；确须查看联系方式的，请向{named(approvers)}说明理由，由其查看。"
    )


@episode.action(i.LookAtContact, OPEN, says_why, approved=looks_closely)
@episode.action(i.LookAtContact, _ENDED, says_why, approver_looks, not_too_often)
def look_at_contact(draft: Draft, action: i.LookAtContact) -> None:
    shown = d.ContactShown(
        **draft.by_author,
        receipt=draft.receipt,
        approver=draft.approver,
        ground=action.ground,
        reason=action.reason,
    )
    draft.say(shown)


# --- a department asks -----------------------------------------------------------------------------------------------


@state_guard
def not_in_orders(draft: Draft) -> Refusal | None:
    lead = draft.rules.policy.department(draft.lead)
    if is_confidential(draft.ticket) or (lead is not None and asks(lead)):
        return None
    return Refusal("not_confidential", "该工单不保密，联系方式就在派单内容里，无须申请。")


def opens_contact(draft: Draft, action: i.AskForContact) -> str | None:
    """What is not confidential is shown at once: that the lead looked, and why, stands in the trace."""
    if is_confidential(draft.ticket):
        return f"{draft.rules.name(draft.lead)}申请查看保密诉求人的联系方式：{action.reason}"
    often = looked_too_often(draft)
    return f"{draft.rules.name(draft.lead)}的{action.by.name}{often}：{action.reason}" if often else None


@episode.action(
    i.AskForContact,
    WITH_LEAD | DISPUTED | WAITING | {S.HANDLED},
    by_lead,
    not_in_orders,
    requester_reachable,
    says_why,
    approved=opens_contact,
)
def ask_for_contact(draft: Draft, action: i.AskForContact) -> None:
    shown = d.ContactShown(
        **draft.by_author,
        receipt=draft.receipt,
        department=draft.lead,
        approver=draft.approver,
        ground=action.ground,
        reason=action.reason,
    )
    draft.say(shown)


@episode.fact(d.ContactShown)
def _shown(ticket: Ticket, fact: d.ContactShown, _at: datetime) -> Ticket:
    who = fact.department or DESK_LOOKS
    return replace(ticket, shown=tuple(dict.fromkeys((*ticket.shown, who))))
