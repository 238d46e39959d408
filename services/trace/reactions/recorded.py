"""A ticket is recorded, passed on and classified."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import tickets as t
from schemas.recognised import gist
from schemas.values import TicketState as S
from services.trace.core.holder import UNIT
from services.trace.core.moves import handed, moved
from services.trace.core.rows import Summary
from services.trace.reactions.tables import GIST, in_confidence, summaries


def _raised(summary: Summary, fact: t.Registered | t.Answered | d.Opened | d.AnsweredOnLine) -> Summary:
    return replace(
        summary,
        receipt=fact.receipt,
        channel=fact.channel.value,
        kind=fact.kind.value,
        requester_kind=fact.requester_kind.value,
        category=fact.category,
        place=fact.place.text if fact.place else None,
        subdistrict=fact.place.subdistrict if fact.place else None,
    )


@summaries.on(t.Registered)
def _registered(summary: Summary, fact: t.Registered, at: datetime) -> Summary:
    if summary.channel:
        return summary
    known = replace(
        _raised(summary, fact),
        gist=gist(fact.text, GIST),
        registered_at=at,
        tier=fact.tier.value if fact.tier else summary.tier,
        unit=fact.visit.unit if fact.visit else summary.unit,
    )
    known = in_confidence(known, summary.ticket, asked=fact.confidential)
    return known if known.holder or known.state != S.REGISTERED else handed(known, at)


@summaries.on(t.Answered)
def _answered(summary: Summary, fact: t.Answered, at: datetime) -> Summary:
    return summary if summary.channel else replace(_raised(summary, fact), gist=gist(fact.text, GIST), registered_at=at)


@summaries.on(d.Opened)
def _opened(summary: Summary, fact: d.Opened, at: datetime) -> Summary:
    opened = replace(
        _raised(moved(summary, S.REGISTERED), fact),
        gist=gist(fact.text, GIST),
        registered_at=fact.registered_at or at,
        tier=fact.tier.value,
        unit=fact.visit.unit if fact.visit else None,
        upstream=fact.upstream.number if fact.upstream else None,
        part_of=fact.part_of,
        recurrence_of=fact.recurrence_of,
    )
    return in_confidence(opened, fact.ticket, asked=fact.confidential)


@summaries.on(d.AnsweredOnLine)
def _answered_on_line(summary: Summary, fact: d.AnsweredOnLine, at: datetime) -> Summary:
    answered = replace(_raised(moved(summary, S.ANSWERED), fact), gist=summary.gist or gist(fact.answer, GIST))
    return replace(answered, registered_at=at, closed_at=at, outcome="answered")


@summaries.on(d.PassOnAwaited)
def _pass_on_awaited(summary: Summary, fact: d.PassOnAwaited, _at: datetime) -> Summary:
    return replace(moved(summary, S.SURVEY_REVIEW), unit=fact.unit or summary.unit, stage=fact.stage)


@summaries.on(d.PassedOn)
def _passed_on(summary: Summary, fact: d.PassedOn, _at: datetime) -> Summary:
    return summary if fact.stage == UNIT else replace(summary, state=S.REGISTERED.value, stage="")


@summaries.on(d.SettledAtUnit)
def _settled_at_unit(summary: Summary, _fact: d.SettledAtUnit, at: datetime) -> Summary:
    return replace(moved(summary, S.CLOSED), closed_at=at, outcome="settled-at-unit", wish="")


@summaries.on(d.CategorySuggested)
def _category_suggested(summary: Summary, fact: d.CategorySuggested, _at: datetime) -> Summary:
    category = fact.category if fact.taken else summary.category
    return replace(summary, suggestion=fact.category, suggestion_score=fact.score, category=category)


@summaries.on(d.MergeTaken)
def _merge_taken(summary: Summary, fact: d.MergeTaken, _at: datetime) -> Summary:
    known = replace(summary, tier=fact.tier.value) if fact.tier else summary
    return in_confidence(known, fact.other, asked=fact.confidential is not None)


summaries.on(d.MergeDropped)(lambda s, fact, _: in_confidence(s, fact.other, asked=False))


@summaries.on(d.StopWordsFound)
def _stop_words_found(summary: Summary, fact: d.StopWordsFound, _at: datetime) -> Summary:
    return replace(summary, tier=fact.tier.value if fact.tier else summary.tier, stop_words=True)


summaries.on(d.Classified)(lambda s, fact, _: replace(s, category=fact.category, tier=fact.tier.value))
summaries.on(d.DispatchAwaited)(lambda s, _, __: moved(s, S.PENDING_DISPATCH))
