"""How each fact of a ticket's life changes its summary. A fact cannot be refused: what does not fit changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from schemas import dispatch as d
from schemas.message import Message
from schemas.values import TicketState
from services.trace.core.holder import REVIEWED, held
from services.trace.core.rows import Summary, replace

GIST: Final = 80
"""Characters of the requester's text that a list shows."""

_LEADS_TO: Final[dict[type[Message], TicketState]] = {
    d.Opened: TicketState.REGISTERED,
    d.AnsweredOnLine: TicketState.ANSWERED,
    d.PassOnAwaited: TicketState.SURVEY_REVIEW,
    d.SettledAtUnit: TicketState.CLOSED,
    d.DispatchAwaited: TicketState.PENDING_DISPATCH,
    d.Dispatched: TicketState.DISPATCHED,
    d.Accepted: TicketState.IN_PROGRESS,
    d.ReturnRequested: TicketState.RETURN_REQUESTED,
    d.ReturnUpheld: TicketState.PENDING_DISPATCH,
    d.ReturnOverruled: TicketState.DISPATCHED,
    d.AdjudicationOpened: TicketState.ADJUDICATING,
    d.Handled: TicketState.HANDLED,
    d.HandledSentBack: TicketState.IN_PROGRESS,
    d.CallbackAwaited: TicketState.CALLBACK_PENDING,
    d.ReworkOrdered: TicketState.REWORK,
    d.Closed: TicketState.CLOSED,
    d.Reopened: TicketState.PENDING_DISPATCH,
    d.Archived: TicketState.ARCHIVED,
    d.NotAccepted: TicketState.NOT_ACCEPTED,
    d.Withdrawn: TicketState.WITHDRAWN,
    d.Transferred: TicketState.TRANSFERRED,
    d.SplitUp: TicketState.SPLIT,
}
_COMES_BACK: Final = frozenset({d.InfoProvided, d.InfoTimedOut, d.SuspensionEnded, d.Unmerged})
_AT_WORK: Final = frozenset({TicketState.IN_PROGRESS, TicketState.REWORK})
_ASKABLE: Final = frozenset({TicketState.SURVEY_REVIEW, TicketState.PENDING_DISPATCH, *_AT_WORK})
_FITS: Final[dict[type[Message], frozenset[TicketState]]] = {
    d.InfoAsked: _ASKABLE,
    d.InfoProvided: frozenset({TicketState.NEEDS_INFO}),
    d.InfoTimedOut: frozenset({TicketState.NEEDS_INFO}),
    d.SuspensionEnded: frozenset({TicketState.SUSPENDED}),
    d.HandledAccepted: frozenset({TicketState.HANDLED}),
    d.Merged: frozenset({*_ASKABLE, TicketState.DISPATCHED, TicketState.SUSPENDED, TicketState.NEEDS_INFO}),
    d.Unmerged: frozenset({TicketState.MERGED}),
}
"""The states that these facts belong in; in any other one they change nothing."""
_ENDS: Final = frozenset(
    {d.AnsweredOnLine, d.SettledAtUnit, d.Closed, d.NotAccepted, d.Withdrawn, d.Transferred, d.Merged}
)


def lived(summary: Summary, fact: Message, at: datetime) -> Summary:
    """Fold one fact of `liuhen.dispatch.v1` that was judged by the moment `at`."""
    fits = _FITS.get(type(fact))
    if fits is not None and summary.state not in fits:
        return summary
    after = _moved(summary, type(fact), at)
    if (change := _CHANGES.get(type(fact))) is not None:
        after = change(after, fact, at)
    holder, waits_for = held(after)
    if (holder, waits_for) == (summary.holder, summary.waits_for):
        return after
    return replace(after, holder=holder, waits_for=waits_for, waiting_since=at if holder else None)


def _moved(summary: Summary, kind: type[Message], at: datetime) -> Summary:
    if kind in _LEADS_TO:
        summary = replace(summary, state=_LEADS_TO[kind].value, resume=(), stage="")
    elif kind is d.InfoAsked:
        summary = replace(summary, state=TicketState.NEEDS_INFO.value, resume=(summary.state,))
    elif kind is d.Suspended:
        back = summary.state if summary.state in _AT_WORK else TicketState.IN_PROGRESS.value
        summary = replace(summary, state=TicketState.SUSPENDED.value, resume=(back,))
    elif kind is d.Merged:
        summary = replace(summary, state=TicketState.MERGED.value, resume=(*summary.resume, summary.state))
    elif kind in _COMES_BACK and summary.resume:
        *rest, back = summary.resume
        summary = replace(summary, state=back, resume=tuple(rest))
    return replace(summary, closed_at=at) if kind in _ENDS else summary


