"""The requester is asked for something (待补充): by the centre or the department, whose clock then stands still."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode
from services.dispatch.core.episodes.acceptance import take_up
from services.dispatch.core.episodes.approvals import lapse_suspension
from services.dispatch.core.episodes.correction import complete_contact
from services.dispatch.core.episodes.dispatching import to_centre
from services.dispatch.core.episodes.follow_ups import contact_of, count_contact
from services.dispatch.core.episodes.stop_words import heed
from services.dispatch.core.guards import requester_known
from services.dispatch.core.hearing import hear, speaks_of_misconduct
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import with_word
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import agent_named, by_its_channel, by_lead, by_requester, verified_as

episode = Episode("information")

_BACK: Final = frozenset({S.SURVEY_REVIEW, S.PENDING_DISPATCH, S.DISPATCHED, S.IN_PROGRESS, S.REWORK})
"""Where it goes on: where it stood, and further from there."""


# --- asked -----------------------------------------------------------------------------------------------------------


@episode.action(i.AskRequester, s.BEFORE, requester_known, to={S.NEEDS_INFO})
def ask_requester(draft: Draft, action: i.AskRequester) -> None:
    draft.say(d.InfoAsked(**draft.by_author, question=action.question))


@episode.action(i.AskForInfo, s.WITH_LEAD, by_lead, requester_known, to={S.NEEDS_INFO})
def ask_for_info(draft: Draft, action: i.AskForInfo) -> None:
    take_up(draft)
    lapse_suspension(draft, "已请诉求人补充，时限暂停，挂账申请失效；如仍需挂账，请在补充后重新申请。")
    draft.say(d.InfoAsked(**draft.by_author, question=action.question, department=draft.lead))


@episode.fact(d.InfoAsked, heard_by=participants)
def _asked(ticket: Ticket, fact: d.InfoAsked, _at: datetime) -> Ticket:
    back = ticket.standing
    if not isinstance(back, s.SurveyReview | s.PendingDispatch | s.InProgress | s.Rework):
        return ticket
    return replace(ticket, standing=s.NeedsInfo(department=fact.department, back=back))


# --- answered, or not in time ----------------------------------------------------------------------------------------


@episode.action(i.ProvideInfo, {S.NEEDS_INFO}, agent_named, by_its_channel, by_requester, to=_BACK)
@episode.action(i.ProvideInfo, s.OPEN - {S.NEEDS_INFO} | {S.SPLIT, S.MERGED}, by_its_channel, by_requester)
def provide_info(draft: Draft, action: i.ProvideInfo) -> None:
    if not isinstance(draft.ticket.standing, s.NeedsInfo):
        count_contact(draft, contact_of(draft, action, "add"))
        complete_contact(draft, action)
        return
    heard = hear(draft.rules, action.text)
    provided = d.InfoProvided(
        **draft.by_author,
        text=action.text,
        verified=verified_as(draft, action),
        withheld=speaks_of_misconduct(heard.found) or None,
    )
    draft.say(provided)
    heed(draft, heard)
    complete_contact(draft, action)
    _go_on(draft)


@episode.clock("needs_info_lapsed", c.ClockLapsed, {S.NEEDS_INFO}, to=_BACK)
def needs_info_lapsed(draft: Draft, _fact: c.ClockLapsed) -> None:
    draft.say(d.InfoTimedOut(**draft.by_author))
    _go_on(draft)


def _go_on(draft: Draft) -> None:
    if isinstance(draft.ticket.standing, s.PendingDispatch):
        to_centre(draft)


@episode.fact(d.InfoProvided, heard_by=participants)
def _provided(ticket: Ticket, fact: d.InfoProvided, at: datetime) -> Ticket:
    if not isinstance(ticket.standing, s.NeedsInfo):
        return ticket
    after = replace(ticket, standing=ticket.standing.back)
    return after if fact.withheld else with_word(after, "add", fact.text, at, unverified=fact.verified is None)


@episode.fact(d.InfoTimedOut, heard_by=participants)
def _timed_out(ticket: Ticket, _fact: d.InfoTimedOut, _at: datetime) -> Ticket:
    return replace(ticket, standing=ticket.standing.back) if isinstance(ticket.standing, s.NeedsInfo) else ticket
