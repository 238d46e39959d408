"""Supervision by persons and by the policy's ladder: nudge, supervision order, interview, callback review."""

from __future__ import annotations

from typing import Final

from rulebook.codes import Step
from rulebook.rules import Rung
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Actor, Clock
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.holder import held
from services.dispatch.core.regions import escalation
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
    """Press whoever holds the ticket; what a department was pressed for often and in vain climbs the ladder."""
    order = draft.ticket.led_by
    pressed = order is not None and (breach is not None or held(draft.ticket)[0] == f"department:{order.lead}")
    draft.say(d.Nudged, by=by, reason=reason, department=order.lead if order and pressed else None, breach=breach)
    _climb_unanswered(draft)


def press_supporter(draft: Draft, department: str, clock: Clock, clock_id: str) -> None:
    """Press a supporting department for its own lateness; the lead is not pressed for that."""
    for rung in draft.rules.policy.ladder.rungs:
        if rung.step is Step.NUDGE and rung.automatic and clock in rung.on_breach_of:
            reason = f"{_missed(draft, clock)}，{_TAKEN[rung.step]}。"
            draft.say(d.Nudged, by=BY_POLICY, reason=reason, department=department, breach=clock_id)


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
    """Take the steps that the ladder has for a missed clock, and those that are due because nothing was answered."""
    for rung in draft.rules.policy.ladder.rungs:
        if clock in rung.on_breach_of and draft.ticket.led_by is not None:
            _step(draft, rung, _missed(draft, clock), clock_id)
    _climb_unanswered(draft)


def _missed(draft: Draft, clock: Clock) -> str:
    return f"{draft.rules.policy.limit(clock).title}逾期"


def _climb_unanswered(draft: Draft) -> None:
    for rung in draft.rules.policy.ladder.rungs:
        found = _unanswered(draft, rung)
        if found is not None and draft.ticket.led_by is not None:
            _step(draft, rung, found, None)


def _unanswered(draft: Draft, rung: Rung) -> str | None:
    """Say what went unanswered so often and so long that the rung is due."""
    watch = draft.ticket.supervision
    match rung.after, watch:
        case Step.NUDGE, region.Nudged():
            times, said = len(watch.presses), f"催办{len(watch.presses)}次未见进展"
        case Step.SUPERVISE, region.Ordered(interviews=0):
            times, said = watch.orders, f"第{watch.orders}号督办单未见答复"
        case _:
            return None
    long_enough = rung.unanswered_for is None or draft.rules.waited(watch.since, rung.unanswered_for, draft.at)
    return said if times >= (rung.after_count or 1) and long_enough else None


_TAKEN: Final = {Step.NUDGE: "予以催办", Step.SUPERVISE: "转督办", Step.INTERVIEW: "予以约谈"}
_ASKED: Final = {Step.NUDGE: "请决定是否催办", Step.SUPERVISE: "请决定是否督办", Step.INTERVIEW: "请决定是否约谈"}


def _step(draft: Draft, rung: Rung, why: str, breach: str | None) -> None:
    """Take a step of the ladder, or ask whoever orders it."""
    if not rung.automatic:
        _propose(draft, rung.step, f"{why}，{_ASKED[rung.step]}。", breach)
        return
    reason = f"{why}，{_TAKEN[rung.step]}。"
    match rung.step:
        case Step.NUDGE:
            press(draft, reason, BY_POLICY, breach)
        case Step.SUPERVISE:
            order_supervision(draft, reason, BY_POLICY, "breach" if breach else "nudges", breach)
        case Step.INTERVIEW:
            draft.say(d.Interviewed, by=BY_POLICY, department=draft.lead, reason=reason)


def _propose(draft: Draft, step: Step, reason: str, breach: str | None) -> None:
    """Ask for a step once; one that was taken, or a lesser one than is asked for already, is not asked for."""
    asked, order = draft.ticket.escalation, list(Step)
    if isinstance(asked, escalation.Proposed) and order.index(Step(asked.step)) >= order.index(step):
        return
    if step is Step.SUPERVISE and isinstance(draft.ticket.supervision, region.Ordered | region.Reported):
        return
    draft.say(d.EscalationProposed, by=BY_POLICY, step=step.value, department=draft.lead, reason=reason, breach=breach)


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
    rung = draft.rules.policy.ladder.rungs[list(Step).index(Step.SUPERVISE)]
    if any(each.missed and each.clock in rung.on_breach_of for each in draft.ticket.dues.values()):
        return True
    match watch.cause:
        case "breach":
            return watch.breach != clock_id
        case "nudges":
            return rung.after_count is None or len(watch.presses) >= rung.after_count
        case _:
            return True
