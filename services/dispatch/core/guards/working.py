"""What a department asks for while it works."""

from __future__ import annotations

from typing import Final

from rulebook.codes import GroundFor
from schemas import inbound as i
from schemas.tickets import ActionReceived
from schemas.values import Clock, RequesterKind, breach_by
from services.dispatch.core.draft import Draft, Refusal
from services.dispatch.core.guards.common import extendable_by, legal, within_longest
from services.dispatch.core.regions import commitment, extension, supervision, support, suspension

_HANDLING: Final = frozenset({Clock.HANDLING, Clock.REWORK, Clock.URGENT_FIRST_REPORT})


def requester_reachable(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if draft.ticket.matter.requester_kind is RequesterKind.ANONYMOUS:
        return "anonymous", "诉求人匿名，免先行联系，请直接办理。"
    return None


def no_blocking_task(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    open_at = support.blocking(draft.ticket.tasks)
    if not open_at:
        return None
    names = "、".join(draft.rules.name(code) for code in open_at)
    return "blocking_tasks_open", f"协办单位{names}尚未完成，待其完成后再报办结。"


def extension_free(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    waits = isinstance(draft.ticket.extension, extension.Asked)
    return ("already_asked", "已有延期申请在审批，请等待结果。") if waits else None


def extension_left(draft: Draft, _received: ActionReceived, action: i.RequestExtension) -> Refusal:
    limit = draft.rules.policy.limits.extension
    if draft.ticket.extension.granted >= limit.max_times:
        return "too_many_extensions", f"延期最多{limit.max_times}次，已用完；确需暂停的可申请挂账。"
    return extendable_by(draft, action.spans)


def legal_extension(draft: Draft, _received: ActionReceived, action: i.RequestExtension) -> Refusal:
    return legal(draft, GroundFor.EXTENSION, action.ground, "延期")


def before_due(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    owner = f"department:{draft.lead}"
    dues = [each for each in draft.ticket.dues.values() if each.owner == owner and each.clock in _HANDLING and each.due]
    if dues and all(each.due is not None and draft.at > breach_by(each.due) for each in dues):
        return "asked_too_late", "已过办理时限，延期须在到期前申请。"
    return None


def legal_suspension(draft: Draft, _received: ActionReceived, action: i.RequestSuspension) -> Refusal:
    return legal(draft, GroundFor.SUSPENSION, action.ground, "挂账")


def suspension_free(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    waits = isinstance(draft.ticket.suspension, suspension.Asked)
    return ("already_asked", "已有挂账申请在审批，请等待结果。") if waits else None


def until_ahead(draft: Draft, _received: ActionReceived, action: i.RequestSuspension) -> Refusal:
    if action.until <= draft.at:
        return "ends_in_the_past", "挂账的结束时间（until）须晚于现在。"
    return within_longest(draft, Clock.SUSPENSION, "until", action.until)


def nothing_promised(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.commitment, commitment.Nothing):
        return None
    return "promised_already", "已有承诺尚未核查，不能另作承诺。"


def promise_ahead(draft: Draft, _received: ActionReceived, action: i.Commit) -> Refusal:
    if action.promised <= draft.at:
        return "promised_in_the_past", "承诺的日期（promised）须晚于现在。"
    return within_longest(draft, Clock.COMMITMENT, "promised", action.promised)


def answer_awaited(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    ordered = isinstance(draft.ticket.supervision, supervision.Ordered)
    if ordered or isinstance(draft.ticket.review, supervision.ReviewOrdered):
        return None
    return "nothing_to_answer", "没有待答复的督办或者回访复核。"
