"""Guards that ask who acts: the lead, a supporting department, whoever leads at all."""

from __future__ import annotations

from typing import Final

from schemas.inbound import Action
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Refusal
from services.dispatch.core.standing import AtAnEnd

NOT_YOURS: Final = Refusal("not_yours", "该工单不由你单位承办，无法操作；如有疑问请联系热线中心。")


def by_lead(draft: Draft, _action: Action) -> Refusal | None:
    order, department = draft.ticket.led_by, draft.department
    if order is not None and order.lead == department:
        return None
    if department in draft.ticket.tasks and department not in draft.ticket.shunned:
        return Refusal("not_lead", "你单位是协办单位，此操作由牵头单位进行；协办可以记录进展、报协办完成。")
    return NOT_YOURS


def by_watched(draft: Draft, action: Action) -> Refusal | None:
    """The lead; of a ticket that ended, whoever led it last: what the city heard of it is theirs to review."""
    order = draft.ticket.order
    at_an_end = isinstance(draft.ticket.standing, AtAnEnd)
    return None if at_an_end and order is not None and order.lead == draft.department else by_lead(draft, action)


def by_participant(draft: Draft, action: Action) -> Refusal | None:
    return None if draft.department in draft.ticket.tasks else by_lead(draft, action)


def led(draft: Draft, _action: Action) -> Refusal | None:
    if draft.ticket.led_by:
        return None
    return Refusal("nobody_leads", "该工单尚未派单，没有可以督办的单位。")
