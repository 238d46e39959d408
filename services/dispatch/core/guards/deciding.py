"""What the office decides: approvals, review, supervision; what the callback says; what comes after the end."""

from __future__ import annotations

from datetime import timedelta

from schemas import inbound as i
from schemas.tickets import ActionReceived
from schemas.values import Clock
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft, Refusal, watched
from services.dispatch.core.guards.common import approved, extendable_by, within_longest
from services.dispatch.core.guards.who import led
from services.dispatch.core.regions import commitment, escalation, extension, supervision, support, suspension


def extension_asked(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    return None if isinstance(draft.ticket.extension, extension.Asked) else ("nothing_asked", "没有待审批的延期申请。")


def granted_time_legal(draft: Draft, _received: ActionReceived, action: i.RuleOnExtension) -> Refusal:
    asked = draft.ticket.extension
    if not action.granted or not isinstance(asked, extension.Asked):
        return None
    return extendable_by(draft, action.spans or ((asked.amount, asked.unit),))


def suspension_asked(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    return (
        None if isinstance(draft.ticket.suspension, suspension.Asked) else ("nothing_asked", "没有待审批的挂账申请。")
    )


def granted_end_ahead(draft: Draft, _received: ActionReceived, action: i.RuleOnSuspension) -> Refusal:
    asked = draft.ticket.suspension
    until = action.until or (asked.until if isinstance(asked, suspension.Asked) else None)
    if not action.granted or until is None:
        return None
    if until <= draft.at:
        return "ends_in_the_past", "挂账的结束时间（until）须晚于现在。"
    return within_longest(draft, Clock.SUSPENSION, "until", until)


def task_done(draft: Draft, _received: ActionReceived, action: i.Review) -> Refusal:
    task = draft.ticket.tasks.get(action.department or "")
    if isinstance(task, support.Done) and (task.awaits_review or not action.accepted):
        return None
    return "nothing_to_review", "没有待审核的办结或者协办结果。"


def lead_or_task_done(draft: Draft, received: ActionReceived, action: i.Review) -> Refusal:
    return None if action.department in (None, draft.lead) else task_done(draft, received, action)


def promised(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.commitment, commitment.Nothing):
        return "no_commitment", "该工单没有待核查的承诺。"
    return None


def not_supervised(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.supervision, supervision.Ordered | supervision.Reported):
        return "supervised_already", "该工单已在督办中；须加大力度的可以约谈。"
    return None


def supervised_or_reviewed(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if watched(draft.ticket):
        return None
    return "not_supervised", "约谈须在督办或者回访复核之后，请先督办。"


def supervised_or_asked_for(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if watched(draft.ticket) or isinstance(draft.ticket.escalation, escalation.Proposed):
        return None
    return "not_supervised", "该工单没有督办或者回访复核。"


def no_review_open(draft: Draft, received: ActionReceived, action: i.Action) -> Refusal:
    if isinstance(draft.ticket.review, supervision.NoReview):
        return led(draft, received, action)
    return "reviewed_already", "已有回访复核在进行。"


def appointment_ahead(draft: Draft, _received: ActionReceived, action: i.AppointCallback) -> Refusal:
    if action.at <= draft.at:
        return "appointed_in_the_past", "预约的时间（at）须晚于现在。"
    most = draft.rules.policy.limits.callback_within_days
    if action.at > draft.at + timedelta(days=most):
        return "appointed_too_far", f"预约的时间（at）最远为{most}天以内，请核对日期。"
    return None


def reworked(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if draft.ticket.failures > 0:
        return None
    return "no_rework_yet", "终结答复只在重办仍未解决后使用。"


def final_approved(draft: Draft, _received: ActionReceived, action: i.GiveFinalAnswer) -> Refusal:
    return approved(draft, action.approver, "终结答复")


def still_reopenable(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    standing = draft.ticket.standing
    if not isinstance(standing, s.NotAccepted | s.Withdrawn | s.Transferred):
        return None
    if draft.at <= standing.since + draft.rules.reopen_span:
        return None
    return "reopen_window_closed", "重开期限已过，请另行登记。"


def asked_in_window(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    standing = draft.ticket.standing
    if isinstance(standing, s.Archived) and draft.at <= standing.since:
        return None
    return "reopen_window_closed", "重开期限已过，请另行登记。"
