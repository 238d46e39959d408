"""Handled and reviewed, extended, suspended, promised."""

from __future__ import annotations

from datetime import datetime

from chassis.frozen import replace
from schemas import dispatch as d
from schemas.values import TicketState as S
from services.trace.core.holder import REVIEWED
from services.trace.core.moves import back, interrupted, moved
from services.trace.core.rows import Summary
from services.trace.reactions.tables import AT_WORK, summaries


@summaries.on(d.Handled)
def _handled(summary: Summary, _fact: d.Handled, at: datetime) -> Summary:
    return replace(moved(summary, S.HANDLED), handled_at=at, extension_asked=False, suspension_asked=False)


@summaries.on(d.HandledAccepted)
def _handled_accepted(summary: Summary, fact: d.HandledAccepted, _at: datetime) -> Summary:
    if summary.state != S.HANDLED:
        return summary
    ruling = fact.ruling.value if fact.ruling else summary.ruling
    return replace(summary, handled_at=fact.handled_at, ruling=ruling, stage=REVIEWED)


summaries.on(d.ClosingHeld)(lambda s, _, __: replace(moved(s, S.HANDLED), stage=REVIEWED))


@summaries.on(d.HandledSentBack)
def _handled_sentback(summary: Summary, fact: d.HandledSentBack, _at: datetime) -> Summary:
    """A reported rework that is sent back is rework again."""
    return replace(moved(summary, S.REWORK if fact.rework else S.IN_PROGRESS), handled_at=None)


summaries.on(d.ExtensionRequested)(lambda s, _, __: replace(s, extension_asked=True))
summaries.on(d.ExtensionGranted)(lambda s, _, __: replace(s, extension_asked=False, extensions=s.extensions + 1))
summaries.on(d.ExtensionRefused)(lambda s, _, __: replace(s, extension_asked=False))
summaries.on(d.SuspensionRequested)(lambda s, _, __: replace(s, suspension_asked=True))
summaries.on(d.SuspensionRefused)(lambda s, _, __: replace(s, suspension_asked=False))


@summaries.on(d.RequestLapsed)
def _request_lapsed(summary: Summary, fact: d.RequestLapsed, _at: datetime) -> Summary:
    if fact.what == "extension":
        return replace(summary, extension_asked=False)
    return replace(summary, suspension_asked=False)


@summaries.on(d.Suspended)
def _suspended(summary: Summary, _fact: d.Suspended, _at: datetime) -> Summary:
    before = summary.state if summary.state in AT_WORK else S.IN_PROGRESS.value
    return replace(interrupted(summary, S.SUSPENDED, before), suspension_asked=False)


summaries.on(d.SuspensionEnded)(lambda s, _, __: back(s, S.SUSPENDED))
summaries.on(d.CommitmentDue)(lambda s, _, __: replace(s, commitment_due=True))
summaries.on(d.Committed, d.CommitmentChecked)(lambda s, _, __: replace(s, commitment_due=False))
