"""Supervision: nudge (催办), supervision order (督办), interview (约谈); beside it the callback review (回访复核)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from rulebook.clocks import OF_ORDER
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Actor, Clock, DepartmentCode, WatchOrder
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.due_times import due_no_more
from services.dispatch.core.episode import Episode, Refusal, state_guard
from services.dispatch.core.episodes.escalation import unproposed
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import (
    Cause,
    NoReview,
    Nudge,
    Nudged,
    Ordered,
    Proposed,
    Quiet,
    Reported,
    ReviewOrdered,
    ReviewReported,
    Supervision,
)
from services.dispatch.core.standing import AFTER, AT_WORK, WITH_DEPARTMENT
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import by_watched, led
from vocabulary import WATCH_ORDERS, label

episode = Episode("supervision")

_LEAD_CHANGED: Final = "牵头单位变更"
_GOES_ON: Final = "牵头单位变更，原督办继续。"
REVIEWED_AFTER: Final = frozenset({S.CLOSED, S.ARCHIVED})
"""The states after the end in which a review of the city's verdict can run."""
WATCHED: Final = WITH_DEPARTMENT | REVIEWED_AFTER | {S.SPLIT}
"""Where an order or a review can run; of a split ticket that of what the city had heard before a part came back."""


def watched(ticket: Ticket) -> bool:
    """Whether a supervision order or a callback review runs."""
    return bool(running(ticket))


def to_answer(ticket: Ticket) -> tuple[WatchOrder, ...]:
    """Name the order and the review that the lead owes an answer to."""
    owed = {
        WatchOrder.SUPERVISION: isinstance(ticket.supervision, Ordered),
        WatchOrder.CALLBACK_REVIEW: isinstance(ticket.review, ReviewOrdered),
    }
    return tuple(each for each, is_owed in owed.items() if is_owed)


def running(ticket: Ticket) -> tuple[WatchOrder, ...]:
    """Name the order and the review that run, answered or not."""
    runs = {
        WatchOrder.SUPERVISION: isinstance(ticket.supervision, Ordered | Reported),
        WatchOrder.CALLBACK_REVIEW: not isinstance(ticket.review, NoReview),
    }
    return tuple(each for each, is_running in runs.items() if is_running)


# --- ordered ---------------------------------------------------------------------------------------------------------


def not_supervised(draft: Draft, _action: i.Supervise) -> Refusal | None:
    if isinstance(draft.ticket.supervision, Ordered | Reported):
        return Refusal("supervised_already", "该工单已在督办中；须加大力度的可以约谈。")
    return None


@episode.action(i.Supervise, WITH_DEPARTMENT - AFTER, led, not_supervised)
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


def goes_on(ticket: Ticket) -> Ordered | Reported | None:
    """The order that another lead takes over: a person's, or one for the citizen's time, not for its own."""
    watch = ticket.supervision
    if not isinstance(watch, Ordered | Reported) or watch.cause in ("nudges", "callbacks"):
        return None
    missed = ticket.dues.get(watch.breach) if watch.breach else None
    return watch if watch.cause is None or (missed and missed.clock is Clock.CITIZEN) else None


def take_over(draft: Draft, order: Ordered | Reported | None, before: DepartmentCode) -> None:
    """Give the order to whoever leads now, with a time of their own: only the supervisor is rid of it."""
    if order is None or before == draft.lead:
        return
    taken_over = d.SupervisionOrdered(
        **draft.by_policy,
        department=draft.lead,
        reason=order.reason or _GOES_ON,
        number=draft.ticket.supervision.orders + 1,
        cause=order.cause,
        breach=order.breach,
        taken_over_from=before,
    )
    draft.say(taken_over)


