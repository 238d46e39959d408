"""Guards that ask who acts: the lead, a supporting department, whoever leads at all."""

from __future__ import annotations

from typing import Final

from schemas.inbound import (
    CHANNEL_OF,
    Action,
    AnswerCallback,
    CallbackAction,
    DepartmentAction,
    FollowUp,
    FromRequester,
    ProvideInfo,
    Withdraw,
)
from schemas.tickets import ActionReceived
from schemas.values import Party, PartyKind, Verified
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Refusal, state_guard
from services.dispatch.core.standing import AtAnEnd, Split

NOT_YOURS: Final = Refusal("not_yours", "没有由你单位承办的这一工单，请核对编号；如有疑问请联系热线中心。")
NOT_WAITED_FOR: Final = Refusal(
    "not_yours", "没有正在等候回访的这一工单：编号有误，或者已不必回访。请核对编号，以最新的回访任务为准。"
)
"""What departments and the callback agency are told of a ticket that is not theirs, and of one that is not there."""


@state_guard
def by_lead(draft: Draft) -> Refusal | None:
    order, department = draft.ticket.led_by, draft.department
    if department in draft.ticket.shunned:
        return NOT_YOURS
    if order is not None and order.lead == department:
        return None
    if department in draft.ticket.tasks:
        return Refusal("not_lead", "你单位是协办单位，此操作由牵头单位进行；协办可以记录进展、报协办完成。")
    return NOT_YOURS


@state_guard
def by_watched(draft: Draft) -> Refusal | None:
    """The lead acts; after the end or a split, whoever led last, for the city's review is theirs to answer."""
    order = draft.ticket.order
    at_an_end = isinstance(draft.ticket.standing, AtAnEnd | Split)
    return None if at_an_end and order is not None and order.lead == draft.department else by_lead(draft)


@state_guard
def by_participant(draft: Draft) -> Refusal | None:
    return None if draft.department in draft.ticket.tasks else by_lead(draft)


def led(draft: Draft, _action: Action) -> Refusal | None:
    if draft.ticket.led_by:
        return None
    return Refusal("nobody_leads", "该工单尚未派单，没有可以督办的单位。")


_WITH_AGENTS: Final = frozenset({PartyKind.HOTLINE, PartyKind.SURVEY})
"""The channels on which a person speaks for the requester; on any other the contact alone tells who it is."""


AGENT_MISSING: Final = Refusal("agent_missing", "请写明是哪位话务员（调研干部）办理的，并核实来电人就是诉求人。")


def agent_named(draft: Draft, action: FromRequester) -> Refusal | None:
    """Where a person speaks for the requester, that person is named."""
    if action.agent is not None or not draft.rules.asks_who or not _has_agents(draft.by.party):
        return None
    return AGENT_MISSING


def by_its_channel(draft: Draft, action: FromRequester) -> Refusal | None:
    """A channel answers and takes back for the requesters that came by it; the hotline answers for whoever calls.

    A citizen's own page is every channel's: the receipt and the number that open it came by the ticket's.

    What it says of others' tickets is told like what is said of no ticket at all, whosever number came along.
    """
    party = draft.by.party
    match action:
        case FollowUp():
            return None
        case _ if party is not None and party.kind is PartyKind.CITIZEN:
            return None
        case ProvideInfo() if not draft.rules.asks_who or (party is not None and party.kind is PartyKind.HOTLINE):
            return None
        case _ if party is not None and CHANNEL_OF.get(party.kind) is draft.ticket.matter.channel:
            return None
        case _:
            return not_verified(party)


def by_requester(draft: Draft, action: FromRequester) -> Refusal | None:
    """The requester speaks: the contact that came along is theirs, or a named agent verified it in another way."""
    if verified_as(draft, action) is not None or not draft.rules.asks_who:
        return None
    return not_verified(draft.by.party)


def not_verified(party: Party | None) -> Refusal:
    """Refuse whoever may not be the requester, in the same words whether or not there is such a ticket."""
    if _has_agents(party):
        then = "请核对编号，回拨登记的号码，或者核对登记信息，写明话务员和核实方式后再办理；来电人不是诉求人的，"
    else:
        then = "请核对编号，用登记时的渠道、账号或者号码提交，或者致电12345核实后办理；"
    return Refusal("not_verified", f"没有编号、登记渠道和联系方式都相符的工单。{then}有新情况请补充说明或者另行登记。")


def verified_as(draft: Draft, action: FromRequester) -> Verified | None:
    """How it was made sure that the requester speaks; None where it was not."""
    if draft.matched:
        return Verified.NUMBER_MATCHED
    named = action.agent is not None and _has_agents(draft.by.party)
    return action.verified if named and action.verified is not Verified.NUMBER_MATCHED else None


def of_nothing(received: ActionReceived) -> Refusal:
    """Refuse an act on a ticket that does not exist, in the words for one that belongs to others."""
    match received.action:
        case DepartmentAction():
            return NOT_YOURS
        case CallbackAction():
            return NOT_WAITED_FOR
        case AnswerCallback():
            return not_verified(received.party)
        case ProvideInfo() | Withdraw() as action:
            nobody = action.agent is None and _has_agents(received.party)
            return AGENT_MISSING if nobody else not_verified(received.party)
        case _:
            return unknown(received.ticket)


def unknown(ticket: str) -> Refusal:
    """Say that there is no such ticket."""
    return Refusal("unknown_ticket", f"没有编号为{ticket}的工单。")


def _has_agents(party: Party | None) -> bool:
    return party is not None and party.kind in _WITH_AGENTS
