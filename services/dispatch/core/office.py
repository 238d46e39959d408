"""What the office may do: each returns a refusal, or says what follows."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas.policy import Assignment
from schemas.policy.codes import GroundFor
from schemas.values import Actor, Person, Tier
from services.dispatch.core import closing, opening
from services.dispatch.core.draft import BY_POLICY, Draft, dispatch, send
from services.dispatch.core.ticket import SurveyReview

Refusal = tuple[str, str] | None
_WEIGHT = {Tier.URGENT: 0, Tier.SIMPLE: 1, Tier.COMPLEX: 2, Tier.PARTICULARLY_COMPLEX: 3}


def pass_on(draft: Draft, _action: i.PassOn) -> Refusal:
    standing = draft.ticket.standing
    if isinstance(standing, SurveyReview) and standing.stage == "unit":
        opening.passed_by_unit(draft, draft.by)
    else:
        opening.passed_by_office(draft, draft.by)
    return None


def settle_at_unit(draft: Draft, action: i.SettleAtUnit) -> Refusal:
    standing = draft.ticket.standing
    if isinstance(standing, SurveyReview) and standing.stage != "unit":
        return "passed_on_already", "走访单位已转出该诉求，请由大调研办转派。"
    draft.say(d.SettledAtUnit, reply=action.reply)
    return None


def refuse_ticket(draft: Draft, action: i.RefuseTicket) -> Refusal:
    if not draft.rules.legal(GroundFor.NOT_ACCEPTED, action.ground):
        return "illegal_ground", "不予受理的理由不在规定范围内。"
    draft.say(d.NotAccepted, ground=action.ground, reason=action.reason)
    return None


def ask_requester(draft: Draft, action: i.AskRequester) -> Refusal:
    draft.say(d.InfoAsked, question=action.question)
    return None


def _tier(draft: Draft, tier: Tier | None, approver: Person | None) -> Refusal:
    if tier is None or _WEIGHT[tier] <= _WEIGHT[draft.ticket.matter.tier]:
        return None
    if not draft.rules.may_approve(approver):
        return "approver_missing", "提高办理时限等级须由有审批权限的人员批准，请填写审批人。"
    return None


def _reclassify(draft: Draft, category: str | None, tier: Tier | None, approver: Person | None) -> None:
    matter = draft.ticket.matter
    wanted = (category or matter.category, tier or matter.tier)
    if wanted[0] is None or wanted == (matter.category, matter.tier):
        return
    raised = Actor(person=approver) if approver else None
    draft.say(d.Classified, category=wanted[0], tier=wanted[1], raised_by=raised)


def classify(draft: Draft, action: i.Classify) -> Refusal:
    refused = _tier(draft, action.tier, action.approver)
    if refused is None:
        _reclassify(draft, action.category, action.tier, action.approver)
    return refused


def assign(draft: Draft, action: i.Assign) -> Refusal:
    refused = _tier(draft, action.tier, action.approver) or _accused(draft, action.lead)
    if refused is None:
        _reclassify(draft, action.category, action.tier, action.approver)
        send(draft, action.lead, dict.fromkeys(action.supporting, action.blocking), reason="assigned")
    return refused


def _accused(draft: Draft, lead: str) -> Refusal:
    matter = draft.ticket.matter
    if matter.confidential and lead in matter.accused:
        return "accused", "保密举报不得派给被举报单位，请另派。"
    return None


def rule_on_return(draft: Draft, action: i.RuleOnReturn) -> Refusal:
    standing, order = draft.ticket.standing, draft.ticket.order
    lead = order.lead if order else ""
    against = getattr(standing, "against_precedent", False)
    if action.upheld and against and not draft.rules.may_approve(action.approver):
        return "approver_missing", "同意退单与先例不一致，须由有审批权限的人员批准，请填写审批人。"
    approver = Actor(person=action.approver) if action.approver else None
    if not action.upheld:
        draft.say(d.ReturnOverruled, department=lead, reason=action.reason, approver=approver)
        return None
    wanted = action.lead
    if wanted and (refused := _accused(draft, wanted)):
        return refused
    draft.say(d.ReturnUpheld, department=lead, reason=action.reason, approver=approver)
    if wanted in draft.ticket.refused_by and wanted is not None:
        parties = (*draft.ticket.refused_by, wanted)
        draft.say(d.AdjudicationOpened, by=BY_POLICY, departments=tuple(dict.fromkeys(parties)), reason="between_two")
    elif wanted:
        send(draft, wanted, {}, reason="return_upheld")
    else:
        opening.by_policy(draft)
    return None


def adjudicate(draft: Draft, action: i.Adjudicate) -> Refusal:
    refused = _accused(draft, action.lead)
    if refused is None:
        draft.say(
            d.Adjudicated,
            lead=action.lead,
            supporting=action.supporting,
            reason=action.reason,
            category=draft.ticket.matter.category,
        )
        send(draft, action.lead, dict.fromkeys(action.supporting, True), reason="adjudicated", binding=True)
    return refused


def rule_on_extension(draft: Draft, action: i.RuleOnExtension) -> Refusal:
    asked = draft.ticket.extension
    if asked is None:
        return "nothing_asked", "没有待审批的延期申请。"
    if action.granted:
        days = action.days or asked.days or 1
        draft.say(d.ExtensionGranted, department=asked.department, days=days, reason=action.reason)
    else:
        draft.say(d.ExtensionRefused, department=asked.department, reason=action.reason)
    return None


def rule_on_suspension(draft: Draft, action: i.RuleOnSuspension) -> Refusal:
    asked = draft.ticket.suspension
    if asked is None or asked.until is None:
        return "nothing_asked", "没有待审批的挂账申请。"
    until = action.until or asked.until
    if not action.granted:
        draft.say(d.SuspensionRefused, department=asked.department, reason=action.reason)
    elif until <= draft.at:
        return "ends_in_the_past", "挂账的结束时间须晚于现在。"
    else:
        draft.say(d.Suspended, department=asked.department, ground=asked.ground, until=until, reason=action.reason)
    return None


def end_suspension(draft: Draft, action: i.EndSuspension) -> Refusal:
    draft.say(d.SuspensionEnded, department=_lead(draft), reason=action.reason)
    return None


def review(draft: Draft, action: i.Review) -> Refusal:
    if action.department is not None and action.department in draft.ticket.tasks:
        return _review_task(draft, action, action.department)
    if draft.ticket.state != "handled":
        return "nothing_to_review", "该工单没有待审核的办结。"
    if action.accepted:
        closing.accepted(draft, action.ruling)
    else:
        draft.say(d.HandledSentBack, department=_lead(draft), reason=action.reason or "办理结果不符合要求，退回重办。")
    return None


def _review_task(draft: Draft, action: i.Review, department: str) -> Refusal:
    if not draft.ticket.tasks[department].done:
        return "nothing_to_review", "该协办事项尚未报完成。"
    if not action.accepted:
        reason = action.reason or "协办结果不符合要求，请继续。"
        draft.say(d.SupportTaskSentBack, department=department, reason=reason)
    return None


def nudge(draft: Draft, action: i.Nudge) -> Refusal:
    order = draft.ticket.order
    draft.say(d.Nudged, reason=action.reason, department=order.lead if order else None)
    return None


def supervise(draft: Draft, action: i.Supervise) -> Refusal:
    if draft.ticket.supervision.open != "none":
        return "supervised_already", "该工单已在督办中。"
    closing.supervise(draft, action.reason)
    return None


def interview(draft: Draft, action: i.Interview) -> Refusal:
    draft.say(d.Interviewed, department=_lead(draft), reason=action.reason)
    return None


def end_supervision(draft: Draft, action: i.EndSupervision) -> Refusal:
    watch = draft.ticket.supervision
    if watch.open == "none" and watch.review == "none":
        return "not_supervised", "该工单没有督办或回访复核。"
    draft.say(d.SupervisionEnded, result=action.result)
    return None


def review_callback(draft: Draft, action: i.ReviewCallback) -> Refusal:
    draft.say(d.CallbackReviewOrdered, department=_lead(draft), reason=action.reason)
    return None


def reopen(draft: Draft, action: i.Reopen) -> Refusal:
    before = draft.ticket.order
    draft.say(d.Reopened, reason=action.reason, count=draft.ticket.reopened + 1)
    if before is not None:
        send(draft, before.lead, {}, reason="reopened", binding=True)
        return None
    found = draft.rules.lead_for(draft.ticket.matter)
    if isinstance(found, Assignment):
        dispatch(draft, found)
    else:
        draft.say(d.DispatchAwaited, by=BY_POLICY, reason="reopened")
    return None


def give_final_answer(draft: Draft, action: i.GiveFinalAnswer) -> Refusal:
    if draft.ticket.rounds == 0:
        return "no_rework_yet", "终结答复只在重办仍未解决后使用。"
    if not draft.rules.may_approve(action.approver):
        return "approver_missing", "终结答复须由有审批权限的人员批准，请填写审批人。"
    draft.say(d.FinalAnswerGiven, text=action.text, ruling=action.ruling, approver=Actor(person=action.approver))
    closing.close(draft, "final_answer", action.ruling)
    return None


def transfer_out(draft: Draft, action: i.TransferOut) -> Refusal:
    if action.to == "city" and draft.ticket.matter.upstream is None:
        return "not_from_city", "该工单不是市热线办转来的，不能退回市级。"
    closing.tidy(draft)
    draft.say(d.Transferred, to=action.to, reason=action.reason)
    return None


def rule_on_outcome(draft: Draft, action: i.RuleOnOutcome) -> Refusal:
    draft.say(d.OutcomeRuled, ruling=action.ruling, reason=action.reason)
    return None


def check_commitment(draft: Draft, action: i.CheckCommitment) -> Refusal:
    if draft.ticket.commitment is None:
        return "no_commitment", "该工单没有待核查的承诺。"
    draft.say(d.CommitmentChecked, department=_lead(draft), kept=action.kept, note=action.note)
    return None


def record_city_verdict(draft: Draft, action: i.RecordCityVerdict) -> Refusal:
    if draft.ticket.matter.upstream is None:
        return "not_from_city", "该工单不是市热线办转来的。"
    draft.say(d.CityVerdictRecorded, solved=action.solved, satisfaction=action.satisfaction)
    return None


def _lead(draft: Draft) -> str:
    order = draft.ticket.order
    return order.lead if order else ""
