"""A ticket that is pressed, supervised, linked with others, or of which somebody could not be told."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas.notices import NoticeGivenUp, NoticeUnconfirmed, NoticeUndelivered
from schemas.values import Clock, WatchOrder
from schemas.values import TicketState as S
from services.trace.core.moves import back, interrupted
from services.trace.core.rows import NOBODY, Summary
from services.trace.reactions.tables import ASKABLE, summaries

_MERGEABLE: Final = frozenset({*ASKABLE, S.DISPATCHED, S.SUSPENDED, S.NEEDS_INFO})


summaries.on(d.FollowUpAdded)(lambda s, fact, _: replace(s, follow_ups=fact.count))


@summaries.on(d.Overdue)
def _missed(summary: Summary, fact: d.Overdue, _at: datetime) -> Summary:
    """The citizen's time is nobody's clock: whoever held the ticket when it ran out let it go by."""
    if fact.clock is not Clock.CITIZEN:
        return summary
    return replace(summary, citizen_missed_by=NOBODY if fact.withdrawn else fact.held_by or NOBODY)


summaries.on(d.SupervisionOrdered)(lambda s, _, __: replace(s, supervision="ordered"))
summaries.on(d.CallbackReviewOrdered)(lambda s, _, __: replace(s, callback_review="ordered"))


@summaries.on(d.SupervisionAnswered)
def _answered_for(summary: Summary, fact: d.SupervisionAnswered, _at: datetime) -> Summary:
    """Each answer is to one order; one that names none is to whatever runs."""
    after = summary
    if fact.answers is not WatchOrder.CALLBACK_REVIEW and summary.supervision:
        after = replace(after, supervision="answered")
    if fact.answers is not WatchOrder.SUPERVISION and summary.callback_review:
        after = replace(after, callback_review="answered")
    return after


@summaries.on(d.SupervisionEnded)
def _supervised_no_more(summary: Summary, fact: d.SupervisionEnded, _at: datetime) -> Summary:
    if fact.ended is WatchOrder.CALLBACK_REVIEW:
        return replace(summary, callback_review="")
    only = fact.ended is WatchOrder.SUPERVISION or fact.reason in d.TAKEN_BACK
    return replace(summary, supervision="", callback_review=summary.callback_review if only else "")


summaries.on(d.IncidentJoined)(lambda s, fact, _: replace(s, incident=fact.incident))
summaries.on(d.IncidentLeft)(lambda s, _, __: replace(s, incident=None))


@summaries.on(d.Merged)
def _merged(summary: Summary, fact: d.Merged, at: datetime) -> Summary:
    if summary.state not in _MERGEABLE:
        return summary
    merged = interrupted(summary, S.MERGED, *summary.resume, summary.state)
    return replace(merged, closed_at=at, outcome="merged", merged_into=fact.into)


@summaries.on(d.Unmerged)
def _unmerged(summary: Summary, _fact: d.Unmerged, _at: datetime) -> Summary:
    if summary.state != S.MERGED:
        return summary
    return replace(back(summary, S.MERGED), outcome=None, merged_into=None, closed_at=None)


@summaries.on(NoticeGivenUp, NoticeUndelivered, NoticeUnconfirmed)
def _untold(summary: Summary, fact: NoticeGivenUp | NoticeUndelivered | NoticeUnconfirmed, _at: datetime) -> Summary:
    """A person sees to what no way is left for."""
    return summary if fact.otherwise else replace(summary, undelivered=summary.undelivered + 1)
