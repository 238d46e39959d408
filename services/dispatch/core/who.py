"""Guards that ask who acts: the lead, a supporting department, whoever leads at all."""

from __future__ import annotations

from typing import Final

from schemas.inbound import Action, FromRequester
from schemas.values import PartyKind, Verified
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Refusal
from services.dispatch.core.standing import AtAnEnd, Split

NOT_YOURS: Final = Refusal("not_yours", "该工单不由你单位承办，无法操作；如有疑问请联系热线中心。")


def by_lead(draft: Draft, _action: Action) -> Refusal | None:
    order, department = draft.ticket.led_by, draft.department
    if department in draft.ticket.shunned:
        return NOT_YOURS
    if order is not None and order.lead == department:
        return None
    if department in draft.ticket.tasks:
        return Refusal("not_lead", "你单位是协办单位，此操作由牵头单位进行；协办可以记录进展、报协办完成。")
    return NOT_YOURS


def by_watched(draft: Draft, action: Action) -> Refusal | None:
    """The lead; of a ticket that ended, or is back in its parts, whoever led it last: theirs is the city's review."""
    order = draft.ticket.order
    at_an_end = isinstance(draft.ticket.standing, AtAnEnd | Split)
    return None if at_an_end and order is not None and order.lead == draft.department else by_lead(draft, action)


def by_participant(draft: Draft, action: Action) -> Refusal | None:
    return None if draft.department in draft.ticket.tasks else by_lead(draft, action)


def led(draft: Draft, _action: Action) -> Refusal | None:
    if draft.ticket.led_by:
        return None
    return Refusal("nobody_leads", "该工单尚未派单，没有可以督办的单位。")


NOT_VERIFIED: Final = Refusal(
    "not_verified",
    "联系方式与登记的不一致。请用登记时的账号或者号码提交，或者致电12345核实后办理；有新情况请另行登记。",
)
_WITH_AGENTS: Final = frozenset({PartyKind.HOTLINE, PartyKind.SURVEY})
"""The channels on which a person speaks for the requester; on any other the contact alone tells who it is."""


def agent_named(draft: Draft, action: FromRequester) -> Refusal | None:
    """Where a person speaks for the requester, that person is named."""
    if action.agent is not None or not draft.rules.asks_who or not _has_agents(draft):
        return None
    return Refusal("agent_missing", "请写明是哪位话务员（调研干部）办理的，并核实来电人就是诉求人。")


def by_requester(draft: Draft, action: FromRequester) -> Refusal | None:
    """The requester speaks: the contact that came along is theirs, or a named agent verified it in another way."""
    if verified_as(draft, action) is not None or not draft.rules.asks_who:
        return None
    if not _has_agents(draft):
        return NOT_VERIFIED
    reason = "来电号码与登记的不一致，或者没有带上。请回拨登记的号码，或者核对登记信息，写明话务员和核实方式后再办理；"
    return Refusal(NOT_VERIFIED.code, f"{reason}来电人不是诉求人的，有新情况请另行登记。")


def verified_as(draft: Draft, action: FromRequester) -> Verified | None:
    """How it was made sure that the requester speaks; None where it was not."""
    if draft.matched:
        return Verified.NUMBER_MATCHED
    vouched = action.agent is not None and action.verified is not Verified.NUMBER_MATCHED and _has_agents(draft)
    return action.verified if vouched else None


def _has_agents(draft: Draft) -> bool:
    return draft.by.party is not None and draft.by.party.kind in _WITH_AGENTS
