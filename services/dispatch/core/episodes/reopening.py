"""A ticket that ended comes back inside its window (重办申请), or comes to rest when the window lapses (归档)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import clocks as c
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import Clock
from schemas.values import TicketState as S
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal
from services.dispatch.core.episodes.dispatching import send, to_centre
from services.dispatch.core.holder import participants
from services.dispatch.core.regions import NotDue
from services.dispatch.core.ticket import Ticket
from vocabulary import CLOCKS

episode = Episode("reopening")

_OVER: Final = Refusal("reopen_window_closed", f"{CLOCKS[Clock.REOPEN_WINDOW]}已过，请另行登记。")
_BACK: Final = frozenset({S.IN_PROGRESS, S.DISPATCHED, S.PENDING_DISPATCH})


def still_reopenable(draft: Draft, _action: i.Reopen) -> Refusal | None:
    standing = draft.ticket.standing
    if not isinstance(standing, s.NotAccepted | s.Withdrawn | s.Transferred):
        return None
    return None if draft.at <= standing.since + draft.rules.reopen_span else _OVER


def asked_in_window(draft: Draft, _action: i.Reopen) -> Refusal | None:
    standing = draft.ticket.standing
    return None if isinstance(standing, s.Archived) and draft.at <= standing.since else _OVER


@episode.action(i.Reopen, {S.CLOSED}, to=_BACK)
@episode.action(i.Reopen, {S.NOT_ACCEPTED, S.WITHDRAWN, S.TRANSFERRED}, still_reopenable, to=_BACK)
@episode.action(i.Reopen, {S.ARCHIVED}, asked_in_window, to=_BACK)
def reopen(draft: Draft, action: i.Reopen) -> None:
    before = draft.ticket.order
    draft.say(d.Reopened(**draft.by_author, reason=action.reason, count=draft.ticket.reopened + 1))
    if before is not None and before.lead not in draft.ticket.shunned:
        send(draft, before.lead, {}, reason="reopened", binding=True, by=draft.by)
    else:
        to_centre(draft)


@episode.fact(d.Reopened, heard_by=participants)
def _reopened(ticket: Ticket, fact: d.Reopened, _at: datetime) -> Ticket:
    return replace(
        ticket,
        reopened=fact.count,
        failures=0,
        standing=s.PendingDispatch(reason="reopened"),
        ruling=None,
        awaits_ruling=False,
        reply=None,
        refused_by=(),
        contact=NotDue(),
    )


@episode.clock("reopen_window_lapsed", c.ClockLapsed, {S.CLOSED}, to={S.ARCHIVED})
def reopen_window_lapsed(draft: Draft, _fact: c.ClockLapsed) -> None:
    draft.say(d.Archived(**draft.by_author))


@episode.fact(d.Archived)
def _archived(ticket: Ticket, _fact: d.Archived, at: datetime) -> Ticket:
    return replace(ticket, standing=s.Archived(since=at))
