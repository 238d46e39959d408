"""The end, and what comes after it."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas.values import TicketState as S
from services.trace.core.desk import let_go
from services.trace.core.moves import ended, moved
from services.trace.core.rows import Summary
from services.trace.reactions.callbacks import unheard
from services.trace.reactions.tables import summaries


@summaries.on(d.Closed)
def _closed(summary: Summary, fact: d.Closed, at: datetime) -> Summary:
    over = ended(summary, S.CLOSED, at)
    closed = replace(over, commitment_due=summary.commitment_due, callback_review=summary.callback_review)
    ruling = fact.ruling.value if fact.ruling else None
    asked = fact.awaits_ruling is not None
    return replace(closed, outcome=fact.outcome, ruling=ruling, awaits_ruling=asked, lead=fact.lead or summary.lead)


@summaries.on(d.OutcomeRuled, d.FinalAnswerGiven)
def _ruled(summary: Summary, fact: d.OutcomeRuled | d.FinalAnswerGiven, _at: datetime) -> Summary:
    return replace(summary, ruling=fact.ruling.value, awaits_ruling=False)


@summaries.on(d.CityVerdictRecorded)
def _city_verdict(summary: Summary, fact: d.CityVerdictRecorded, _at: datetime) -> Summary:
    """What the city heard stands beside what we heard; the newest counts."""
    return replace(summary, city_solved=fact.solved.value, city_satisfaction=fact.satisfaction.value)


summaries.on(d.NotAccepted)(lambda s, _, at: ended(s, S.NOT_ACCEPTED, at))
summaries.on(d.Withdrawn)(lambda s, _, at: ended(s, S.WITHDRAWN, at))
summaries.on(d.Transferred)(lambda s, _, at: ended(s, S.TRANSFERRED, at))
summaries.on(d.WithdrawalAsked)(lambda s, _, __: replace(s, wish="withdrawal"))
summaries.on(d.ReopeningAsked)(lambda s, _, __: replace(s, wish="reopening"))
summaries.on(d.WithdrawalDeclined, d.ReopeningDeclined)(lambda s, _, __: replace(s, wish=""))
summaries.on(d.SplitUp)(lambda s, _, __: let_go(moved(s, S.SPLIT)))
summaries.on(d.Archived)(lambda s, _, __: moved(s, S.ARCHIVED))


@summaries.on(d.PartReopened)
def _part_reopened(summary: Summary, _fact: d.PartReopened, _at: datetime) -> Summary:
    """The whole is open again where it was closed: what it came to is not the last word."""
    open_ = replace(moved(summary, S.SPLIT), closed_at=None, outcome=None, ruling=None)
    return replace(open_, awaits_ruling=False, commitment_due=False, wish="")


@summaries.on(d.Reopened)
def _reopened(summary: Summary, fact: d.Reopened, _at: datetime) -> Summary:
    again = replace(moved(summary, S.PENDING_DISPATCH), reopenings=fact.count, closed_at=None, outcome=None, wish="")
    fresh = replace(again, ruling=None, awaits_ruling=False, handled_at=None, contacted_at=None, contact_exempt=None)
    return unheard(fresh)
