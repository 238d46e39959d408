"""The centre reviews what was reported handled, by the lead or by a supporter: accepted, or sent back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Clock, Ruling
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.due_times import due_no_more
from services.dispatch.core.episode import SAME, Episode, Refusal
from services.dispatch.core.episodes.callback import await_callback
from services.dispatch.core.guards import ground_named
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import Done
from services.dispatch.core.ticket import Ticket

episode = Episode("review")

_WORKING: Final = frozenset(
    {Clock.HANDLING, Clock.REWORK, Clock.URGENT_FIRST_REPORT, Clock.RETURN_WINDOW, Clock.FIRST_CONTACT}
)


def task_done(draft: Draft, action: i.Review) -> Refusal | None:
    task = draft.ticket.tasks.get(action.department or "")
    if isinstance(task, Done) and (task.awaits_review or not action.accepted):
        return None
    return Refusal("nothing_to_review", "没有待审核的办结或者协办结果。")


def lead_or_task_done(draft: Draft, action: i.Review) -> Refusal | None:
    return None if action.department in (None, draft.lead) else task_done(draft, action)


def not_reviewed_yet(draft: Draft, action: i.Review) -> Refusal | None:
    standing = draft.ticket.standing
    if action.department not in (None, draft.lead) or not isinstance(standing, s.Handled) or standing.held is None:
        return None
    reason = (
        "该工单的办结已审核通过；请先处理识别到的敏感内容、确认知悉紧急件，随后即行结案，需要继续办理的再重启办理。"
    )
    return Refusal("waits_to_close", reason)


def sent_back_on_a_ground(draft: Draft, action: i.Review) -> Refusal | None:
    if action.accepted:
        return None
    return ground_named(draft, draft.rules.policy.grounds.sent_back, action.ground, "退回办结")


@episode.action(
    i.Review,
    {S.HANDLED},
    lead_or_task_done,
    not_reviewed_yet,
    sent_back_on_a_ground,
    to={SAME, S.IN_PROGRESS, S.REWORK, S.CALLBACK_PENDING, S.CLOSED},
)
@episode.action(i.Review, s.WITH_LEAD | s.DISPUTED | s.WAITING | {S.CALLBACK_PENDING}, task_done, sent_back_on_a_ground)
def review(draft: Draft, action: i.Review) -> None:
    """Whom the review names is meant; where it names nobody, the lead."""
    standing = draft.ticket.standing
    if not isinstance(standing, s.Handled) or action.department not in (None, draft.lead):
        _review_task(draft, action)
    elif action.accepted:
        accept_handled(draft, action.ruling)
    else:
        sent_back = d.HandledSentBack(
            **draft.by_author,
            department=draft.lead,
            ground=action.ground,
            reason=_why(draft, action, "办理结果不符合要求，退回继续办理。"),
            rework=True if standing.rework else None,
        )
        draft.say(sent_back)


def _why(draft: Draft, action: i.Review, otherwise: str) -> str:
    """What the reviewer wrote, else what the ground says in full."""
    ground = draft.rules.policy.grounds.named(action.ground or "")
    return action.reason or (ground.text if ground else otherwise)


def _review_task(draft: Draft, action: i.Review) -> None:
    department = action.department or ""
    if action.accepted:
        draft.say(d.SupportTaskAccepted(**draft.by_author, department=department))
    else:
        reason = _why(draft, action, "协办结果不符合要求，请继续办理。")
        back = d.SupportTaskSentBack(**draft.by_author, department=department, ground=action.ground, reason=reason)
        draft.say(back)


def accept_handled(draft: Draft, ruling: Ruling | None, *, automatic: bool = False) -> None:
    """Accept what was reported; the requester is called next."""
    standing = draft.ticket.standing
    accepted = d.HandledAccepted(
        **draft.stamp(BY_POLICY if automatic else draft.by),
        department=draft.lead,
        handled_at=standing.at if isinstance(standing, s.Handled) else draft.at,
        ruling=ruling,
    )
    draft.say(accepted)
    await_callback(draft)


@episode.fact(d.HandledAccepted, heard_by=participants)
def _accepted(ticket: Ticket, fact: d.HandledAccepted, _at: datetime) -> Ticket:
    standing = ticket.standing
    if isinstance(standing, s.Handled):
        standing = replace(standing, accepted=True)
    after = replace(ticket, standing=standing, ruling=fact.ruling or ticket.ruling, would_lead=None)
    return due_no_more(after, _WORKING)


@episode.fact(d.HandledSentBack, heard_by=participants)
def _sent_back(ticket: Ticket, fact: d.HandledSentBack, _at: datetime) -> Ticket:
    return replace(ticket, standing=s.Rework() if fact.rework else s.InProgress())
