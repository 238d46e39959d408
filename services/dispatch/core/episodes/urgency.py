"""What is urgent is told to somebody on duty at once, at any hour, one after the other until somebody knows of it.

However a ticket became urgent, and whenever: after every decision that leaves one urgent of which nobody was told,
`call_if_untold` calls.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from rulebook.directory import Person as Named
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.message import reason_of
from schemas.owner import Owner
from schemas.values import ENDED, Actor, Clock, Person, Tier, Utterance
from schemas.values import TicketState as S
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.episode import MOOT, Episode, Refusal
from services.dispatch.core.guards import named
from services.dispatch.core.regions import Acknowledged, Calling, NotUrgent, ReopeningWanted
from services.dispatch.core.standing import OPEN, AtAnEnd
from services.dispatch.core.ticket import Ticket

episode = Episode("urgency")

RINGS: Final = frozenset(
    {
        Clock.UNIT_PASS_ON,
        Clock.SURVEY_OFFICE,
        Clock.DISPATCHING,
        Clock.URGENT_FIRST_REPORT,
        Clock.HANDLING,
        Clock.REWORK,
        Clock.SUPPORTING_TASK,
        Clock.RETURN_RULING,
        Clock.ADJUDICATION,
        Clock.APPROVAL,
        Clock.STOP_WORDS,
        Clock.REDISPATCH,
        Clock.WITHDRAWAL,
        Clock.REOPENING,
    }
)
"""The limits of what is urgent that nobody may sleep through: until it is dispatched, handled, and decided on."""


# --- called, whoever is next -----------------------------------------------------------------------------------------


def call_if_untold(draft: Draft) -> None:
    """Call whoever is on duty, where a decision left an urgent matter open that nobody was told of."""
    ticket = draft.ticket
    if not isinstance(ticket.urgency, NotUrgent):
        return
    if ticket.matter.tier is Tier.URGENT and _is_anybodys(ticket):
        call_next(draft, BY_POLICY, reason="became_urgent", said=_what_made_it_urgent(draft))
    elif _called_for_after_its_end(ticket):
        call_next(draft, BY_POLICY, reason="stop_words", said=_what_made_it_urgent(draft))


def _what_made_it_urgent(draft: Draft) -> Utterance | None:
    """The words that were recognised, else the act that was taken; None of what was so from its first text on."""
    heard = [fact for fact in draft.facts if isinstance(fact, d.StopWordsFound)]
    if heard or any(isinstance(fact, d.Opened) for fact in draft.facts):
        return heard[-1].said if heard else None
    return Utterance(act=draft.kind, by=draft.by, text=reason_of(draft.cause)) if draft.cause else None


def known_by_acting(draft: Draft) -> None:
    """Whoever was called and acts on the ticket knows of it, whether or not they say so."""
    urgency, person = draft.ticket.urgency, draft.by.person
    if not isinstance(urgency, Calling) or person is None or person.id not in urgency.called:
        return
    if draft.facts and not any(isinstance(fact, d.ActionRefused | d.UrgentCalled) for fact in draft.facts):
        draft.say(d.UrgentAcknowledged(**draft.stamp(draft.by), call=urgency.call))


def _called_for_after_its_end(ticket: Ticket) -> bool:
    return ticket.stop_words.called_for and isinstance(ticket.standing, AtAnEnd)


def back_at_work(ticket: Ticket) -> Ticket:
    """What was cried after the end is told with the ticket, now that it goes on: its next end is another one."""
    return replace(ticket, stop_words=replace(ticket.stop_words, called_for=False))


def _is_anybodys(ticket: Ticket) -> bool:
    """Whether somebody owes something: it is open, or its requester wants what has ended to go on."""
    return ticket.state in OPEN or isinstance(ticket.wish, ReopeningWanted)


def call_next(draft: Draft, by: Actor, *, reason: str, said: Utterance | None = None) -> None:
    """Call the next one: on the roster of this moment and so on round, then above; then the alarm stands.

    What is not `said` anew is what was before.
    """
    roster, before = draft.rules.policy.on_duty(draft.at), draft.ticket.urgency
    above = draft.rules.policy.above_duty(draft.at)
    goes_on = isinstance(before, Calling) and not before.standing
    turn = before.turn + 1 if isinstance(before, Calling) and goes_on else 1
    rounds = draft.rules.policy.duty.rounds * len(roster.people)
    if turn > rounds and above:
        person = above[min(turn - rounds, len(above)) - 1]
    else:
        person = _after(roster.people, None if isinstance(before, NotUrgent) else before.person)
    called = d.UrgentCalled(
        **draft.stamp(by),
        call=1 if isinstance(before, NotUrgent) else before.call + 1,
        person=Person(id=person.id, name=person.name),
        reason=reason,
        by_default=roster.by_default,
        said=said or (None if isinstance(before, NotUrgent) else before.said),
        turn=turn,
        standing=True if turn >= rounds + len(above) else None,
    )
    draft.say(called)


def call_of_missed(draft: Draft, clock: Clock) -> None:
    """Call again where time ran out on what somebody knows to be urgent: whoever knew of it did not see it done."""
    if is_rung_about(draft.ticket, clock):
        call_next(draft, draft.by, reason="limit_missed")


def is_rung_about(ticket: Ticket, clock: Clock) -> bool:
    """Whether a missed limit is an alarm of its own: nobody is being called, and it is urgent still."""
    quiet = not isinstance(ticket.urgency, Calling) or ticket.urgency.standing
    return clock in RINGS and quiet and ticket.matter.tier is Tier.URGENT and _is_anybodys(ticket)


def _after(people: tuple[Named, ...], last: Person | None) -> Named:
    """Whoever stands behind the last one; the first, where that one is not on duty any more or was the last."""
    ids = [person.id for person in people]
    at = ids.index(last.id) + 1 if last is not None and last.id in ids else 0
    return people[at % len(people)]


@episode.fact(d.UrgentCalled)
def _called(ticket: Ticket, fact: d.UrgentCalled, _at: datetime) -> Ticket:
    before = ticket.urgency.called if isinstance(ticket.urgency, Calling) else ()
    called = tuple(dict.fromkeys((*before, fact.person.id)))
    calling = Calling(
        call=fact.call,
        person=fact.person,
        called=called,
        said=fact.said,
        turn=fact.turn,
        standing=fact.standing is not None,
    )
    return replace(ticket, urgency=calling)


def unless_over(ticket: Ticket) -> Ticket:
    """Nobody has to know any more of what is not urgent, or has ended; a merged ticket waits for what it goes on to.

    What was said after the end is another matter.
    """
    if isinstance(ticket.urgency, NotUrgent):
        return ticket
    goes_on = ticket.matter.tier is Tier.URGENT and (
        ticket.state in OPEN | {S.REGISTERED, S.MERGED} or isinstance(ticket.wish, ReopeningWanted)
    )
    return ticket if goes_on or _called_for_after_its_end(ticket) else replace(ticket, urgency=NotUrgent())


# --- unanswered, or the order is not taken ---------------------------------------------------------------------------


def call_unanswered(draft: Draft, fact: c.ClockLapsed) -> Refusal | None:
    urgency = draft.ticket.urgency
    waits = isinstance(urgency, Calling) and fact.owner == Owner.of("office", urgency.person.id)
    return None if waits else MOOT


@episode.clock("duty_acknowledgement_lapsed", c.ClockLapsed, OPEN | ENDED, call_unanswered)
def duty_acknowledgement_lapsed(draft: Draft, _fact: c.ClockLapsed) -> None:
    call_next(draft, draft.by, reason="unacknowledged")


# --- acknowledged ----------------------------------------------------------------------------------------------------


def somebody_is_called(draft: Draft, _action: i.AcknowledgeUrgent) -> Refusal | None:
    match draft.ticket.urgency:
        case Calling():
            return None
        case Acknowledged(by=by):
            who = by.name if by else "值班长"
            return Refusal("acknowledged_already", f"{who}已确认知悉该紧急件，不必再确认；请与其联系，或者直接处理。")
        case NotUrgent():
            return Refusal("nobody_called", "该工单没有待确认的紧急呼叫；情况紧急的，请先把难易程度定为紧急。")


def on_the_roster(draft: Draft, action: i.AcknowledgeUrgent) -> Refusal | None:
    people, urgency = draft.rules.policy.on_duty(draft.at).people, draft.ticket.urgency
    called = urgency.called if isinstance(urgency, Calling) else ()
    if not draft.rules.asks_who or action.by.id in (*called, *(person.id for person in people)):
        return None
    reason = f"{action.by.name}此时不在值班表上；请由值班长确认：{named(people)}，或者先更正值班表。"
    return Refusal("not_on_duty", reason)


@episode.action(i.AcknowledgeUrgent, OPEN | ENDED, somebody_is_called, on_the_roster)
def acknowledge_urgent(draft: Draft, _action: i.AcknowledgeUrgent) -> None:
    urgency = draft.ticket.urgency
    if isinstance(urgency, Calling):
        draft.say(d.UrgentAcknowledged(**draft.by_author, call=urgency.call))


@episode.fact(d.UrgentAcknowledged)
def _acknowledged(ticket: Ticket, fact: d.UrgentAcknowledged, _at: datetime) -> Ticket:
    urgency = ticket.urgency
    if not isinstance(urgency, Calling):
        return ticket
    known = Acknowledged(call=fact.call, person=urgency.person, by=fact.by.person, said=urgency.said)
    return replace(ticket, urgency=known)
