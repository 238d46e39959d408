"""Supervision by persons and by the policy's ladder: nudge, supervision order, interview, callback review."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas.policy.codes import Step
from schemas.policy.rules import Rung
from schemas.values import Actor, Clock
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.regions import supervision as region


def nudge(draft: Draft, action: i.Nudge) -> None:
    press(draft, action.reason, draft.by)


def supervise(draft: Draft, action: i.Supervise) -> None:
    order_supervision(draft, action.reason, draft.by)


def interview(draft: Draft, action: i.Interview) -> None:
    draft.say(d.Interviewed, department=draft.lead, reason=action.reason)


def end_supervision(draft: Draft, action: i.EndSupervision) -> None:
    draft.say(d.SupervisionEnded, result=action.result)


def review_callback(draft: Draft, action: i.ReviewCallback) -> None:
    draft.say(d.CallbackReviewOrdered, department=draft.lead, reason=action.reason)


def press(draft: Draft, reason: str, by: Actor, breach: str | None = None) -> None:
    """Press whoever holds the ticket; a department that was pressed often and in vain is supervised by policy."""
    order = draft.ticket.led_by
    draft.say(d.Nudged, by=by, reason=reason, department=order.lead if order else None, breach=breach)
    pressed, rung = draft.ticket.supervision, _rung(draft, Step.SUPERVISE)
    if not isinstance(pressed, region.Nudged) or rung.after is not Step.NUDGE or not rung.automatic:
        return
    nudges, span = len(pressed.presses), rung.unanswered_for
    often = rung.after_count is not None and nudges >= rung.after_count
    if often and (span is None or draft.rules.waited(pressed.since, span, draft.at)):
        order_supervision(draft, f"催办{nudges}次未见进展，转督办。", BY_POLICY, "nudges")


def _rung(draft: Draft, step: Step) -> Rung:
    return draft.rules.policy.ladder.rungs[list(Step).index(step)]


def order_supervision(
    draft: Draft, reason: str, by: Actor, cause: region.Cause | None = None, breach: str | None = None
) -> None:
    """Issue a supervision order, unless one runs already or nobody could answer it."""
    if draft.ticket.led_by is None or isinstance(draft.ticket.supervision, region.Ordered | region.Reported):
        return
    number = draft.ticket.supervision.orders + 1
    draft.say(
        d.SupervisionOrdered, by=by, department=draft.lead, reason=reason, number=number, cause=cause, breach=breach
    )


def climb(draft: Draft, clock: Clock, clock_id: str) -> None:
    """Take the step that the ladder has for a missed clock, where it needs no person."""
    for rung in draft.rules.policy.ladder.rungs:
        if clock not in rung.on_breach_of or not rung.automatic or draft.ticket.led_by is None:
            continue
        title = draft.rules.policy.limit(clock).title
        match rung.step:
            case Step.NUDGE:
                press(draft, f"{title}逾期，予以催办。", BY_POLICY, clock_id)
            case Step.SUPERVISE:
                order_supervision(draft, f"{title}逾期，转督办。", BY_POLICY, "breach", clock_id)
            case Step.INTERVIEW:
                draft.say(d.Interviewed, by=BY_POLICY, department=draft.lead, reason=f"{title}逾期，予以约谈。")


def take_back(draft: Draft, clock: Clock, clock_id: str) -> None:
    """Take back what the ladder ordered for a breach that is withdrawn; what has another cause stays."""
    watch, title = draft.ticket.supervision, draft.rules.policy.limit(clock).title
    if isinstance(watch, region.Quiet):
        return
    order = draft.ticket.led_by
    if any(press.breach == clock_id for press in watch.presses):
        reason = f"{title}逾期已撤销，催办收回。"
        draft.say(
            d.NudgeWithdrawn,
            by=BY_POLICY,
            reason=reason,
            department=order.lead if order else None,
            breach=clock_id,
        )
    watch = draft.ticket.supervision
    if isinstance(watch, region.Ordered | region.Reported) and not _stands(draft, watch, clock_id):
        result = f"{title}逾期已撤销，督办单收回。"
        draft.say(d.SupervisionEnded, by=BY_POLICY, result=result, reason=d.BREACH_WITHDRAWN)


def _stands(draft: Draft, watch: region.Ordered | region.Reported, clock_id: str) -> bool:
    """Whether the order would have been given without that breach too."""
    rung = _rung(draft, Step.SUPERVISE)
    if any(each.missed and each.clock in rung.on_breach_of for each in draft.ticket.dues.values()):
        return True
    match watch.cause:
        case "breach":
            return watch.breach != clock_id
        case "nudges":
            return rung.after_count is None or len(watch.presses) >= rung.after_count
        case _:
            return True
