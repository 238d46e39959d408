"""What a department may ask for: each returns a refusal, or says what follows."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas.policy.codes import GroundFor
from schemas.values import RequesterKind, breach_by
from services.dispatch.core import closing
from services.dispatch.core.draft import BY_POLICY, Draft

Refusal = tuple[str, str] | None


def accept(draft: Draft, _action: i.Accept) -> Refusal:
    order = draft.ticket.order
    assert_lead = order.lead if order else ""
    draft.say(d.Accepted, department=assert_lead)
    _exempt(draft)
    return None


def _exempt(draft: Draft) -> None:
    order = draft.ticket.order
    if order and draft.ticket.contact == "owed" and draft.ticket.matter.requester_kind is RequesterKind.ANONYMOUS:
        draft.say(d.FirstContactExempt, by=BY_POLICY, department=order.lead)


def request_return(draft: Draft, action: i.RequestReturn) -> Refusal:
    order = draft.ticket.order
    if order is None or order.binding:
        return "order_binds", "该工单经确责裁定或为不可退件，不得退回；请办理。"
    if not order.returnable:
        return "return_window_lapsed", "退单时限已过或已签收，工单由你单位办理；确有困难可申请延期。"
    if not draft.rules.legal(GroundFor.RETURN, action.ground):
        return "illegal_ground", "退单理由不在规定范围内，请选择政策列明的退单理由。"
    earlier = draft.rules.precedents_for(draft.ticket.matter)
    against = any(each.lead == order.lead for each in earlier)
    draft.say(
        d.ReturnRequested,
        department=order.lead,
        ground=action.ground,
        reason=action.reason,
        suggested=action.suggested,
        dispute=draft.ticket.disputes + 1,
        against_precedent=against,
        precedents=tuple(each.ticket for each in earlier),
    )
    if draft.ticket.disputes >= draft.rules.policy.limits.returns_before_adjudication:
        parties = tuple(dict.fromkeys(draft.ticket.refused_by))
        draft.say(d.AdjudicationOpened, by=BY_POLICY, departments=parties, reason="disputed_twice")
    return None


def make_first_contact(draft: Draft, action: i.MakeFirstContact) -> Refusal:
    order = draft.ticket.order
    lead = order.lead if order else ""
    if action.reached:
        draft.say(d.FirstContactMade, department=lead, method=action.method)
    else:
        draft.say(d.FirstContactTried, department=lead, method=action.method)
    return None


def note_progress(draft: Draft, action: i.NoteProgress, department: str) -> Refusal:
    draft.say(d.ProgressNoted, department=department, text=action.text, plan=action.plan)
    return None


def ask_for_info(draft: Draft, action: i.AskForInfo) -> Refusal:
    order = draft.ticket.order
    draft.say(d.InfoAsked, question=action.question, department=order.lead if order else None)
    return None


def report_handled(draft: Draft, action: i.ReportHandled) -> Refusal:
    blocking = [code for code, task in draft.ticket.tasks.items() if task.blocking and not task.done]
    if blocking:
        names = "、".join(_name(draft, code) for code in blocking)
        return "blocking_tasks_open", f"协办单位{names}尚未完成，待其完成后再报办结。"
    closing.handled(draft, action.reply)
    return None


def report_task_done(draft: Draft, action: i.ReportTaskDone, department: str) -> Refusal:
    task = draft.ticket.tasks.get(department)
    if task is None or task.done:
        return "no_open_task", "你单位在该工单上没有未完成的协办事项。"
    draft.say(d.SupportTaskDone, department=department, reply=action.reply)
    return None


def request_extension(draft: Draft, action: i.RequestExtension) -> Refusal:
    ticket, limit = draft.ticket, draft.rules.policy.limits.extension
    due = closing.due_of(draft)
    if ticket.extension is not None:
        return "already_asked", "已有延期申请在审批，请等待结果。"
    if ticket.extensions >= limit.max_times:
        return "too_many_extensions", f"延期最多{limit.max_times}次，已用完。"
    if action.days > limit.span.amount:
        return "too_many_days", f"每次延期最多{limit.span.amount}个工作日。"
    if due is not None and draft.at > breach_by(due):
        return "asked_too_late", "已过办理时限，延期须在到期前申请。"
    if not draft.rules.legal(GroundFor.EXTENSION, action.ground):
        return "illegal_ground", "延期理由不在规定范围内。"
    draft.say(
        d.ExtensionRequested,
        department=ticket.order.lead if ticket.order else "",
        days=action.days,
        ground=action.ground,
        reason=action.reason,
        count=ticket.extensions + 1,
    )
    return None


def request_suspension(draft: Draft, action: i.RequestSuspension) -> Refusal:
    ticket = draft.ticket
    if ticket.suspension is not None:
        return "already_asked", "已有挂账申请在审批，请等待结果。"
    if not draft.rules.legal(GroundFor.SUSPENSION, action.ground):
        return "illegal_ground", "挂账理由不在规定范围内。"
    if action.until <= draft.at:
        return "ends_in_the_past", "挂账的结束时间须晚于现在。"
    draft.say(
        d.SuspensionRequested,
        department=ticket.order.lead if ticket.order else "",
        ground=action.ground,
        until=action.until,
        reason=action.reason,
    )
    return None


def commit(draft: Draft, action: i.Commit) -> Refusal:
    if action.promised <= draft.at:
        return "promised_in_the_past", "承诺的日期须晚于现在。"
    order = draft.ticket.order
    draft.say(d.Committed, department=order.lead if order else "", promised=action.promised, text=action.text)
    return None


def answer_supervision(draft: Draft, action: i.AnswerSupervision) -> Refusal:
    order, watch = draft.ticket.order, draft.ticket.supervision
    if "ordered" not in (watch.open, watch.review):
        return "nothing_to_answer", "没有待答复的督办或回访复核。"
    draft.say(d.SupervisionAnswered, department=order.lead if order else "", report=action.report)
    return None


def _name(draft: Draft, code: str) -> str:
    department = draft.rules.policy.department(code)
    return department.name if department else code
