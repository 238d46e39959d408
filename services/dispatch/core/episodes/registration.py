"""A matter comes in (受理): opened, answered on the line, or passed on by the visitor's unit and the survey office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chassis.frozen import replace
from rulebook import locate
from rulebook.codes import Passing
from schemas import dispatch as d
from schemas import inbound as i
from schemas import requests as r
from schemas.tickets import Answered, Registered
from schemas.values import Actor, Channel, Contact, Party, PartyKind, Place, Tier
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.attachments import with_attachments
from services.dispatch.core.draft import BY_POLICY, Draft
from services.dispatch.core.episode import SAME, Episode, Refusal
from services.dispatch.core.episodes.closing import Ending, ended, tell_of_end
from services.dispatch.core.episodes.dispatching import to_centre
from services.dispatch.core.rules import Rules, shorter
from services.dispatch.core.ticket import Matter, Ticket

episode = Episode("registration")


# --- opened ----------------------------------------------------------------------------------------------------------


def opened(fact: Registered, rules: Rules, at: datetime) -> d.Opened:
    """Open a ticket for what was registered: a channel's tier is a hint that counts only where it gives less time."""
    category = rules.policy.category(fact.category) if fact.category else None
    usual = category.tier if category else Tier.COMPLEX
    tier = shorter(fact.tier or usual, usual)
    complaint = fact.complaint
    complaint["place"] = fact.place.within(fact.place.subdistrict or locate(rules.policy, fact.place.text, at))
    author = PartyKind.CITY if fact.handed_down else PartyKind(fact.channel.value)
    return d.Opened(
        **complaint,
        ticket=fact.ticket,
        by=Actor(party=Party(kind=author), person=fact.agent),
        tier=tier,
        hinted_tier=fact.tier if fact.tier is not tier else None,
        suggested_department=fact.suggested_department,
        visit=fact.visit,
        recurrence_of=fact.recurrence_of,
        attachments=fact.attachments,
    )


def open_ticket(fact: d.Opened, at: datetime) -> Ticket:
    """The ticket that begins with this fact."""
    matter = Matter(
        **fact.complaint,
        tier=fact.tier,
        suggested_department=fact.suggested_department,
        unit=fact.visit.unit if fact.visit else None,
        part_of=fact.part_of,
        recurrence_of=fact.recurrence_of,
        opened_at=at,
    )
    begun = Ticket(id=fact.ticket, matter=matter, standing=s.Registered(), contacts=fact.contacts or ())
    return with_attachments(begun, fact)


@episode.begins("register", Registered, to={S.SURVEY_REVIEW, S.PENDING_DISPATCH, S.DISPATCHED})
def register(draft: Draft, _fact: Registered) -> None:
    matter = draft.ticket.matter
    if matter.channel is not Channel.SURVEY:
        to_centre(draft)
    elif matter.unit is None:
        _to_survey_office(draft)
    else:
        draft.say(d.PassOnAwaited(**draft.by_policy, stage="unit", unit=matter.unit))
        if draft.rules.automation.unit_pass_on is Passing.AUTOMATIC:
            _passed_by_unit(draft, BY_POLICY)


# --- answered on the line --------------------------------------------------------------------------------------------


def answered(fact: Answered) -> d.AnsweredOnLine:
    """Open a ticket that is closed already."""
    return d.AnsweredOnLine(
        ticket=fact.ticket,
        by=Actor(party=Party(kind=PartyKind(fact.channel.value)), person=fact.agent),
        receipt=fact.receipt,
        channel=fact.channel,
        kind=fact.kind,
        requester_kind=fact.requester_kind,
        requester=fact.requester,
        place=fact.place,
        category=fact.category,
        answer=fact.answer,
    )


def open_answered(fact: d.AnsweredOnLine, at: datetime) -> Ticket:
    """The ticket that began and ended with this fact."""
    matter = Matter(
        receipt=fact.receipt,
        channel=fact.channel,
        kind=fact.kind,
        requester_kind=fact.requester_kind,
        requester=fact.requester,
        contact=Contact(),
        place=fact.place or Place(text="-"),
        text=fact.answer,
        category=fact.category,
        tier=Tier.SIMPLE,
        opened_at=at,
    )
    return Ticket(id=fact.ticket, matter=matter, standing=s.Answered())


# --- passed on -------------------------------------------------------------------------------------------------------


@episode.action(i.PassOn, {S.SURVEY_REVIEW}, to={SAME, S.PENDING_DISPATCH, S.DISPATCHED})
def pass_on(draft: Draft, _action: i.PassOn) -> None:
    standing = draft.ticket.standing
    if isinstance(standing, s.SurveyReview) and standing.stage == "unit":
        _passed_by_unit(draft, draft.by)
    else:
        _passed_by_office(draft, draft.by)


def _passed_by_unit(draft: Draft, by: Actor) -> None:
    draft.say(d.PassedOn(**draft.stamp(by), stage="unit"))
    _to_survey_office(draft)


def _to_survey_office(draft: Draft) -> None:
    """The survey office has it, unless policy passes it on in the same moment."""
    draft.say(d.PassOnAwaited(**draft.by_policy, stage="survey_office"))
    if draft.rules.automation.survey_office is Passing.AUTOMATIC:
        _passed_by_office(draft, BY_POLICY)


def _passed_by_office(draft: Draft, by: Actor) -> None:
    draft.say(d.PassedOn(**draft.stamp(by), stage="survey_office"))
    to_centre(draft)


@episode.fact(d.PassOnAwaited)
def _pass_on_awaited(ticket: Ticket, fact: d.PassOnAwaited, _at: datetime) -> Ticket:
    return replace(ticket, standing=s.SurveyReview(stage=fact.stage))


@episode.fact(d.PassedOn)
def _passed_on(ticket: Ticket, fact: d.PassedOn, _at: datetime) -> Ticket:
    return replace(ticket, standing=s.Registered()) if fact.stage == "survey_office" else ticket


# --- settled on the spot ---------------------------------------------------------------------------------------------


def at_the_unit(draft: Draft, _action: i.SettleAtUnit) -> Refusal | None:
    if isinstance(draft.ticket.standing, s.SurveyReview) and draft.ticket.standing.stage == "unit":
        return None
    return Refusal("passed_on_already", "调研主体已流转该工单，请由大调研办流转。")


@episode.action(i.SettleAtUnit, {S.SURVEY_REVIEW}, at_the_unit, to={S.CLOSED})
def settle_at_unit(draft: Draft, action: i.SettleAtUnit) -> None:
    draft.say(d.SettledAtUnit(**draft.by_author, reply=action.reply))


def _end_for_others(ticket: Ticket, fact: d.SettledAtUnit) -> Iterator[r.TicketRequest]:
    return tell_of_end(ticket, fact.by, Ending("settled_at_unit", reply=fact.reply))


@episode.fact(d.SettledAtUnit, asks=_end_for_others)
def _settled(ticket: Ticket, fact: d.SettledAtUnit, at: datetime) -> Ticket:
    return replace(ended(ticket, s.Closed(since=at)), reply=fact.reply)
