"""From handled to closed: review, callback, rework, and what ends a ticket."""

from __future__ import annotations

from schemas import dispatch as d
from schemas.inbound import RecordCallback
from schemas.values import Grade, Kind, RequesterKind, Ruling, Solved
from services.dispatch.core import oversight
from services.dispatch.core import standing as s
from services.dispatch.core.draft import BY_POLICY, Draft, lapse, watched
from services.dispatch.core.regions.support import undone

_RULED = {Solved.SOLVED: Ruling.SOLVED, Solved.PARTLY: Ruling.EXPLAINED, Solved.NOT: Ruling.UNSOLVED}
_FOR_THE_RECORD = frozenset({Kind.SUGGEST, Kind.PRAISE})


def handled(draft: Draft, reply: str) -> None:
    """The lead reported; policy may review by itself."""
    lapse(draft, "已报办结，申请不再审批。")
    draft.say(d.Handled, department=draft.lead, reply=reply, round=draft.ticket.rounds)
    if draft.rules.automatic("review"):
        accepted(draft, None, automatic=True)


def accepted(draft: Draft, ruling: Ruling | None, *, automatic: bool = False) -> None:
    """The review accepted: ask the callback agency, unless nobody can be called."""
    by = BY_POLICY if automatic else draft.by
    standing = draft.ticket.standing
    at = standing.at if isinstance(standing, s.Handled) else draft.at
    draft.say(d.HandledAccepted, by=by, department=draft.lead, handled_at=at, ruling=ruling)
    if draft.ticket.matter.requester_kind is RequesterKind.ANONYMOUS:
        draft.say(d.CallbackExempt, by=BY_POLICY)
        close(draft, "exempt", unheard(draft))
        return
    attempts = draft.rules.policy.limits.callback_attempts
    draft.say(d.CallbackAwaited, by=BY_POLICY, round=draft.ticket.rounds, attempts=attempts)


def unheard(draft: Draft) -> Ruling:
    """The ruling where the requester did not say whether it is solved: nobody may call that solved but the office."""
    usual = Ruling.FOR_REFERENCE if draft.ticket.matter.kind in _FOR_THE_RECORD else Ruling.EXPLAINED
    return draft.ticket.ruling or usual


def unreached(draft: Draft) -> None:
    """One attempt more in vain; after the last one that is the outcome."""
    standing = draft.ticket.standing
    attempt = (standing.attempts if isinstance(standing, s.CallbackPending) else 0) + 1
    draft.say(d.CallbackTried, attempt=attempt)
    if attempt >= draft.rules.policy.limits.callback_attempts:
        draft.say(d.CallbackGivenUp, by=BY_POLICY, attempts=attempt)
        close(draft, "unreachable", unheard(draft))


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
    if action.solved is not Solved.NOT and action.result is not Grade.DISSATISFIED:
        derived = _RULED.get(action.solved)
        close(draft, "called_back", draft.ticket.ruling or derived or unheard(draft))
        return
    reason = "unsolved" if action.solved is Solved.NOT else "dissatisfied"
    draft.say(
        d.ReworkOrdered,
        by=BY_POLICY,
        department=draft.lead,
        round=draft.ticket.rounds + 1,
        failure=draft.ticket.failures + 1,
        reason=reason,
    )
    if draft.ticket.failures >= draft.rules.policy.limits.failed_callbacks_before_supervision:
        reason = f"{draft.ticket.failures}次回访未解决或者不满意，转督办。"
        oversight.order_supervision(draft, reason, BY_POLICY, "callbacks")


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
    for code in undone(draft.ticket.tasks):
        draft.say(d.SupportTaskEnded, by=BY_POLICY, department=code)
    if watched(draft.ticket):
        draft.say(d.SupervisionEnded, by=BY_POLICY, result="工单已结束")
