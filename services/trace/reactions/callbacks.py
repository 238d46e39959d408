"""Called back, reworked, and what is corrected of it."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas.correction import CallbackAnswers
from schemas.recognised import gist
from schemas.values import TicketState as S
from services.trace.core.moves import moved
from services.trace.core.rows import Summary
from services.trace.reactions.tables import GIST, in_confidence, summaries

summaries.on(d.CallbackAwaited)(lambda s, _, __: moved(s, S.CALLBACK_PENDING))
summaries.on(d.CallbackTried)(lambda s, _, __: replace(s, callback_attempts=s.callback_attempts + 1))
summaries.on(d.CallbackExempt)(lambda s, _, __: replace(s, callback_outcome="exempt"))
summaries.on(d.CallbackGivenUp)(lambda s, _, __: replace(s, callback_outcome="unreached"))


@summaries.on(d.CallbackRecorded)
def _callback_recorded(summary: Summary, fact: d.CallbackRecorded, _at: datetime) -> Summary:
    contacted, solved, result = fact.contacted.value, fact.solved.value, fact.result.value
    first = summary.callbacks == 0
    return replace(
        summary,
        callbacks=summary.callbacks + 1,
        callback_outcome="recorded",
        contacted=contacted,
        solved=solved,
        attitude=fact.attitude.value,
        result=result,
        first_contacted=contacted if first else summary.first_contacted,
        first_solved=solved if first else summary.first_solved,
        first_result=result if first else summary.first_result,
        first_lead=summary.lead if first else summary.first_lead,
    )


@summaries.on(d.ReworkOrdered)
def _rework_ordered(summary: Summary, fact: d.ReworkOrdered, _at: datetime) -> Summary:
    again = replace(moved(summary, S.REWORK), reworks=summary.reworks + 1, handled_at=None, ruling=None)
    wish = "" if fact.reopens else summary.wish
    return unheard(replace(again, closed_at=None, outcome=None, awaits_ruling=False, wish=wish))


@summaries.on(d.ReworkWithdrawn)
def _rework_withdrawn(summary: Summary, fact: d.ReworkWithdrawn, _at: datetime) -> Summary:
    """The round before it counts again, with the answers that stand."""
    fewer = replace(summary, reworks=max(summary.reworks - 1, 0), handled_at=fact.handled_at)
    return _with_answers(replace(fewer, callback_outcome="recorded"), fact.answers)


def _with_answers(summary: Summary, answers: CallbackAnswers) -> Summary:
    return replace(
        summary,
        contacted=answers.contacted.value,
        solved=answers.solved.value,
        attitude=answers.attitude.value,
        result=answers.result.value,
    )


@summaries.on(d.Corrected)
def _corrected(summary: Summary, fact: d.Corrected, _at: datetime) -> Summary:
    new, place = fact.new, fact.new.place
    after = replace(
        summary,
        gist=gist(new.text, GIST) if new.text else summary.gist,
        place=place.text if place else summary.place,
        subdistrict=place.subdistrict if place else summary.subdistrict,
        category=new.category or summary.category,
    )
    if new.confidential is not None:
        after = in_confidence(after, fact.ticket, asked=new.confidential)
    if fact.ruling is not None or fact.unruled is not None:
        ruling = fact.ruling.value if fact.ruling else None
        after = replace(after, ruling=ruling, awaits_ruling=fact.awaits_ruling is not None)
    return _reheard(after, fact.callback, new.answers)


def _reheard(summary: Summary, callback: int | None, answers: CallbackAnswers | None) -> Summary:
    """Corrected answers count where the mistaken ones did: of the first callback, and of the round that stands."""
    if answers is None or callback is None:
        return summary
    after = summary
    if callback == 0:
        after = replace(
            after,
            first_contacted=answers.contacted.value,
            first_solved=answers.solved.value,
            first_result=answers.result.value,
        )
    stands = callback == summary.callbacks - 1 and summary.callback_outcome == "recorded"
    return _with_answers(after, answers) if stands else after


def unheard(summary: Summary) -> Summary:
    """A new round: what the requester said of the one before is not said of this one."""
    return replace(summary, callback_outcome=None, contacted=None, solved=None, attitude=None, result=None)
