"""What the office does to a ticket: pass on, classify, dispatch, approve, review. Guards have held before."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas.more_time import more_time
from schemas.values import Actor, Person, Tier
from services.dispatch.core import closing, opening
from services.dispatch.core import standing as s
from services.dispatch.core.draft import BY_POLICY, Draft, send, support
from services.dispatch.core.regions import extension, suspension
from services.dispatch.core.rules import RANK


def pass_on(draft: Draft, _action: i.PassOn) -> None:
    standing = draft.ticket.standing
    if isinstance(standing, s.SurveyReview) and standing.stage == "unit":
        opening.passed_by_unit(draft, draft.by)
    else:
        opening.passed_by_office(draft, draft.by)


def settle_at_unit(draft: Draft, action: i.SettleAtUnit) -> None:
    draft.say(d.SettledAtUnit, reply=action.reply)


def refuse_ticket(draft: Draft, action: i.RefuseTicket) -> None:
    closing.tidy(draft)
    draft.say(d.NotAccepted, ground=action.ground, reason=action.reason)


def ask_requester(draft: Draft, action: i.AskRequester) -> None:
    draft.say(d.InfoAsked, question=action.question)


def _reclassify(draft: Draft, category: str | None, tier: Tier | None, approver: Person | None) -> None:
    matter = draft.ticket.matter
    wanted = (category or matter.category, tier or _tier_with(draft, category, approver))
    if wanted[0] is None or wanted == (matter.category, matter.tier):
        return
    raised = Actor(person=approver) if approver else None
    draft.say(d.Classified, category=wanted[0], tier=wanted[1], raised_by=raised)


def _tier_with(draft: Draft, category: str | None, approver: Person | None) -> Tier:
    """A category's own tier counts where nobody set another one; longer than it was only with a named approver."""
    matter, policy = draft.ticket.matter, draft.rules.policy
    known = policy.category(category) if category else None
    before = policy.category(matter.category) if matter.category else None
    if known is None or matter.tier is not (before.tier if before else Tier.COMPLEX):
        return matter.tier
    first_or_shorter = before is None or RANK[known.tier] < RANK[matter.tier]
    return known.tier if first_or_shorter or approver else matter.tier


def classify(draft: Draft, action: i.Classify) -> None:
    _reclassify(draft, action.category, action.tier, action.approver)
    if isinstance(draft.ticket.standing, s.PendingDispatch) and action.category and draft.rules.automatic("dispatch"):
        opening.by_policy(draft)


def assign(draft: Draft, action: i.Assign) -> None:
    _reclassify(draft, action.category, action.tier, action.approver)
    helpers = dict.fromkeys(action.supporting, action.blocking)
    order = draft.ticket.led_by
    if order is None or order.lead != action.lead:
        send(draft, action.lead, helpers, reason="assigned")
        return
    for code in draft.ticket.tasks:
        if code not in helpers:
            draft.say(d.SupportTaskEnded, department=code, taken_back=True)
    support(draft, helpers)


def rule_on_extension(draft: Draft, action: i.RuleOnExtension) -> None:
    asked = draft.ticket.extension
    if not isinstance(asked, extension.Asked):
        return
    if action.granted:
        amount, unit = next(iter(action.spans), (asked.amount, asked.unit))
        granted = {"ground": asked.ground, "reason": action.reason, **more_time(amount, unit)}
        draft.say(d.ExtensionGranted, by=None, department=draft.lead, **granted)
    else:
        draft.say(d.ExtensionRefused, department=draft.lead, reason=action.reason)


def rule_on_suspension(draft: Draft, action: i.RuleOnSuspension) -> None:
    asked = draft.ticket.suspension
    if not isinstance(asked, suspension.Asked):
        return
    if not action.granted:
        draft.say(d.SuspensionRefused, department=draft.lead, reason=action.reason)
        return
    until = action.until or asked.until
    draft.say(d.Suspended, department=draft.lead, ground=asked.ground, until=until, reason=action.reason)


def end_suspension(draft: Draft, action: i.EndSuspension) -> None:
    draft.say(d.SuspensionEnded, department=draft.lead, reason=action.reason)


def review(draft: Draft, action: i.Review) -> None:
    """Whom the review names is meant; where it names nobody, the lead."""
    if not isinstance(draft.ticket.standing, s.Handled) or action.department not in (None, draft.lead):
        if action.accepted:
            draft.say(d.SupportTaskAccepted, department=action.department)
        else:
            reason = action.reason or "协办结果不符合要求，请继续办理。"
            draft.say(d.SupportTaskSentBack, department=action.department, reason=reason)
    elif action.accepted:
        closing.accepted(draft, action.ruling)
    else:
        reason = action.reason or "办理结果不符合要求，退回继续办理。"
        draft.say(d.HandledSentBack, department=draft.lead, reason=reason, rework=draft.ticket.standing.rework or None)


def reopen(draft: Draft, action: i.Reopen) -> None:
    before = draft.ticket.order
    draft.say(d.Reopened, reason=action.reason, count=draft.ticket.reopened + 1)
    if before is not None and before.lead not in draft.ticket.shunned:
        send(draft, before.lead, {}, reason="reopened", binding=True)
    else:
        opening.to_centre(draft)


def transfer_out(draft: Draft, action: i.TransferOut) -> None:
    closing.tidy(draft)
    draft.say(d.Transferred, to=action.to, reason=action.reason)


def give_final_answer(draft: Draft, action: i.GiveFinalAnswer) -> None:
    draft.say(d.FinalAnswerGiven, text=action.text, ruling=action.ruling, approver=Actor(person=action.approver))
    closing.close(draft, "final_answer", action.ruling)


def rule_on_outcome(draft: Draft, action: i.RuleOnOutcome) -> None:
    draft.say(d.OutcomeRuled, ruling=action.ruling, reason=action.reason)


def check_commitment(draft: Draft, action: i.CheckCommitment) -> None:
    commitment = draft.ticket.commitment
    department = commitment.department if commitment.at != "nothing" else draft.lead
    draft.say(d.CommitmentChecked, department=department, kept=action.kept, note=action.note)
    if not action.kept and draft.ticket.led_by is not None:
        draft.say(d.Nudged, by=BY_POLICY, reason="承诺事项到期未兑现。", department=draft.lead)


def record_city_verdict(draft: Draft, action: i.RecordCityVerdict) -> None:
    draft.say(d.CityVerdictRecorded, solved=action.solved, satisfaction=action.satisfaction)
