"""A ticket comes to its end (结案): closed, finally answered or not accepted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import Actor, Clock, Code, Grade, Ruling, Solved, Unruled
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal
from services.dispatch.core.episodes.stop_words import is_withheld
from services.dispatch.core.episodes.supervision import REVIEWED_AFTER, end_watch, end_watch_of_closed
from services.dispatch.core.episodes.support import undone
from services.dispatch.core.guards import from_city, ground_named, legal_ground
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import (
    NoExtensionAsked,
    NoReview,
    NoSuspensionAsked,
    NotedDue,
    NothingPromised,
    NotNoticed,
    NotProposed,
    NoWish,
    Quiet,
    ReviewOrdered,
    ReviewReported,
)
from services.dispatch.core.ticket import Ticket, is_for_the_record
from vocabulary import GRADES, RULINGS, SOLVED

episode = Episode("closing")


# --- what every end has in common ------------------------------------------------------------------------------------


_OVER: Final = "工单已结束"


def tidy(draft: Draft, reason: d.TaskEnd) -> None:
    """End tasks and supervision, which nobody owes any more; supporters hear why."""
    _end_tasks(draft, reason)
    end_watch(draft, _OVER)


def _end_tasks(draft: Draft, reason: d.TaskEnd) -> None:
    for code in undone(draft.ticket.tasks):
        draft.say(d.SupportTaskEnded(**draft.by_policy, department=code, reason=reason))


def ended(ticket: Ticket, standing: s.AnyStanding) -> Ticket:
    """What every end lets go of."""
    return replace(
        ticket,
        standing=standing,
        tasks={},
        dues={},
        nudged={},
        extension=NoExtensionAsked(),
        suspension=NoSuspensionAsked(),
        commitment=NothingPromised(),
        supervision=Quiet(orders=ticket.supervision.orders),
        review=NoReview(),
        escalation=NotProposed(),
        wish=NoWish(),
        alike=NotNoticed(),
        inside={code: replace(each, section=None, handler=None) for code, each in ticket.inside.items()},
    )


def reviewed_by(ticket: Ticket) -> dict[str, NotedDue]:
    """Until when the city's verdict is to be reviewed, which outlives the end."""
    return {name: each for name, each in ticket.dues.items() if each.clock is Clock.CALLBACK_REVIEW}


class Ending(NamedTuple):
    """How a ticket ended, for those that hang on it: why, and to whom it went, where that is known."""

    outcome: Code
    ruling: Ruling | None = None
    reply: str | None = None
    reason: str | None = None
    to: Code | None = None


def tell_of_end(ticket: Ticket, by: Actor, ending: Ending) -> Iterator[r.TicketRequest]:
    """The whole hears that its part ended, and each ticket that was merged into this one hears the result."""
    whole = ticket.matter.part_of
    if whole is not None:
        yield r.ReportPart(ticket=whole, origin=ticket.id, by=by, outcome=ending.outcome, ruling=ending.ruling)
    for taken in ticket.taken:
        yield r.EndOfMerged(
            ticket=taken,
            origin=ticket.id,
            by=by,
            outcome=ending.outcome,
            ruling=ending.ruling,
            reply=ending.reply,
            reason=ending.reason,
            to=ending.to,
        )


def tell_of_reopening(ticket: Ticket, by: Actor) -> Iterator[r.TicketRequest]:
    """The whole waits for its part again, and what was merged into this one has not ended any more."""
    whole = ticket.matter.part_of
    if whole is not None:
        yield r.ReopenWhole(ticket=whole, origin=ticket.id, by=by)
    for taken in ticket.taken:
        yield r.ReopenMerged(ticket=taken, origin=ticket.id, by=by)


# --- closed ----------------------------------------------------------------------------------------------------------


UNHEARD: Final = frozenset({"called_back", "unreachable", "exempt", "parts_ended"})
"""The outcomes that leave a closed ticket without a ruling, where nobody said that it is solved, or that it is not."""


def close(draft: Draft, outcome: Code, ruling: Ruling | None, unruled: Unruled | None = None) -> None:
    """Close, and let go of everything that ran beside; where policy says so a person is asked for the ruling."""
    _end_tasks(draft, d.TaskEnd.TICKET_CLOSED)
    end_watch_of_closed(draft, _OVER)
    order = draft.ticket.order
    closed = d.Closed(
        **draft.by_policy,
        outcome=outcome,
        ruling=ruling,
        unruled=unruled,
        awaits_ruling=True if unruled in draft.rules.policy.rates.person_rules_on else None,
        lead=order.lead if order else None,
        category=draft.ticket.matter.category,
        reply=draft.ticket.reply,
    )
    draft.say(closed)


def _close_for_others(ticket: Ticket, fact: d.Closed) -> Iterator[r.TicketRequest]:
    return tell_of_end(ticket, fact.by, Ending(fact.outcome, ruling=fact.ruling, reply=fact.reply))


