"""A commitment (承诺): a promised date that the works need, and that comes back for checking."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Clock
from schemas.values import TicketState as S
from services.dispatch.core.draft import Draft
from services.dispatch.core.due_times import due_no_more
from services.dispatch.core.episode import MOOT, Episode, Refusal, state_guard
from services.dispatch.core.episodes.acceptance import take_up
from services.dispatch.core.guards import within_longest
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import NothingPromised, Promised, PromiseDue
from services.dispatch.core.standing import AT_WORK, OPEN
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import by_lead
from vocabulary import label

episode = Episode("commitment")

_CHECKED: Final = OPEN | {S.CLOSED, S.ARCHIVED}
"""What was promised for later outlives the case."""


# --- promised --------------------------------------------------------------------------------------------------------


@state_guard
def nothing_promised(draft: Draft) -> Refusal | None:
    if isinstance(draft.ticket.commitment, NothingPromised):
        return None
    return Refusal("promised_already", "已有承诺尚未核查，不能另作承诺。")


def promise_ahead(draft: Draft, action: i.Commit) -> Refusal | None:
    if action.promised <= draft.at:
        return Refusal("promised_in_the_past", f"{label('promised')}须晚于现在。")
    return within_longest(draft, Clock.COMMITMENT, "promised", action.promised)


_PROMISABLE: Final = (by_lead, nothing_promised, promise_ahead)


@episode.action(i.Commit, {S.DISPATCHED}, *_PROMISABLE, to={S.IN_PROGRESS})
@episode.action(i.Commit, AT_WORK, *_PROMISABLE)
def commit(draft: Draft, action: i.Commit) -> None:
    take_up(draft)
    committed = d.Committed(
        **draft.by_author,
        department=draft.lead,
        promised=action.promised,
        text=action.text,
        for_requester=action.for_requester,
    )
    draft.say(committed)


@episode.fact(d.Committed, heard_by=participants)
def _committed(ticket: Ticket, fact: d.Committed, _at: datetime) -> Ticket:
    return replace(ticket, commitment=Promised(department=fact.department, until=fact.promised))


# --- due -------------------------------------------------------------------------------------------------------------


def promise_running(draft: Draft, _fact: c.ClockLapsed) -> Refusal | None:
    return None if isinstance(draft.ticket.commitment, Promised) else MOOT


@episode.clock("commitment_lapsed", c.ClockLapsed, _CHECKED, promise_running)
def commitment_lapsed(draft: Draft, _fact: c.ClockLapsed) -> None:
    promise = draft.ticket.commitment
    if isinstance(promise, Promised):
        draft.say(d.CommitmentDue(**draft.by_author, department=promise.department))


@episode.fact(d.CommitmentDue, heard_by=participants)
def _due(ticket: Ticket, fact: d.CommitmentDue, _at: datetime) -> Ticket:
    return replace(ticket, commitment=PromiseDue(department=fact.department))


# --- checked ---------------------------------------------------------------------------------------------------------


def promised(draft: Draft, _action: i.CheckCommitment) -> Refusal | None:
    if isinstance(draft.ticket.commitment, NothingPromised):
        return Refusal("no_commitment", "该工单没有待核查的承诺。")
    return None


@episode.action(i.CheckCommitment, _CHECKED, promised)
def check_commitment(draft: Draft, action: i.CheckCommitment) -> None:
    promise = draft.ticket.commitment
    department = draft.lead if isinstance(promise, NothingPromised) else promise.department
    draft.say(d.CommitmentChecked(**draft.by_author, department=department, kept=action.kept, note=action.note))
    if not action.kept and draft.ticket.led_by is not None:
        draft.say(d.Nudged(**draft.by_policy, reason="承诺事项到期未兑现。", department=draft.lead))


@episode.fact(d.CommitmentChecked, heard_by=participants)
def _checked(ticket: Ticket, _fact: d.CommitmentChecked, _at: datetime) -> Ticket:
    return due_no_more(replace(ticket, commitment=NothingPromised()), {Clock.COMMITMENT})