def _opened(summary: Summary, fact: d.Opened, at: datetime) -> Summary:
    return replace(
        summary,
        receipt=fact.receipt,
        channel=fact.channel.value,
        kind=fact.kind.value,
        requester_kind=fact.requester_kind.value,
        category=fact.category,
        place=fact.place.text,
        subdistrict=fact.place.subdistrict,
        gist=fact.text[:GIST],
        registered_at=fact.registered_at or at,
        tier=fact.tier.value,
        unit=fact.visit.unit if fact.visit else None,
        upstream=fact.upstream.number if fact.upstream else None,
        part_of=fact.part_of,
        confidential=fact.confidential,
    )


def _answered(summary: Summary, fact: d.AnsweredOnLine, at: datetime) -> Summary:
    return replace(
        summary,
        receipt=fact.receipt,
        channel=fact.channel.value,
        kind=fact.kind.value,
        requester_kind=fact.requester_kind.value,
        category=fact.category,
        place=fact.place.text if fact.place else None,
        subdistrict=fact.place.subdistrict if fact.place else None,
        gist=summary.gist or fact.answer[:GIST],
        registered_at=at,
        outcome="answered",
    )


def _awaits_passing_on(summary: Summary, fact: d.PassOnAwaited, _at: datetime) -> Summary:
    return replace(summary, unit=fact.unit or summary.unit, stage=fact.stage)


def _passed_on(summary: Summary, fact: d.PassedOn, _at: datetime) -> Summary:
    if fact.stage == "unit":
        return summary
    return replace(summary, state=TicketState.REGISTERED.value, stage="")


def _suggested(summary: Summary, fact: d.CategorySuggested, _at: datetime) -> Summary:
    category = fact.category if fact.taken else summary.category
    return replace(summary, suggestion=fact.category, suggestion_score=fact.score, category=category)


def _dispatched(summary: Summary, fact: d.Dispatched, at: datetime) -> Summary:
    same = fact.lead == summary.lead
    return replace(
        summary,
        lead=fact.lead,
        supporting=fact.supporting,
        tier=fact.tier.value,
        category=fact.category or summary.category,
        dispatched_at=summary.dispatched_at or at,
        accepted_at=None,
        contacted_at=summary.contacted_at if same else None,
        orders=fact.order,
        extension_asked=summary.extension_asked and fact.same_lead,
        suspension_asked=summary.suspension_asked and fact.same_lead,
    )


def _handled_accepted(summary: Summary, fact: d.HandledAccepted, _at: datetime) -> Summary:
    ruling = fact.ruling.value if fact.ruling else summary.ruling
    return replace(summary, handled_at=fact.handled_at, ruling=ruling, stage=REVIEWED)


def _sent_back(summary: Summary, fact: d.HandledSentBack, _at: datetime) -> Summary:
    """A reported rework that is sent back is rework again."""
    state = TicketState.REWORK if fact.rework else TicketState.IN_PROGRESS
    return replace(summary, handled_at=None, state=state.value)


def _called_back(summary: Summary, fact: d.CallbackRecorded, _at: datetime) -> Summary:
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
    )


def _closed(summary: Summary, fact: d.Closed, at: datetime) -> Summary:
    closed = replace(_left(summary, fact, at), commitment_due=summary.commitment_due)
    return replace(closed, outcome=fact.outcome, ruling=fact.ruling.value, lead=fact.lead or summary.lead)


def _left(summary: Summary, _fact: Message, _at: datetime) -> Summary:
    rest = replace(summary, extension_asked=False, suspension_asked=False, commitment_due=False, open_tasks=0)
    return replace(rest, outcome=summary.state)


def _reopened(summary: Summary, fact: d.Reopened, _at: datetime) -> Summary:
    again = replace(summary, reopenings=fact.count, closed_at=None, outcome=None)
    return replace(again, ruling=None, handled_at=None, contacted_at=None)


def _supported(summary: Summary, fact: d.SupportTaskOpened, _at: datetime) -> Summary:
    supporting = tuple(dict.fromkeys((*summary.supporting, fact.department)))
    return replace(summary, open_tasks=summary.open_tasks + 1, supporting=supporting)


def _no_longer_supported(summary: Summary, fact: d.SupportTaskEnded, _at: datetime) -> Summary:
    left = tuple(code for code in summary.supporting if not (fact.taken_back and code == fact.department))
    return replace(summary, open_tasks=max(summary.open_tasks - 1, 0), supporting=left)


