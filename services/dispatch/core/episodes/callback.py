"""The requester is called back (回访): attempts, appointments, answers; what failed goes to rework (重办)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.values import Clock, Code, Grade, Ruling, Solved, Unruled
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.due_times import due_no_more
from services.dispatch.core.episode import SAME, Episode, Refusal
from services.dispatch.core.episodes.closing import close, tell_of_reopening
from services.dispatch.core.episodes.stop_words import is_for_a_person, is_withheld
from services.dispatch.core.episodes.supervision import order_supervision
from services.dispatch.core.episodes.urgency import back_at_work
from services.dispatch.core.guards import in_words
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import Heard, NoWish
from services.dispatch.core.ticket import Matter, Ticket, cannot_be_reached, is_for_the_record
from services.dispatch.core.who import by_its_channel, by_requester
from vocabulary import label
from worktime import local, moment_in_words

episode = Episode("callback")

_ANSWERED: Final = frozenset({S.CLOSED, S.REWORK, S.HANDLED})
_EXEMPT: Final = "exempt"
_UNREACHABLE: Final = "unreachable"
_CALLED_BACK: Final = "called_back"
_RULED: Final = {Solved.SOLVED: Ruling.SOLVED, Solved.NOT: Ruling.UNSOLVED}
_UNRULED: Final = {Solved.PARTLY: Unruled.PARTLY, Solved.NOT_RATED: Unruled.NOT_RATED}


# --- asked for -------------------------------------------------------------------------------------------------------


def await_callback(draft: Draft) -> None:
    """Ask the callback agency, unless nobody can be called."""
    nobody = cannot_be_reached(draft.ticket.matter)
    if nobody is not None and is_for_a_person(draft):
        draft.say(d.ClosingHeld(**draft.by_policy, outcome=_EXEMPT))
        return
    if nobody is not None:
        draft.say(d.CallbackExempt(**draft.by_policy, reason=nobody))
        _close(draft, _EXEMPT, Unruled(nobody))
        return
    attempts = draft.rules.policy.limits.callback_attempts
    draft.say(d.CallbackAwaited(**draft.by_policy, round=draft.ticket.rounds, attempts=attempts))


def _close(draft: Draft, outcome: Code, unruled: Unruled | None, heard: Ruling | None = None) -> None:
    """Close by the centre's ruling, else by what was heard; what nobody said is not ruled, and nobody's to guess.

    What no machine may answer, no machine closes.
    """
    if is_for_a_person(draft):
        draft.say(d.ClosingHeld(**draft.by_policy, outcome=outcome))
        return
    ruling = draft.ticket.ruling or heard
    if ruling is None and is_for_the_record(draft.ticket.matter):
        ruling = Ruling.FOR_REFERENCE
    close(draft, outcome, ruling, None if ruling else unruled)


episode.remembered(d.CallbackExempt)


@episode.fact(d.ClosingHeld)
def _held(ticket: Ticket, fact: d.ClosingHeld, at: datetime) -> Ticket:
    """The callback is over, and the centre has it."""
    before = ticket.standing
    handled_at = before.handled_at if isinstance(before, s.CallbackPending) else None
    handled = before if isinstance(before, s.Handled) else s.Handled(at=handled_at or at, accepted=True)
    return replace(ticket, standing=replace(handled, held=fact.outcome))


def close_once_seen_to(draft: Draft) -> None:
    """Let follow what was held, once a person has seen to what was recognised and knows of what is urgent."""
    standing = draft.ticket.standing
    if not isinstance(standing, s.Handled) or standing.held is None or is_for_a_person(draft):
        return
    if standing.held == _CALLED_BACK:
        follow_answers(draft, draft.ticket.heard[-1])
    elif standing.held == _UNREACHABLE:
        _close(draft, _UNREACHABLE, Unruled.UNREACHABLE)
    else:
        await_callback(draft)


@episode.fact(d.CallbackAwaited, heard_by=participants)
def _awaited(ticket: Ticket, fact: d.CallbackAwaited, _at: datetime) -> Ticket:
    handled = ticket.standing
    handled_at = handled.at if isinstance(handled, s.Handled) else None
    fresh = due_no_more(ticket, {Clock.CALLBACK})
    return replace(fresh, standing=s.CallbackPending(round=fact.round, handled_at=handled_at))


# --- not reached, appointed ------------------------------------------------------------------------------------------


def attempts_apart(draft: Draft, _action: i.NoteUnreached) -> Refusal | None:
    """Between two attempts lies some time, unless the requester asked to be called just then."""
    standing = draft.ticket.standing
    if not isinstance(standing, s.CallbackPending) or not standing.tried:
        return None
    if standing.at is not None and draft.at >= standing.at:
        return None
    apart = draft.rules.policy.limits.callback_retry_after
    earliest = draft.rules.after(standing.tried[-1], apart)
    if draft.at >= earliest:
        return None
    said = f"两次回访至少间隔{in_words(apart)}，请于{moment_in_words(earliest)}之后再次回访。"
    return Refusal("called_too_soon", said)


def attempts_on_days(draft: Draft, _action: i.NoteUnreached) -> Refusal | None:
    """Who was only ever out on one day was not tried in earnest: the attempts left must reach so many days."""
    standing, limits = draft.ticket.standing, draft.rules.policy.limits
    tried = standing.tried if isinstance(standing, s.CallbackPending) else ()
    days = {local(at).date() for at in (*tried, draft.at)}
    left = limits.callback_attempts - len(tried) - 1
    if left >= limits.callback_on_days - len(days):
        return None
    said = f"{limits.callback_attempts}次回访须分在{limits.callback_on_days}天以上，请于{max(days)}之后再次回访。"
    return Refusal("called_on_one_day", said)


@episode.action(i.NoteUnreached, {S.CALLBACK_PENDING}, attempts_apart, attempts_on_days, to={SAME, S.CLOSED, S.HANDLED})
def note_unreached(draft: Draft, action: i.NoteUnreached) -> None:
    """One attempt more in vain; after the last one that is the outcome."""
    standing = draft.ticket.standing
    attempt = (standing.attempts if isinstance(standing, s.CallbackPending) else 0) + 1
    draft.say(d.CallbackTried(**draft.by_author, attempt=attempt, note=action.note))
    if attempt >= draft.rules.policy.limits.callback_attempts:
        draft.say(d.CallbackGivenUp(**draft.by_policy, attempts=attempt))
        _close(draft, _UNREACHABLE, Unruled.UNREACHABLE)


@episode.fact(d.CallbackTried)
def _tried(ticket: Ticket, _fact: d.CallbackTried, at: datetime) -> Ticket:
    standing = ticket.standing
    if not isinstance(standing, s.CallbackPending):
        return ticket
    return replace(ticket, standing=replace(standing, tried=(*standing.tried, at), at=None))


episode.remembered(d.CallbackGivenUp)


def appointment_ahead(draft: Draft, action: i.AppointCallback) -> Refusal | None:
    if action.at <= draft.at:
        return Refusal("appointed_in_the_past", f"{label('at')}须晚于现在。")
    most = draft.rules.policy.limits.callback_within_days
    if action.at > draft.at + timedelta(days=most):
        return Refusal("appointed_too_far", f"{label('at')}最远为{most}天以内，请核对日期。")
    return None


@episode.action(i.AppointCallback, {S.CALLBACK_PENDING}, appointment_ahead)
def appoint_callback(draft: Draft, action: i.AppointCallback) -> None:
    draft.say(d.CallbackAppointed(**draft.by_author, at=action.at))


@episode.fact(d.CallbackAppointed)
def _appointed(ticket: Ticket, fact: d.CallbackAppointed, _at: datetime) -> Ticket:
    standing = ticket.standing
    return (
        replace(ticket, standing=replace(standing, at=fact.at)) if isinstance(standing, s.CallbackPending) else ticket
    )


# --- answered --------------------------------------------------------------------------------------------------------


@episode.action(i.RecordCallback, {S.CALLBACK_PENDING}, to=_ANSWERED)
def record_callback(draft: Draft, action: i.RecordCallback) -> None:
    """What the requester said to whoever called."""
    _hear(draft, action)


@episode.action(i.AnswerCallback, {S.CALLBACK_PENDING}, by_its_channel, by_requester, to=_ANSWERED)
def answer_callback(draft: Draft, action: i.AnswerCallback) -> None:
    """What the requester said by themself: whoever should have called need not any more."""
    _hear(draft, action)


def _hear(draft: Draft, action: i.RecordCallback | i.AnswerCallback) -> None:
    """What the requester said closes the ticket, or sends it back to work."""
    answers = d.CallbackRecorded(
        **draft.by_author,
        round=draft.ticket.rounds,
        contacted=action.contacted,
        solved=action.solved,
        attitude=action.attitude,
        result=action.result,
        note=action.note,
        withheld=is_withheld(draft.rules, action.note),
    )
    draft.say(answers)
    follow_answers(draft, draft.ticket.heard[-1])


def failed(matter: Matter, heard: Heard) -> bool:
    """Whether what was heard sends the matter back to work."""
    return not is_for_the_record(matter) and (heard.solved is Solved.NOT or heard.result is Grade.DISSATISFIED)


def follow_answers(draft: Draft, heard: Heard) -> None:
    """Close the ticket, or send it back to work, as what the requester said has it."""
    if failed(draft.ticket.matter, heard):
        rework(draft, heard)
    else:
        close_called_back(draft, heard)


def close_called_back(draft: Draft, heard: Heard) -> None:
    """Close by what the requester said."""
    _close(draft, _CALLED_BACK, unruled_by(heard), ruled_by(draft.ticket.matter, heard))


def ruled_by(matter: Matter, heard: Heard) -> Ruling | None:
    """The ruling that follows from what was heard; for reference where there is nothing to solve."""
    if not is_for_the_record(matter):
        return _RULED.get(heard.solved)
    return Ruling.SOLVED if heard.solved is Solved.SOLVED else Ruling.FOR_REFERENCE


def unruled_by(heard: Heard) -> Unruled | None:
    """Why nothing can be ruled by what was heard."""
    return _UNRULED.get(heard.solved)


@episode.fact(d.CallbackRecorded)
def _recorded(ticket: Ticket, fact: d.CallbackRecorded, _at: datetime) -> Ticket:
    standing = ticket.standing
    heard = Heard(
        round=fact.round,
        reopened=ticket.reopened,
        handled_at=standing.handled_at if isinstance(standing, s.CallbackPending) else None,
        contacted=fact.contacted,
        solved=fact.solved,
        attitude=fact.attitude,
        result=fact.result,
        note=fact.note,
        withheld=fact.withheld is not None,
    )
    return replace(ticket, heard=(*ticket.heard, heard))


def rework(draft: Draft, heard: Heard) -> None:
    """Order the work anew, with what the requester said; failing too often goes to supervision."""
    ordered = d.ReworkOrdered(
        **draft.by_policy,
        department=draft.lead,
        round=draft.ticket.rounds + 1,
        failure=draft.ticket.failures + 1,
        reason="unsolved" if heard.solved is Solved.NOT else "dissatisfied",
        said=heard.said,
        reopens=True if draft.ticket.state is S.CLOSED else None,
    )
    draft.say(ordered)
    if draft.ticket.failures >= draft.rules.policy.limits.failed_callbacks_before_supervision:
        said = f"{draft.ticket.failures}次回访未解决或者不满意，转督办。"
        order_supervision(draft, said, BY_POLICY, "callbacks")


def _rework_for_others(ticket: Ticket, fact: d.ReworkOrdered) -> Iterator[r.TicketRequest]:
    if fact.reopens:
        yield from tell_of_reopening(ticket, fact.by)


@episode.fact(d.ReworkOrdered, heard_by=participants, asks=_rework_for_others)
def _reworked(ticket: Ticket, fact: d.ReworkOrdered, _at: datetime) -> Ticket:
    """Whoever wanted it reopened has that with the rework; a withdrawal that waits goes on waiting."""
    before = replace(back_at_work(ticket), wish=NoWish()) if fact.reopens else ticket
    return replace(before, standing=s.Rework(), rounds=fact.round, failures=ticket.failures + 1, ruling=None)
