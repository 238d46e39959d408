"""Supervision: nudge (催办), supervision order (督办), interview (约谈); beside it the callback review (回访复核)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Actor, Clock
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal
from services.dispatch.core.episodes.escalation import unproposed
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import due_no_more
from services.dispatch.core.regions import (
    Cause,
    NoReview,
    Nudged,
    Ordered,
    Press,
    Proposed,
    Quiet,
    Reported,
    ReviewOrdered,
    ReviewReported,
    Supervision,
)
from services.dispatch.core.standing import AFTER, AT_WORK, LED_OR_ASKED
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import by_lead, led

episode = Episode("supervision")


def watched(ticket: Ticket) -> bool:
    """Whether a supervision order or a callback review runs."""
    return isinstance(ticket.supervision, Ordered | Reported) or not isinstance(ticket.review, NoReview)


def unanswered(ticket: Ticket) -> bool:
    """Whether the lead owes an answer to an order or a review."""
    return isinstance(ticket.supervision, Ordered) or isinstance(ticket.review, ReviewOrdered)


# --- ordered ---------------------------------------------------------------------------------------------------------


def not_supervised(draft: Draft, _action: i.Supervise) -> Refusal | None:
    if isinstance(draft.ticket.supervision, Ordered | Reported):
        return Refusal("supervised_already", "该工单已在督办中；须加大力度的可以约谈。")
    return None


@episode.action(i.Supervise, LED_OR_ASKED - AFTER, led, not_supervised)
def supervise(draft: Draft, action: i.Supervise) -> None:
    order_supervision(draft, action.reason, draft.by)


def order_supervision(
    draft: Draft, reason: str, by: Actor, cause: Cause | None = None, breach: str | None = None
) -> None:
    """Issue a supervision order, unless one runs already or nobody could answer it."""
    if draft.ticket.led_by is None or isinstance(draft.ticket.supervision, Ordered | Reported):
        return
    number = draft.ticket.supervision.orders + 1
    draft.say(
        d.SupervisionOrdered(
            **draft.stamp(by), department=draft.lead, reason=reason, number=number, cause=cause, breach=breach
        )
    )


@episode.fact(d.SupervisionOrdered, heard_by=participants)
def _ordered(ticket: Ticket, fact: d.SupervisionOrdered, at: datetime) -> Ticket:
    watch = ticket.supervision
    ordered = Ordered(
        orders=fact.number,
        interviews=watch.interviews if isinstance(watch, Ordered | Reported) else 0,
        since=at,
        cause=fact.cause,
        breach=fact.breach,
        presses=() if isinstance(watch, Quiet) else watch.presses,
    )
    return unproposed(replace(ticket, supervision=ordered))


def no_review_open(draft: Draft, action: i.ReviewCallback) -> Refusal | None:
    if isinstance(draft.ticket.review, NoReview):
        return led(draft, action)
    return Refusal("reviewed_already", "已有回访复核在进行。")


@episode.action(i.ReviewCallback, AT_WORK | AFTER, no_review_open)
def review_callback(draft: Draft, action: i.ReviewCallback) -> None:
    draft.say(d.CallbackReviewOrdered(**draft.by_author, department=draft.lead, reason=action.reason))


@episode.fact(d.CallbackReviewOrdered, heard_by=participants)
def _review_ordered(ticket: Ticket, _fact: d.CallbackReviewOrdered, _at: datetime) -> Ticket:
    return replace(ticket, review=ReviewOrdered())


# --- answered --------------------------------------------------------------------------------------------------------


def answer_awaited(draft: Draft, _action: i.AnswerSupervision) -> Refusal | None:
    if unanswered(draft.ticket):
        return None
    return Refusal("nothing_to_answer", "没有待回复的督办或者回访复核。")


@episode.action(i.AnswerSupervision, LED_OR_ASKED, by_lead, answer_awaited)
def answer_supervision(draft: Draft, action: i.AnswerSupervision) -> None:
    draft.say(d.SupervisionAnswered(**draft.by_author, department=draft.lead, report=action.report))


@episode.fact(d.SupervisionAnswered, heard_by=participants)
def _answered(ticket: Ticket, _fact: d.SupervisionAnswered, _at: datetime) -> Ticket:
    after = due_no_more(ticket, {Clock.SUPERVISION, Clock.CALLBACK_REVIEW})
    if isinstance(after.supervision, Ordered):
        after = replace(after, supervision=after.supervision.reported())
    if isinstance(after.review, ReviewOrdered):
        after = replace(after, review=ReviewReported())
    return unproposed(after)


# --- interviewed -----------------------------------------------------------------------------------------------------


def supervised_or_reviewed(draft: Draft, _action: i.Interview) -> Refusal | None:
    if watched(draft.ticket):
        return None
    return Refusal("not_supervised", "约谈须在督办或者回访复核之后，请先督办。")


@episode.action(i.Interview, LED_OR_ASKED, led, supervised_or_reviewed)
def interview(draft: Draft, action: i.Interview) -> None:
    draft.say(d.Interviewed(**draft.by_author, department=draft.lead, reason=action.reason))


@episode.fact(d.Interviewed, heard_by=participants)
def _interviewed(ticket: Ticket, _fact: d.Interviewed, _at: datetime) -> Ticket:
    watch = ticket.supervision
    if isinstance(watch, Ordered | Reported):
        ticket = replace(ticket, supervision=replace(watch, interviews=watch.interviews + 1))
    return unproposed(ticket)


# --- ended -----------------------------------------------------------------------------------------------------------


def supervised_or_asked_for(draft: Draft, _action: i.EndSupervision) -> Refusal | None:
    if watched(draft.ticket) or isinstance(draft.ticket.escalation, Proposed):
        return None
    return Refusal("not_supervised", "该工单没有督办或者回访复核。")


@episode.action(i.EndSupervision, LED_OR_ASKED, supervised_or_asked_for)
def end_supervision(draft: Draft, action: i.EndSupervision) -> None:
    draft.say(d.SupervisionEnded(**draft.by_author, result=action.result))


def end_watch(draft: Draft, result: str) -> None:
    """End what runs, where nobody will owe an answer any more."""
    if watched(draft.ticket):
        draft.say(d.SupervisionEnded(**draft.by_policy, result=result))


@episode.fact(d.SupervisionEnded, heard_by=participants)
def _ended(ticket: Ticket, fact: d.SupervisionEnded, _at: datetime) -> Ticket:
    if fact.reason == d.BREACH_WITHDRAWN:
        return _taken_back(ticket)
    calm = replace(ticket, supervision=Quiet(orders=ticket.supervision.orders), review=NoReview())
    return unproposed(due_no_more(calm, {Clock.SUPERVISION, Clock.CALLBACK_REVIEW}))


def _taken_back(ticket: Ticket) -> Ticket:
    """The order goes, and with it nothing else: nudges for other causes and a callback review stay."""
    watch = ticket.supervision
    if not isinstance(watch, Ordered | Reported):
        return ticket
    after: Quiet | Nudged = Quiet(orders=watch.orders)
    if watch.presses:
        after = Nudged(orders=watch.orders, presses=watch.presses)
    return unproposed(due_no_more(replace(ticket, supervision=after), {Clock.SUPERVISION}), "interview")


# --- nudges, as the department's answer and the rule that takes them back change them ---------------------------------


def answered_by_work(ticket: Ticket) -> Ticket:
    """What the lead does answers the nudges so far."""
    pressed = ticket.supervision
    if not isinstance(pressed, Nudged):
        return ticket
    calm = replace(ticket, supervision=Quiet(orders=pressed.orders))
    for_breach = isinstance(calm.escalation, Proposed) and calm.escalation.breach is not None
    return calm if for_breach else unproposed(calm)


def with_presses(watch: Nudged | Ordered | Reported, presses: Sequence[Press]) -> Supervision:
    """The same with other nudges; without any, nobody presses."""
    if isinstance(watch, Nudged) and not presses:
        return Quiet(orders=watch.orders)
    return replace(watch, presses=tuple(presses))