_Change = Callable[[Summary, Any, datetime], Summary]

_CHANGES: Final[dict[type[Message], _Change]] = {
    d.Opened: _opened,
    d.AnsweredOnLine: _answered,
    d.PassOnAwaited: _awaits_passing_on,
    d.PassedOn: _passed_on,
    d.SettledAtUnit: lambda s, _f, _at: replace(s, outcome="settled-at-unit"),
    d.CategorySuggested: _suggested,
    d.Classified: lambda s, f, _at: replace(s, category=f.category, tier=f.tier.value),
    d.Dispatched: _dispatched,
    d.Accepted: lambda s, _f, at: replace(s, accepted_at=at),
    d.ReturnRequested: lambda s, _f, _at: replace(s, returns=s.returns + 1),
    d.ReturnUpheld: lambda s, _f, _at: replace(s, contacted_at=None, extension_asked=False, suspension_asked=False),
    d.FirstContactMade: lambda s, _f, at: replace(s, contacted_at=s.contacted_at or at),
    d.FirstContactExempt: lambda s, _f, at: replace(s, contacted_at=s.contacted_at or at),
    d.SupportTaskOpened: _supported,
    d.SupportTaskSentBack: lambda s, _f, _at: replace(s, open_tasks=s.open_tasks + 1),
    d.SupportTaskDone: lambda s, _f, _at: replace(s, open_tasks=max(s.open_tasks - 1, 0)),
    d.SupportTaskEnded: _no_longer_supported,
    d.Handled: lambda s, _f, at: replace(s, handled_at=at, extension_asked=False, suspension_asked=False),
    d.HandledAccepted: _handled_accepted,
    d.HandledSentBack: _sent_back,
    d.ExtensionRequested: lambda s, _f, _at: replace(s, extension_asked=True),
    d.ExtensionGranted: lambda s, _f, _at: replace(s, extension_asked=False, extensions=s.extensions + 1),
    d.ExtensionRefused: lambda s, _f, _at: replace(s, extension_asked=False),
    d.RequestLapsed: lambda s, f, _at: replace(s, **{f"{f.what}_asked": False}),
    d.SuspensionRequested: lambda s, _f, _at: replace(s, suspension_asked=True),
    d.Suspended: lambda s, _f, _at: replace(s, suspension_asked=False),
    d.SuspensionRefused: lambda s, _f, _at: replace(s, suspension_asked=False),
    d.CommitmentDue: lambda s, _f, _at: replace(s, commitment_due=True),
    d.CommitmentChecked: lambda s, _f, _at: replace(s, commitment_due=False),
    d.CallbackTried: lambda s, _f, _at: replace(s, callback_attempts=s.callback_attempts + 1),
    d.CallbackExempt: lambda s, _f, _at: replace(s, callback_outcome="exempt"),
    d.CallbackGivenUp: lambda s, _f, _at: replace(s, callback_outcome="unreached"),
    d.CallbackRecorded: _called_back,
    d.ReworkOrdered: lambda s, _f, _at: replace(s, reworks=s.reworks + 1, handled_at=None, ruling=None),
    d.Closed: _closed,
    d.OutcomeRuled: lambda s, f, _at: replace(s, ruling=f.ruling.value),
    d.FinalAnswerGiven: lambda s, f, _at: replace(s, ruling=f.ruling.value),
    d.Reopened: _reopened,
    d.NotAccepted: _left,
    d.Withdrawn: _left,
    d.Transferred: _left,
    d.Merged: lambda s, f, _at: replace(s, outcome="merged", merged_into=f.into),
    d.Unmerged: lambda s, _f, _at: replace(s, outcome=None, merged_into=None, closed_at=None),
    d.FollowUpAdded: lambda s, f, _at: replace(s, follow_ups=f.count),
    d.SupervisionOrdered: lambda s, _f, _at: replace(s, supervision="ordered"),
    d.CallbackReviewOrdered: lambda s, _f, _at: replace(s, supervision="ordered"),
    d.SupervisionAnswered: lambda s, _f, _at: replace(s, supervision="answered"),
    d.SupervisionEnded: lambda s, _f, _at: replace(s, supervision=""),
    d.IncidentJoined: lambda s, f, _at: replace(s, incident=f.incident),
    d.IncidentLeft: lambda s, _f, _at: replace(s, incident=None),
}
"""What each fact changes besides the state; a fact that is missing here only moves the state, or is only remembered."""

LIVED: Final = frozenset({*_LEADS_TO, *_COMES_BACK, *_ENDS, *_CHANGES, d.InfoAsked, d.Suspended, d.Merged})
"""The facts that change a summary."""
