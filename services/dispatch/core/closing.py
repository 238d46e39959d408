"""From handled to closed: review, callback, rework, and what ends a ticket."""

from __future__ import annotations

from schemas import dispatch as d
from schemas.inbound import RecordCallback
from schemas.policy.codes import Passing
from schemas.values import Clock, Due, Grade, RequesterKind, Ruling, Solved
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.ticket import CallbackPending, Handled, Rework

_RULED = {
    Solved.SOLVED: Ruling.SOLVED,
    Solved.PARTLY: Ruling.EXPLAINED,
    Solved.NOT: Ruling.UNSOLVED,
    Solved.NOT_RATED: Ruling.SOLVED,
}


def handled(draft: Draft, reply: str) -> None:
    """The lead reported; policy may review by itself."""
    lead = _lead(draft)
    draft.say(d.Handled, department=lead, reply=reply, round=draft.ticket.rounds)
    if draft.rules.policy.automation.review is Passing.AUTOMATIC:
        accepted(draft, None, automatic=True)


def accepted(draft: Draft, ruling: Ruling | None, *, automatic: bool = False) -> None:
    """The review accepted: ask the callback agency, unless nobody can be called."""
    by = BY_POLICY if automatic else draft.by
    standing = draft.ticket.standing
    at = standing.at if isinstance(standing, Handled) else draft.at
    draft.say(d.HandledAccepted, by=by, department=_lead(draft), handled_at=at, ruling=ruling)
    if draft.ticket.matter.requester_kind is RequesterKind.ANONYMOUS:
        draft.say(d.CallbackExempt, by=BY_POLICY)
        close(draft, "exempt", ruling or Ruling.EXPLAINED)
        return
    attempts = draft.rules.policy.limits.callback_attempts
    draft.say(d.CallbackAwaited, by=BY_POLICY, round=draft.ticket.rounds, attempts=attempts)


def unreached(draft: Draft) -> None:
    """One attempt more in vain; after the last one that is the outcome."""
    standing = draft.ticket.standing
    attempt = (standing.attempts if isinstance(standing, CallbackPending) else 0) + 1
    draft.say(d.CallbackTried, attempt=attempt)
    if attempt >= draft.rules.policy.limits.callback_attempts:
        draft.say(d.CallbackGivenUp, by=BY_POLICY, attempts=attempt)
        close(draft, "unreachable", draft.ticket.ruling or Ruling.EXPLAINED)


def called_back(draft: Draft, action: RecordCallback) -> None:
    """What the requester said closes the ticket, or sends it back to work."""
    draft.say(
        d.CallbackRecorded,
        round=draft.ticket.rounds,
        contacted=action.contacted,
        solved=action.solved,
        attitude=action.attitude,
        result=action.result,
    )
    content = action.solved is not Solved.NOT and action.result is not Grade.DISSATISFIED
    if content:
        close(draft, "called_back", draft.ticket.ruling or _RULED[action.solved])
        return
    failures = draft.ticket.rounds + 1
    reason = "unsolved" if action.solved is Solved.NOT else "dissatisfied"
    draft.say(d.ReworkOrdered, by=BY_POLICY, department=_lead(draft), round=failures, reason=reason)
    if failures >= draft.rules.policy.limits.failed_callbacks_before_supervision:
        supervise(draft, "三次回访未解决或不满意，转督办。", by_policy=True)


def supervise(draft: Draft, reason: str, *, by_policy: bool = False) -> None:
    """Issue a supervision order."""
    draft.say(
        d.SupervisionOrdered,
        by=BY_POLICY if by_policy else draft.by,
        department=_lead(draft),
        reason=reason,
        number=draft.ticket.supervision.number + 1,
    )


def close(draft: Draft, outcome: str, ruling: Ruling) -> None:
    """Close, and let go of everything that ran beside."""
    tidy(draft)
    order = draft.ticket.order
    draft.say(
        d.Closed,
        by=BY_POLICY,
        outcome=outcome,
        ruling=ruling,
        lead=order.lead if order else None,
        reply=draft.ticket.reply,
    )


def tidy(draft: Draft) -> None:
    """End tasks and supervision, which nobody owes any more."""
    for code, task in draft.ticket.tasks.items():
        if not task.done:
            draft.say(d.SupportTaskEnded, by=BY_POLICY, department=code)
    if draft.ticket.supervision.open != "none" or draft.ticket.supervision.review != "none":
        draft.say(d.SupervisionEnded, by=BY_POLICY, result="工单已结束")


def is_rework(draft: Draft) -> bool:
    """Whether the ticket is being worked on again."""
    return isinstance(draft.ticket.standing, Rework)


def due_of(draft: Draft) -> Due | None:
    """When the lead must have handled it."""
    wanted = Clock.REWORK if is_rework(draft) else Clock.HANDLING
    return next((each.due for each in draft.ticket.dues.values() if each.clock is wanted), None)


def _lead(draft: Draft) -> str:
    order = draft.ticket.order
    if order is None:
        raise LookupError(f"nobody leads ticket {draft.ticket.id}")
    return order.lead
