"""What must hold before an action is taken: each guard of the table, under its name, says what speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from schemas import inbound as i
from schemas.policy.codes import GroundFor, Role
from schemas.tickets import ActionReceived
from schemas.values import Clock, Person, RequesterKind, Tier, breach_by
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft, Refusal
from services.dispatch.core.regions import commitment, extension, incident, merging, supervision, support, suspension

Guard = Callable[[Draft, ActionReceived, Any], Refusal]

_RANK: Final = {Tier.URGENT: 0, Tier.SIMPLE: 1, Tier.COMPLEX: 2, Tier.PARTICULARLY_COMPLEX: 3}
_NOT_YOURS: Final = ("not_yours", "该工单不由你单位承办，无法操作；如有疑问请联系热线中心。")
_HANDLING: Final = frozenset({Clock.HANDLING, Clock.REWORK, Clock.URGENT_FIRST_REPORT})


# --- who -------------------------------------------------------------------------------------------------------------


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


def _with_role(draft: Draft, action: Any, doing: str, *roles: Role) -> Refusal:
    who: Person = action.by
    if draft.rules.has_role(who, *roles):
        return None
    return "role_missing", f"{doing}须由有相应权限的人员进行，{who.name}没有此项权限。"


def is_referee(draft: Draft, _received: ActionReceived, action: i.Adjudicate) -> Refusal:
    return _with_role(draft, action, "确责", Role.REFEREE)


def is_approver(draft: Draft, _received: ActionReceived, action: i.Action) -> Refusal:
    return _with_role(draft, action, "审批", Role.APPROVER)


def is_supervisor(draft: Draft, _received: ActionReceived, action: i.Action) -> Refusal:
    return _with_role(draft, action, "督办和约谈", Role.SUPERVISOR, Role.APPROVER)


def _approved(draft: Draft, approver: Person | None, what: str) -> Refusal:
    if draft.rules.has_role(approver, Role.APPROVER):
        return None
    return "approver_missing", f"{what}须由有审批权限的人员批准，请填写审批人。"


# --- before and at the dispatch --------------------------------------------------------------------------------------


def at_the_unit(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.standing, s.SurveyReview) and draft.ticket.standing.stage == "unit":
        return None
    return "passed_on_already", "走访单位已转出该诉求，请由大调研办转派。"


def legal_not_accepted(draft: Draft, _received: ActionReceived, action: i.RefuseTicket) -> Refusal:
    return _legal(draft, GroundFor.NOT_ACCEPTED, action.ground, "不予受理")


def _legal(draft: Draft, purpose: GroundFor, ground: str, what: str) -> Refusal:
    if draft.rules.legal(purpose, ground):
        return None
    names = "、".join(f"{each.name}（{each.code}）" for each in draft.rules.policy.grounds.of(purpose))
    return "illegal_ground", f"{what}的依据不在规定范围内，请选择：{names}。"


def requester_known(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if draft.ticket.matter.requester_kind is RequesterKind.ANONYMOUS:
        return "anonymous", "诉求人匿名，无法请其补充；请按现有情况办理。"
    return None


def category_known(draft: Draft, _received: ActionReceived, action: i.Classify | i.Assign) -> Refusal:
    if action.category is None or draft.rules.policy.category(action.category):
        return None
    return "unknown_category", f"目录中没有分类{action.category}，请从分类目录中选择。"


def tier_raise_approved(draft: Draft, _received: ActionReceived, action: i.Classify | i.Assign) -> Refusal:
    if action.tier is None or _RANK[action.tier] <= _RANK[draft.ticket.matter.tier]:
        return None
    return _approved(draft, action.approver, "提高办理等级、延长时限")


def departments_known(draft: Draft, _received: ActionReceived, action: i.Assign | i.Adjudicate) -> Refusal:
    return _known(draft, action.lead, *action.supporting)


def _known(draft: Draft, *codes: str) -> Refusal:
    unknown = [code for code in codes if draft.rules.policy.department(code) is None]
    return ("unknown_department", f"名录中没有单位{'、'.join(unknown)}，请从单位名录中选择。") if unknown else None


def not_accused(draft: Draft, _received: ActionReceived, action: i.Assign | i.Adjudicate) -> Refusal:
    return _avoids(draft, action.lead, *action.supporting)


def _avoids(draft: Draft, *codes: str) -> Refusal:
    named = [draft.rules.name(code) for code in codes if code in draft.ticket.shunned]
    return ("accused", f"{'、'.join(named)}是被举报对象，须回避，请另派其他单位。") if named else None


def outside_known(draft: Draft, _received: ActionReceived, action: i.TransferOut) -> Refusal:
    if draft.rules.policy.is_outside(action.to):
        return None
    names = "、".join(f"{each.name}（{each.code}）" for each in draft.rules.policy.outside)
    return "unknown_body", f"不能转至{action.to}，可以转至：{names}。"


def from_city_to_city(draft: Draft, received: ActionReceived, action: i.TransferOut) -> Refusal:
    return from_city(draft, received, action) if action.to == "city" else None


def from_city(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    return None if draft.ticket.matter.upstream else ("not_from_city", "该工单不是市热线办转来的。")


def not_a_part(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    return ("part_already", "分单不能再拆，请在原诉求上说明。") if draft.ticket.matter.part_of else None


# --- disputes --------------------------------------------------------------------------------------------------------


def order_returnable(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    order = draft.order
    if order.binding:
        return "order_binds", "该工单已经确责裁定或者系督办、重开件，不得退回，请办理。"
    in_time = order.presumed_at is not None and draft.at <= order.presumed_at
    if order.returnable or in_time:
        return None
    return "return_window_closed", "退单期限已过或者已签收，工单由你单位办理；确有困难可申请延期。"


def legal_return(draft: Draft, _received: ActionReceived, action: i.RequestReturn) -> Refusal:
    return _legal(draft, GroundFor.RETURN, action.ground, "退单")


def suggestion_known(draft: Draft, _received: ActionReceived, action: i.RequestReturn) -> Refusal:
    if action.suggested is None:
        return None
    if action.suggested == draft.lead:
        return "own_suggestion", "建议的承办单位不能是你单位自己。"
    return _known(draft, action.suggested)


def against_precedent_approved(draft: Draft, _received: ActionReceived, action: i.RuleOnReturn) -> Refusal:
    standing = draft.ticket.standing
    if action.upheld and isinstance(standing, s.ReturnRequested) and standing.against_precedent:
        return _approved(draft, action.approver, "同意退单与先例不一致，")
    return None


def new_lead_known(draft: Draft, _received: ActionReceived, action: i.RuleOnReturn) -> Refusal:
    if action.lead is None or not action.upheld:
        return None
    if action.lead == draft.lead:
        return "same_lead", "同意退单时不能再派给原单位；如不同意，请裁定不予退单。"
    return _known(draft, action.lead)


def new_lead_not_accused(draft: Draft, _received: ActionReceived, action: i.RuleOnReturn) -> Refusal:
    return _avoids(draft, action.lead) if action.lead else None


# --- at work ---------------------------------------------------------------------------------------------------------


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
    if action.days > limit.span.amount:
        return "too_many_days", f"每次延期最多{limit.span.amount}个工作日。"
    return None


def legal_extension(draft: Draft, _received: ActionReceived, action: i.RequestExtension) -> Refusal:
    return _legal(draft, GroundFor.EXTENSION, action.ground, "延期")


def before_due(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    owner = f"department:{draft.lead}"
    dues = [each for each in draft.ticket.dues.values() if each.owner == owner and each.clock in _HANDLING and each.due]
    if dues and all(each.due is not None and draft.at > breach_by(each.due) for each in dues):
        return "asked_too_late", "已过办理时限，延期须在到期前申请。"
    return None


def legal_suspension(draft: Draft, _received: ActionReceived, action: i.RequestSuspension) -> Refusal:
    return _legal(draft, GroundFor.SUSPENSION, action.ground, "挂账")


def suspension_free(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    waits = isinstance(draft.ticket.suspension, suspension.Asked)
    return ("already_asked", "已有挂账申请在审批，请等待结果。") if waits else None


def until_ahead(draft: Draft, _received: ActionReceived, action: i.RequestSuspension) -> Refusal:
    return None if action.until > draft.at else ("ends_in_the_past", "挂账的结束时间须晚于现在。")


def nothing_promised(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.commitment, commitment.Nothing):
        return None
    return "promised_already", "已有承诺尚未核查，不能另作承诺。"


def promise_ahead(draft: Draft, _received: ActionReceived, action: i.Commit) -> Refusal:
    return None if action.promised > draft.at else ("promised_in_the_past", "承诺的日期须晚于现在。")


def answer_awaited(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    ordered = isinstance(draft.ticket.supervision, supervision.Ordered)
    if ordered or isinstance(draft.ticket.review, supervision.ReviewOrdered):
        return None
    return "nothing_to_answer", "没有待答复的督办或者回访复核。"


# --- approvals, review, supervision ----------------------------------------------------------------------------------


def extension_asked(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    return None if isinstance(draft.ticket.extension, extension.Asked) else ("nothing_asked", "没有待审批的延期申请。")


def granted_days_legal(draft: Draft, _received: ActionReceived, action: i.RuleOnExtension) -> Refusal:
    most = draft.rules.policy.limits.extension.span.amount
    return ("too_many_days", f"每次延期最多{most}个工作日。") if action.days and action.days > most else None


def suspension_asked(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    return (
        None if isinstance(draft.ticket.suspension, suspension.Asked) else ("nothing_asked", "没有待审批的挂账申请。")
    )


def granted_end_ahead(draft: Draft, _received: ActionReceived, action: i.RuleOnSuspension) -> Refusal:
    asked = draft.ticket.suspension
    until = action.until or (asked.until if isinstance(asked, suspension.Asked) else None)
    if action.granted and until is not None and until <= draft.at:
        return "ends_in_the_past", "挂账的结束时间须晚于现在。"
    return None


def task_done(draft: Draft, _received: ActionReceived, action: i.Review) -> Refusal:
    if action.department and isinstance(draft.ticket.tasks.get(action.department), support.Done):
        return None
    return "nothing_to_review", "没有待审核的办结或者协办结果。"


def promised(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.commitment, commitment.Nothing):
        return "no_commitment", "该工单没有待核查的承诺。"
    return None


def led(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    return None if draft.ticket.led_by else ("nobody_leads", "该工单尚未派单，没有可以督办的单位。")


def not_supervised(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.supervision, supervision.Ordered | supervision.Reported):
        return "supervised_already", "该工单已在督办中；须加大力度的可以约谈。"
    return None


def supervised(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.supervision, supervision.Ordered | supervision.Reported):
        return None
    return "not_supervised", "约谈须在督办之后，请先督办。"


def supervised_or_reviewed(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    watched = isinstance(draft.ticket.supervision, supervision.Ordered | supervision.Reported)
    if watched or not isinstance(draft.ticket.review, supervision.NoReview):
        return None
    return "not_supervised", "该工单没有督办或者回访复核。"


def no_review_open(draft: Draft, received: ActionReceived, action: i.Action) -> Refusal:
    if isinstance(draft.ticket.review, supervision.NoReview):
        return led(draft, received, action)
    return "reviewed_already", "已有回访复核在进行。"


# --- one ticket and another ------------------------------------------------------------------------------------------


def another_ticket(draft: Draft, _received: ActionReceived, action: i.Merge) -> Refusal:
    if action.into == draft.ticket.id:
        return "same_ticket", "不能并入自身，请填写另一张工单。"
    return ("part_already", "分单不能并案。") if draft.ticket.matter.part_of else None


def requester_known_by_hash(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if draft.ticket.matter.requester is None:
        return "anonymous", "无法确认为同一诉求人，不能并案；可加入同诉事件。"
    return None


def no_merge_asked(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    waits = isinstance(draft.ticket.merging, merging.Asked)
    return ("already_asked", "并案正在进行，请稍后查看结果。") if waits else None


def another_incident(draft: Draft, _received: ActionReceived, action: i.JoinIncident) -> Refusal:
    if action.incident == draft.ticket.id:
        return "same_ticket", "事件以最先的工单编号为准，请让其他工单加入本工单。"
    return None


def alone(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    match draft.ticket.incident:
        case incident.Alone():
            return None
        case incident.Heads():
            return "heads_incident", "本工单已代表一个同诉事件，请让其他工单加入本工单。"
        case incident.Joining() | incident.Member():
            return "joined_already", "该工单已在一个同诉事件中，请先退出。"


def member(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.incident, incident.Member):
        return None
    return "no_incident", "该工单不是同诉事件的成员。"


def heads(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if isinstance(draft.ticket.incident, incident.Heads):
        return None
    return "no_incident", "该工单不代表同诉事件，没有成员可通报。"


# --- callback, closing, afterwards -----------------------------------------------------------------------------------


def appointment_ahead(draft: Draft, _received: ActionReceived, action: i.AppointCallback) -> Refusal:
    return None if action.at > draft.at else ("appointed_in_the_past", "预约的时间须晚于现在。")


def reworked(draft: Draft, _received: ActionReceived, _action: i.Action) -> Refusal:
    if draft.ticket.failures > 0:
        return None
    return "no_rework_yet", "终结答复只在重办仍未解决后使用。"


def final_approved(draft: Draft, _received: ActionReceived, action: i.GiveFinalAnswer) -> Refusal:
    return _approved(draft, action.approver, "终结答复")


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


def _guards() -> Iterator[tuple[str, Guard]]:
    for name, found in globals().items():
        if not name.startswith("_") and getattr(found, "__module__", None) == __name__ and callable(found):
            yield name, found


GUARDS: Final[Mapping[str, Guard]] = dict(_guards())
"""Every guard of an action by its name in the table."""
