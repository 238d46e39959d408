"""Supervision by persons and by the policy's ladder: nudge, supervision order, interview, callback review."""

from __future__ import annotations

from schemas import dispatch as d
from schemas import inbound as i
from schemas.policy.codes import Step
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


def press(draft: Draft, reason: str, by: Actor) -> None:
    """Press whoever holds the ticket; a department that was pressed often and in vain is supervised by policy."""
    order = draft.ticket.led_by
    draft.say(d.Nudged, by=by, reason=reason, department=order.lead if order else None)
    pressed = draft.ticket.supervision
    rung = draft.rules.policy.ladder.rungs[list(Step).index(Step.SUPERVISE)]
    if not isinstance(pressed, region.Nudged) or rung.after is not Step.NUDGE or not rung.automatic:
        return
    often = rung.after_count is not None and pressed.nudges >= rung.after_count
    span = rung.unanswered_for
    if often and (span is None or draft.rules.waited(pressed.since, span, draft.at)):
        order_supervision(draft, f"催办{pressed.nudges}次未见进展，转督办。", BY_POLICY)


def order_supervision(draft: Draft, reason: str, by: Actor) -> None:
    """Issue a supervision order, unless one runs already or nobody could answer it."""
    if draft.ticket.led_by is None or isinstance(draft.ticket.supervision, region.Ordered | region.Reported):
        return
    number = draft.ticket.supervision.orders + 1
    draft.say(d.SupervisionOrdered, by=by, department=draft.lead, reason=reason, number=number)


def climb(draft: Draft, clock: Clock) -> None:
    """Take the step that the ladder has for a missed clock, where it needs no person."""
    for rung in draft.rules.policy.ladder.rungs:
        if clock not in rung.on_breach_of or not rung.automatic or draft.ticket.led_by is None:
            continue
        title = draft.rules.policy.limit(clock).title
        match rung.step:
            case Step.NUDGE:
                press(draft, f"{title}逾期，予以催办。", BY_POLICY)
            case Step.SUPERVISE:
                order_supervision(draft, f"{title}逾期，转督办。", BY_POLICY)
            case Step.INTERVIEW:
                draft.say(d.Interviewed, by=BY_POLICY, department=draft.lead, reason=f"{title}逾期，予以约谈。")