@episode.fact(d.Closed, heard_by=participants, asks=_close_for_others)
def _closed(ticket: Ticket, fact: d.Closed, at: datetime) -> Ticket:
    """What was promised for later, and what the city heard, outlive the case."""
    asked = fact.awaits_ruling is not None
    return replace(
        ended(ticket, s.Closed(since=at)),
        ruling=fact.ruling,
        awaits_ruling=asked,
        commitment=ticket.commitment,
        review=ticket.review,
        dues=reviewed_by(ticket),
    )


# --- finally answered ------------------------------------------------------------------------------------------------


def reworked(draft: Draft, _action: i.GiveFinalAnswer) -> Refusal | None:
    if draft.ticket.failures > 0:
        return None
    return Refusal("no_rework_yet", "终结答复只在重办仍未解决后使用。")


def ends_for_good(_draft: Draft, action: i.GiveFinalAnswer) -> str:
    return f"终结答复（{RULINGS[action.ruling]}）：{action.text}"


def final_on_a_ground(draft: Draft, action: i.GiveFinalAnswer) -> Refusal | None:
    return ground_named(draft, draft.rules.policy.grounds.final_answer, action.ground, "终结答复")


@episode.action(
    i.GiveFinalAnswer, s.AT_WORK | s.AFTER, reworked, final_on_a_ground, to={S.CLOSED}, approved=ends_for_good
)
def give_final_answer(draft: Draft, action: i.GiveFinalAnswer) -> None:
    answer = d.FinalAnswerGiven(
        **draft.by_author,
        text=action.text,
        ground=action.ground,
        ruling=action.ruling,
        approver=draft.approver or draft.by,
    )
    draft.say(answer)
    close(draft, "final_answer", action.ruling)


@episode.fact(d.FinalAnswerGiven)
def _finally_answered(ticket: Ticket, fact: d.FinalAnswerGiven, _at: datetime) -> Ticket:
    return replace(ticket, ruling=fact.ruling, reply=fact.text)


# --- ruled on afterwards ---------------------------------------------------------------------------------------------


@episode.action(i.RuleOnOutcome, s.AFTER | {S.CLOSED, S.ARCHIVED})
def rule_on_outcome(draft: Draft, action: i.RuleOnOutcome) -> None:
    draft.say(d.OutcomeRuled(**draft.by_author, ruling=action.ruling, reason=action.reason))


@episode.fact(d.OutcomeRuled)
def _outcome_ruled(ticket: Ticket, fact: d.OutcomeRuled, _at: datetime) -> Ticket:
    return replace(ticket, ruling=fact.ruling, awaits_ruling=False)


@episode.action(i.RecordCityVerdict, s.AFTER | {S.REWORK, S.CLOSED, S.ARCHIVED, S.TRANSFERRED}, from_city)
def record_city_verdict(draft: Draft, action: i.RecordCityVerdict) -> None:
    """What the city heard stands beside ours; where it is not content, the last lead has to look at it again."""
    verdict = d.CityVerdictRecorded(
        **draft.by_author, solved=action.solved, satisfaction=action.satisfaction, note=action.note
    )
    draft.say(verdict)
    if _is_to_be_reviewed(draft, action):
        said = f"市级回访：{SOLVED[action.solved]}，{GRADES[action.satisfaction]}。请复核。"
        draft.say(
            d.CallbackReviewOrdered(
                **draft.by_policy,
                department=draft.lead,
                reason=said,
                city=True,
                said=None if is_withheld(draft.rules, action.note) else action.note,
            )
        )


def _is_to_be_reviewed(draft: Draft, action: i.RecordCityVerdict) -> bool:
    """A ticket in rework is being looked at already, and there is nothing to solve in praise and suggestions."""
    ticket, order = draft.ticket, draft.ticket.order
    if action.solved is not Solved.NOT and action.satisfaction is not Grade.DISSATISFIED:
        return False
    if order is None or order.lead in ticket.shunned or is_for_the_record(ticket.matter):
        return False
    runs = isinstance(ticket.review, ReviewOrdered | ReviewReported) and ticket.review.city
    return ticket.state in s.AFTER | REVIEWED_AFTER and not runs


episode.remembered(d.CityVerdictRecorded)


# --- not accepted ----------------------------------------------------------------------------------------------------


def legal_not_accepted(draft: Draft, action: i.RefuseTicket) -> Refusal | None:
    return legal_ground(draft.rules.policy.grounds.not_accepted, action.ground, "不予受理")


@episode.action(i.RefuseTicket, s.BEFORE | {S.NEEDS_INFO, S.RETURN_REQUESTED}, legal_not_accepted, to={S.NOT_ACCEPTED})
def refuse_ticket(draft: Draft, action: i.RefuseTicket) -> None:
    tidy(draft, d.TaskEnd.TICKET_REFUSED)
    draft.say(d.NotAccepted(**draft.by_author, ground=action.ground, reason=action.reason))


def _refusal_for_others(ticket: Ticket, fact: d.NotAccepted) -> Iterator[r.TicketRequest]:
    return tell_of_end(ticket, fact.by, Ending("not_accepted", reason=fact.reason))


@episode.fact(d.NotAccepted, heard_by=participants, asks=_refusal_for_others)
def _not_accepted(ticket: Ticket, _fact: d.NotAccepted, at: datetime) -> Ticket:
    return ended(ticket, s.NotAccepted(since=at))