@episode.fact(d.SupervisionOrdered, heard_by=participants)
def _ordered(ticket: Ticket, fact: d.SupervisionOrdered, at: datetime) -> Ticket:
    watch = ticket.supervision
    ordered = Ordered(
        orders=fact.number,
        interviews=watch.interviews if isinstance(watch, Ordered | Reported) else 0,
        since=fact.since(at),
        reason=fact.reason,
        cause=fact.cause,
        breach=fact.breach,
        nudges=() if isinstance(watch, Quiet) else watch.nudges,
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
def _review_ordered(ticket: Ticket, fact: d.CallbackReviewOrdered, _at: datetime) -> Ticket:
    return replace(ticket, review=ReviewOrdered(city=fact.city is not None))


# --- answered --------------------------------------------------------------------------------------------------------


def _one_named(which: WatchOrder | None, among: tuple[WatchOrder, ...], field: str) -> Refusal | None:
    """Where two orders run, the act says which one it is about: the other stays open."""
    if which is None and len(among) > 1:
        names = "、".join(f"{WATCH_ORDERS[each]}（{each}）" for each in among)
        return Refusal("which_order", f"{names}各自单独办理，请在“{label(field)}”中写明是哪一件。")
    return None


@state_guard
def something_to_answer(draft: Draft) -> Refusal | None:
    return None if to_answer(draft.ticket) else Refusal("nothing_to_answer", "没有待回复的督办或者回访复核。")


def answer_awaited(draft: Draft, action: i.AnswerSupervision) -> Refusal | None:
    owed = to_answer(draft.ticket)
    if action.answers is not None and action.answers not in owed:
        names = "、".join(f"{WATCH_ORDERS[each]}（{each}）" for each in owed)
        return Refusal("nothing_to_answer", f"{WATCH_ORDERS[action.answers]}没有待回复的，待回复的是{names}。")
    return _one_named(action.answers, owed, "answers")


@episode.action(i.AnswerSupervision, WATCHED, by_watched, something_to_answer, answer_awaited)
def answer_supervision(draft: Draft, action: i.AnswerSupervision) -> None:
    answers = action.answers or to_answer(draft.ticket)[0]
    draft.say(d.SupervisionAnswered(**draft.by_author, department=draft.lead, report=action.report, answers=answers))


@episode.fact(d.SupervisionAnswered, heard_by=participants)
def _answered(ticket: Ticket, fact: d.SupervisionAnswered, _at: datetime) -> Ticket:
    after = due_no_more(ticket, OF_ORDER[fact.answers])
    watch, review = after.supervision, after.review
    if isinstance(watch, Ordered) and fact.answers is not WatchOrder.CALLBACK_REVIEW:
        after = replace(after, supervision=watch.reported())
    if isinstance(review, ReviewOrdered) and fact.answers is not WatchOrder.SUPERVISION:
        after = replace(after, review=ReviewReported(city=review.city))
    return after if fact.answers is WatchOrder.CALLBACK_REVIEW else unproposed(after)


# --- interviewed -----------------------------------------------------------------------------------------------------


def supervised_or_reviewed(draft: Draft, _action: i.Interview) -> Refusal | None:
    if watched(draft.ticket):
        return None
    return Refusal("not_supervised", "约谈须在督办或者回访复核之后，请先督办。")


def put_on_record(draft: Draft, action: i.Interview) -> Refusal | None:
    """An interview that is not on record, with when, with whom and what came of it, was none."""
    if not draft.rules.asks_who:
        return None
    if action.held_at is None or not action.persons or action.agreed is None:
        names = "、".join(map(label, ("held_at", "persons", "agreed")))
        return Refusal("interview_incomplete", f"约谈须写明{names}，请补齐后再记录。")
    if action.held_at > draft.at:
        return Refusal("held_in_the_future", f"{label('held_at')}不能在将来，请在约谈之后记录。")
    return None


@episode.action(i.Interview, WITH_DEPARTMENT, led, supervised_or_reviewed, put_on_record)
def interview(draft: Draft, action: i.Interview) -> None:
    held = d.Interviewed(
        **draft.by_author,
        department=draft.lead,
        reason=action.reason,
        held_at=action.held_at,
        persons=action.persons,
        agreed=action.agreed,
    )
    draft.say(held)


@episode.fact(d.Interviewed, heard_by=participants)
def _interviewed(ticket: Ticket, _fact: d.Interviewed, _at: datetime) -> Ticket:
    watch = ticket.supervision
    if isinstance(watch, Ordered | Reported):
        ticket = replace(ticket, supervision=replace(watch, interviews=watch.interviews + 1))
    return unproposed(ticket)


# --- ended -----------------------------------------------------------------------------------------------------------


def supervised_or_asked_for(draft: Draft, action: i.EndSupervision) -> Refusal | None:
    runs = running(draft.ticket)
    if action.order is not None and action.order not in runs:
        return Refusal("not_supervised", f"该工单没有在办的{WATCH_ORDERS[action.order]}。")
    if runs or isinstance(draft.ticket.escalation, Proposed):
        return _one_named(action.order, runs, "order")
    return Refusal("not_supervised", "该工单没有督办或者回访复核。")


@episode.action(i.EndSupervision, WATCHED, supervised_or_asked_for)
def end_supervision(draft: Draft, action: i.EndSupervision) -> None:
    runs = running(draft.ticket)
    ended = action.order if len(runs) > 1 else None
    draft.say(d.SupervisionEnded(**draft.by_author, result=action.result, ended=ended))


def end_watch(draft: Draft, result: str) -> None:
    """End what runs, where nobody will owe an answer any more."""
    if watched(draft.ticket):
        draft.say(d.SupervisionEnded(**draft.by_policy, result=result))


def end_watch_of_lead_before(draft: Draft) -> None:
    """Whoever led until now owes no answer any more, and is told so."""
    if watched(draft.ticket):
        draft.say(d.SupervisionEnded(**draft.by_policy, result=_LEAD_CHANGED, reason=d.LEAD_CHANGED))


def end_watch_of_closed(draft: Draft, result: str) -> None:
    """End what runs, but for a review that the city's verdict led to: the lead answers that after the closing too."""
    review = draft.ticket.review
    if not (isinstance(review, ReviewOrdered | ReviewReported) and review.city):
        end_watch(draft, result)
    elif WatchOrder.SUPERVISION in running(draft.ticket):
        draft.say(d.SupervisionEnded(**draft.by_policy, result=result, ended=WatchOrder.SUPERVISION))


@episode.fact(d.SupervisionEnded, heard_by=participants)
def _ended(ticket: Ticket, fact: d.SupervisionEnded, _at: datetime) -> Ticket:
    if fact.reason in d.TAKEN_BACK:
        return _taken_back(ticket)
    calm = due_no_more(ticket, OF_ORDER[fact.ended])
    if fact.ended is not WatchOrder.SUPERVISION:
        calm = replace(calm, review=NoReview())
    if fact.ended is WatchOrder.CALLBACK_REVIEW:
        return calm
    return unproposed(replace(calm, supervision=Quiet(orders=ticket.supervision.orders)))


def _taken_back(ticket: Ticket) -> Ticket:
    """The order goes, and with it nothing else: nudges for other causes and a callback review stay."""
    watch = ticket.supervision
    if not isinstance(watch, Ordered | Reported):
        return ticket
    after: Quiet | Nudged = Quiet(orders=watch.orders)
    if watch.nudges:
        after = Nudged(orders=watch.orders, nudges=watch.nudges)
    return unproposed(due_no_more(replace(ticket, supervision=after), {Clock.SUPERVISION}), "interview")


# --- nudges, as the department's answer and the rule that takes them back change them ---------------------------------


def answered_by_work(ticket: Ticket) -> Ticket:
    """What the lead does answers the nudges so far."""
    nudged = ticket.supervision
    if not isinstance(nudged, Nudged):
        return ticket
    calm = replace(ticket, supervision=Quiet(orders=nudged.orders))
    for_breach = isinstance(calm.escalation, Proposed) and calm.escalation.breach is not None
    return calm if for_breach else unproposed(calm)


def with_nudges(watch: Nudged | Ordered | Reported, nudges: Sequence[Nudge]) -> Supervision:
    """The same with other nudges; without any, nobody was nudged."""
    if isinstance(watch, Nudged) and not nudges:
        return Quiet(orders=watch.orders)
    return replace(watch, nudges=tuple(nudges))
