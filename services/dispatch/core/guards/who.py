"""Who acts: the lead, a supporting department, a person with a role."""

from __future__ import annotations

from typing import Final

from schemas import inbound as i
from schemas.tickets import ActionReceived
from schemas.values import Channel
from services.dispatch.core.draft import Draft, Refusal
from services.dispatch.core.regions import support

_NOT_YOURS: Final = ("not_yours", "该工单不由你单位承办，无法操作；如有疑问请联系热线中心。")


def by_lead(draft: Draft, received: ActionReceived, _action: i.Action) -> Refusal:
    order, department = draft.ticket.led_by, received.party.department
    if order is not None and order.lead == department:
        return None
    if department in draft.ticket.tasks and department not in draft.ticket.shunned:
        return "not_lead", "你单位是协办单位，此操作由牵头单位进行；协办可以记录进展、报协办完成。"
    return _NOT_YOURS


def by_participant(draft: Draft, received: ActionReceived, action: i.Action) -> Refusal:
    return None if received.party.department in draft.ticket.tasks else by_lead(draft, received, action)


def by_supporter(draft: Draft, received: ActionReceived, action: i.Action) -> Refusal:
    task = draft.ticket.tasks.get(received.party.department or "")
    if isinstance(task, support.Doing):
        return None
    if task is None and by_lead(draft, received, action) is not None:
        return _NOT_YOURS
    return "no_open_task", "你单位在该工单上没有未完成的协办事项。"


_CHANNELS: Final = {Channel.HOTLINE: "12345热线", Channel.WECHAT: "微信", Channel.SURVEY: "大调研"}


def its_channel(draft: Draft, received: ActionReceived, _action: i.Withdraw) -> Refusal:
    """A number is no secret: only the channel that knows the requester takes the matter back for him."""
    channel = draft.ticket.matter.channel
    if i.CHANNEL_OF.get(received.party.kind) is channel:
        return None
    return "another_channel", f"该工单由{_CHANNELS[channel]}登记，请诉求人通过该渠道撤诉。"


def led(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    return None if draft.ticket.led_by else ("nobody_leads", "该工单尚未派单，没有可以督办的单位。")
