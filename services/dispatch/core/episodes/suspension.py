"""Suspension (挂账): asked for by the lead, approved with a ground and an end; the department's clock stands still."""

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
from services.dispatch.core.episode import SAME, Episode, Refusal, state_guard
from services.dispatch.core.episodes.acceptance import take_up
from services.dispatch.core.guards import another_decides, provable_ground, within_longest
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import NoSuspensionAsked, SuspensionAsked
from services.dispatch.core.standing import AT_WORK, InProgress, Rework, Suspended
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import by_lead
from vocabulary import label

episode = Episode("suspension")


# --- asked -----------------------------------------------------------------------------------------------------------


@state_guard
def suspension_free(draft: Draft) -> Refusal | None:
    if isinstance(draft.ticket.suspension, SuspensionAsked):
        return Refusal("already_asked", "已有挂账申请在审批，请等待结果。")
    return None


def suspension_ground(draft: Draft, action: i.RequestSuspension) -> Refusal | None:
    return provable_ground(draft, draft.rules.policy.grounds.suspension, action.ground, "挂账")


def until_ahead(draft: Draft, action: i.RequestSuspension) -> Refusal | None:
    return _not_ahead(draft, action.until)


def _not_ahead(draft: Draft, until: datetime) -> Refusal | None:
    if until <= draft.at:
        return Refusal("ends_in_the_past", f"挂账的{label('until')}须晚于现在。")
    return within_longest(draft, Clock.SUSPENSION, "until", until)


_ASKABLE: Final = (by_lead, suspension_free, suspension_ground, until_ahead)


@episode.action(i.RequestSuspension, {S.DISPATCHED}, *_ASKABLE, to={S.IN_PROGRESS})
@episode.action(i.RequestSuspension, AT_WORK, *_ASKABLE)
def request_suspension(draft: Draft, action: i.RequestSuspension) -> None:
    take_up(draft)
    asked = d.SuspensionRequested(
        **draft.by_author,
        department=draft.lead,
        ground=action.ground,
        until=action.until,
        reason=action.reason,
        for_requester=action.for_requester,
    )
    draft.say(asked)


@episode.fact(d.SuspensionRequested, heard_by=participants)
def _requested(ticket: Ticket, fact: d.SuspensionRequested, _at: datetime) -> Ticket:
    asked = SuspensionAsked(ground=fact.ground, until=fact.until, by=fact.by, for_requester=fact.for_requester)
    return replace(ticket, suspension=asked)


# --- granted or refused ----------------------------------------------------------------------------------------------


def suspension_asked(draft: Draft, _action: i.RuleOnSuspension) -> Refusal | None:
    if isinstance(draft.ticket.suspension, SuspensionAsked):
        return None
    return Refusal("nothing_asked", "没有待审批的挂账申请。")


def another_suspends(draft: Draft, _action: i.RuleOnSuspension) -> Refusal | None:
    asked = draft.ticket.suspension
    return another_decides(draft, asked.by) if isinstance(asked, SuspensionAsked) else None


def granted_end_ahead(draft: Draft, action: i.RuleOnSuspension) -> Refusal | None:
    asked = draft.ticket.suspension
    until = action.until or (asked.until if isinstance(asked, SuspensionAsked) else None)
    if not action.granted or until is None:
        return None
    return _not_ahead(draft, until)


@episode.action(
    i.RuleOnSuspension, AT_WORK, suspension_asked, another_suspends, granted_end_ahead, to={SAME, S.SUSPENDED}
)
def rule_on_suspension(draft: Draft, action: i.RuleOnSuspension) -> None:
    asked = draft.ticket.suspension
    if not isinstance(asked, SuspensionAsked):
        return
    if not action.granted:
        draft.say(d.SuspensionRefused(**draft.by_author, department=draft.lead, reason=action.reason))
        return
    suspended = d.Suspended(
        **draft.by_author,
        department=draft.lead,
        ground=asked.ground,
        until=action.until or asked.until,
        reason=action.reason,
        for_requester=asked.for_requester,
    )
    draft.say(suspended)


@episode.fact(d.Suspended, heard_by=participants)
def _suspended(ticket: Ticket, fact: d.Suspended, _at: datetime) -> Ticket:
    back = ticket.standing if isinstance(ticket.standing, InProgress | Rework) else InProgress()
    return replace(ticket, suspension=NoSuspensionAsked(), standing=Suspended(until=fact.until, back=back))


@episode.fact(d.SuspensionRefused, heard_by=participants)
def _refused(ticket: Ticket, _fact: d.SuspensionRefused, _at: datetime) -> Ticket:
    return replace(ticket, suspension=NoSuspensionAsked())


# --- ended -----------------------------------------------------------------------------------------------------------


@episode.action(i.EndSuspension, {S.SUSPENDED}, to={S.IN_PROGRESS, S.REWORK})
def end_suspension(draft: Draft, action: i.EndSuspension) -> None:
    draft.say(d.SuspensionEnded(**draft.by_author, department=draft.lead, reason=action.reason))


@episode.clock("suspension_lapsed", c.ClockLapsed, {S.SUSPENDED}, to={S.IN_PROGRESS, S.REWORK})
def suspension_lapsed(draft: Draft, _fact: c.ClockLapsed) -> None:
    draft.say(d.SuspensionEnded(**draft.by_author, department=draft.lead, reason="挂账期限届满"))


@episode.fact(d.SuspensionEnded, heard_by=participants)
def _ended(ticket: Ticket, _fact: d.SuspensionEnded, _at: datetime) -> Ticket:
    return replace(ticket, standing=ticket.standing.back) if isinstance(ticket.standing, Suspended) else ticket
