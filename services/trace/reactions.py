"""What each fact means to what trace keeps: where its ticket stands, the ticket's latest order, the clock it is about.

Trace hears everything and remembers it as it was said. A fact that has no entry here stands in the timeline alone; one
that does not fit changes nothing, for a fact cannot be refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from pydantic_core import to_json

from chassis.frozen import replace
from chassis.reactions import Changes
from schemas import clocks as c
from schemas import dispatch as d
from schemas import tickets as t
from schemas.correction import CallbackAnswers
from schemas.message import Message
from schemas.notices import NoticeGivenUp
from schemas.recognised import masked
from schemas.values import Clock, Due, WatchOrder, breach_by, remind_by
from schemas.values import TicketState as S
from services.trace.core.ball import LifeStep
from services.trace.core.desk import let_go, marks, with_desk
from services.trace.core.holder import REVIEWED, UNIT
from services.trace.core.moves import back, ended, handed, interrupted, moved
from services.trace.core.rows import NOBODY, UNCHECKED, ClockRow, Device, OrderRow, SettledDoubts, Summary, Visit

GIST: Final = 80
"""Characters of the requester's text that a list shows."""

_AT_WORK: Final = frozenset({S.IN_PROGRESS, S.REWORK})
_ASKABLE: Final = frozenset({S.SURVEY_REVIEW, S.PENDING_DISPATCH, *_AT_WORK})
_MERGEABLE: Final = frozenset({*_ASKABLE, S.DISPATCHED, S.SUSPENDED, S.NEEDS_INFO})

summaries: Final = Changes[Summary]()
orders: Final = Changes[OrderRow]()
clocks: Final = Changes[ClockRow]()


def summed(summary: Summary, fact: Message, at: datetime) -> Summary:
    """Fold one fact of any topic but the clocks' into a summary; facts of other topics may come in any order."""
    after = summaries.after(marks.after(summary, fact, at), fact, at)
    return after if after is summary or fact.family != d.DispatchFact.family else with_desk(handed(after, at))


def steps_of(facts: Iterable[tuple[datetime, Message]]) -> list[LifeStep]:
    """Pick the facts of a ticket's life, each with where the ticket stands after it."""
    steps: list[LifeStep] = []
    for at, fact in facts:
        if isinstance(fact, d.DispatchFact):
            before = steps[-1].after if steps else Summary(fact.ticket)
            steps.append(LifeStep(at, fact, summed(before, fact, at)))
    return steps


def receipts_of(fact: Message) -> Iterator[tuple[str, str]]:
    """Which receipt stands for which ticket, as far as a fact of the door says it."""
    match fact:
        case t.Visited():
            yield from ((fact.receipt, ticket) for ticket in fact.tickets)
        case t.Registered() | t.Answered() | t.ActionReceived():
            yield fact.receipt, fact.ticket
        case _:
            pass


def visit_of(fact: Message, at: datetime) -> Visit | None:
    """What the ledger of the survey keeps of a fact; None of one that is no visit."""
    if not isinstance(fact, t.Visited):
        return None
    position = fact.position
    return Visit(
        receipt=fact.receipt,
        visitor=fact.visitor,
        unit=fact.unit,
        household=fact.household,
        compound=fact.compound,
        subdistrict=fact.subdistrict,
        visited_at=fact.visited_at,
        received_at=at,
        latitude=position.latitude,
        longitude=position.longitude,
        accuracy=position.accuracy,
        problems=len(fact.tickets),
        doubts=list(fact.doubts),
    )


def settled_of(fact: Message, at: datetime) -> SettledDoubts | None:
    """What the ledger keeps of the looking into a visit's doubts; None of any other fact."""
    if not isinstance(fact, t.DoubtsSettled):
        return None
    return SettledDoubts(fact.visit, fact.verdict.value, fact.reason, fact.by.name, at)


def device_of(fact: Message, at: datetime) -> Device | None:
    """What is kept of a visitor's device that was asked for, bound or not; None of any other fact."""
    match fact:
        case t.DeviceRequested():
            return Device(fact.receipt, fact.visitor, "requested", fact.reason, None, at, fact.device)
        case t.DeviceDeclined():
            return Device(fact.receipt, fact.visitor, "declined", fact.reason, fact.declined_by.name, at)
        case t.DeviceBound():
            approver = fact.approved_by.name if fact.approved_by else None
            return Device(fact.receipt, fact.visitor, "bound", None, approver, at)
        case _:
            return None


# --- at the door -----------------------------------------------------------------------------------------------------


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


def _gist(text: str) -> str:
    """How a text begins; a number that is cut in two would not be recognised any more."""
    return masked(text)[:GIST]


def in_confidence(summary: Summary, ticket: str, *, asked: bool) -> Summary:
    """The same where the requester asks for 保密, or does not, in this ticket: its own, or one that it took in."""
    others = tuple(each for each in summary.in_confidence if each != ticket)
    whose = (*others, ticket) if asked else others
    return replace(summary, in_confidence=whose, confidential=bool(whose))


@summaries.on(t.Registered)
def _registered(summary: Summary, fact: t.Registered, at: datetime) -> Summary:
    if summary.channel:
        return summary
    known = replace(
        _raised(summary, fact),
        gist=_gist(fact.text),
        registered_at=at,
        tier=fact.tier.value if fact.tier else summary.tier,
        unit=fact.visit.unit if fact.visit else summary.unit,
    )
    known = in_confidence(known, summary.ticket, asked=fact.confidential)
    return known if known.holder or known.state != S.REGISTERED else handed(known, at)


@summaries.on(t.Answered)
def _answered(summary: Summary, fact: t.Answered, at: datetime) -> Summary:
    return summary if summary.channel else replace(_raised(summary, fact), gist=_gist(fact.text), registered_at=at)


# --- recorded, passed on, classified ---------------------------------------------------------------------------------


@summaries.on(d.Opened)
def _opened(summary: Summary, fact: d.Opened, at: datetime) -> Summary:
    opened = replace(
        _raised(moved(summary, S.REGISTERED), fact),
        gist=_gist(fact.text),
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
    answered = replace(_raised(moved(summary, S.ANSWERED), fact), gist=summary.gist or _gist(fact.answer))
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


# --- dispatched, returned --------------------------------------------------------------------------------------------


@summaries.on(d.Dispatched)
def _dispatched(summary: Summary, fact: d.Dispatched, at: datetime) -> Summary:
    drawn = moved(summary, S.DISPATCHED)
    if fact.drawn:
        drawn = replace(drawn, drawn_at=at, drawn_category=fact.category, drawn_lead=fact.lead, check_verdict=UNCHECKED)
    return replace(
        drawn,
        lead=fact.lead,
        supporting=fact.supporting,
        tier=fact.tier.value,
        category=fact.category or summary.category,
        dispatched_at=summary.dispatched_at or at,
        accepted_at=None,
        contacted_at=summary.contacted_at if fact.lead == summary.lead else None,
        contact_exempt=summary.contact_exempt if fact.lead == summary.lead else None,
        orders=fact.order,
        extension_asked=summary.extension_asked and fact.same_lead,
        suspension_asked=summary.suspension_asked and fact.same_lead,
        commitment_due=summary.commitment_due and fact.same_lead,
    )


@summaries.on(d.DispatchChecked)
def _dispatch_checked(summary: Summary, fact: d.DispatchChecked, _at: datetime) -> Summary:
    return replace(summary, check_verdict="right" if fact.right else "wrong")


summaries.on(d.AutomationEnded)(lambda s, fact, _: replace(s, fell_back=fact.category))
summaries.on(d.AutomationRestored)(lambda s, _, __: replace(s, fell_back=None))


@orders.begins(d.Dispatched)
def _ordered(fact: d.Dispatched, at: datetime) -> OrderRow:
    return OrderRow(fact.ticket, fact.order, fact.lead, at, binding=fact.binding)


@summaries.on(d.DepartmentReplaced)
def _department_replaced(summary: Summary, fact: d.DepartmentReplaced, _at: datetime) -> Summary:
    """The order, and what became of it until then, stays with whoever had it; whoever holds it now is another one."""
    old, new = fact.replaced, fact.department
    lead = new if summary.lead == old else summary.lead
    supporting = dict.fromkeys(new if code == old else code for code in summary.supporting)
    return replace(summary, lead=lead, supporting=tuple(code for code in supporting if code != lead))


summaries.on(d.Accepted)(lambda s, _, at: replace(moved(s, S.IN_PROGRESS), accepted_at=at))
orders.on(d.Accepted)(lambda o, fact, at: replace(o, accepted_at=o.accepted_at or at, presumed=fact.presumed))


summaries.on(d.ReturnRequested)(lambda s, _, __: replace(moved(s, S.RETURN_REQUESTED), returns=s.returns + 1))
orders.on(d.ReturnRequested)(lambda o, _, at: replace(o, returned_at=at, upheld=None))


@summaries.on(d.ReturnUpheld)
def _return_upheld(summary: Summary, _fact: d.ReturnUpheld, _at: datetime) -> Summary:
    queued = moved(summary, S.PENDING_DISPATCH)
    return replace(queued, contacted_at=None, contact_exempt=None, extension_asked=False, suspension_asked=False)


orders.on(d.ReturnUpheld)(lambda o, _, __: replace(o, upheld=True) if o.returned_at else o)
summaries.on(d.ReturnOverruled)(lambda s, _, __: moved(s, S.DISPATCHED))
orders.on(d.ReturnOverruled)(lambda o, _, __: replace(o, upheld=False) if o.returned_at else o)
summaries.on(d.AdjudicationOpened)(lambda s, _, __: moved(s, S.ADJUDICATING))


# --- contacted, asked, supported -------------------------------------------------------------------------------------


summaries.on(d.FirstContactMade)(lambda s, _, at: replace(s, contacted_at=s.contacted_at or at))
summaries.on(d.FirstContactExempt)(lambda s, fact, _: replace(s, contact_exempt=fact.reason or "anonymous"))
summaries.on(d.FirstContactOwed)(lambda s, _, __: replace(s, contact_exempt=None))
orders.on(d.FirstContactMade)(lambda o, _, at: replace(o, contacted_at=o.contacted_at or at))


@summaries.on(d.InfoAsked)
def _info_asked(summary: Summary, _fact: d.InfoAsked, _at: datetime) -> Summary:
    if summary.state not in _ASKABLE:
        return summary
    return interrupted(summary, S.NEEDS_INFO, summary.state)


summaries.on(d.InfoProvided, d.InfoTimedOut)(lambda s, _, __: back(s, S.NEEDS_INFO))


@summaries.on(d.SupportTaskOpened)
def _task_opened(summary: Summary, fact: d.SupportTaskOpened, _at: datetime) -> Summary:
    supporting = tuple(dict.fromkeys((*summary.supporting, fact.department)))
    return replace(summary, open_tasks=summary.open_tasks + 1, supporting=supporting)


summaries.on(d.SupportTaskSentBack)(lambda s, _, __: replace(s, open_tasks=s.open_tasks + 1))
summaries.on(d.SupportTaskDone)(lambda s, _, __: replace(s, open_tasks=max(s.open_tasks - 1, 0)))


@summaries.on(d.SupportTaskEnded)
def _task_ended(summary: Summary, fact: d.SupportTaskEnded, _at: datetime) -> Summary:
    left = tuple(code for code in summary.supporting if not (fact.taken_back and code == fact.department))
    return replace(summary, open_tasks=max(summary.open_tasks - 1, 0), supporting=left)


# --- handled, reviewed -----------------------------------------------------------------------------------------------


@summaries.on(d.Handled)
def _handled(summary: Summary, _fact: d.Handled, at: datetime) -> Summary:
    return replace(moved(summary, S.HANDLED), handled_at=at, extension_asked=False, suspension_asked=False)


@summaries.on(d.HandledAccepted)
def _handled_accepted(summary: Summary, fact: d.HandledAccepted, _at: datetime) -> Summary:
    if summary.state != S.HANDLED:
        return summary
    ruling = fact.ruling.value if fact.ruling else summary.ruling
    return replace(summary, handled_at=fact.handled_at, ruling=ruling, stage=REVIEWED)


@summaries.on(d.HandledSentBack)
def _handled_sentback(summary: Summary, fact: d.HandledSentBack, _at: datetime) -> Summary:
    """A reported rework that is sent back is rework again."""
    return replace(moved(summary, S.REWORK if fact.rework else S.IN_PROGRESS), handled_at=None)


# --- extended, suspended, promised -----------------------------------------------------------------------------------


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
    before = summary.state if summary.state in _AT_WORK else S.IN_PROGRESS.value
    return replace(interrupted(summary, S.SUSPENDED, before), suspension_asked=False)


summaries.on(d.SuspensionEnded)(lambda s, _, __: back(s, S.SUSPENDED))
summaries.on(d.CommitmentDue)(lambda s, _, __: replace(s, commitment_due=True))
summaries.on(d.Committed, d.CommitmentChecked)(lambda s, _, __: replace(s, commitment_due=False))


# --- called back, reworked -------------------------------------------------------------------------------------------


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
    return _unheard(replace(again, closed_at=None, outcome=None, awaits_ruling=False, wish=wish))


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
        gist=_gist(new.text) if new.text else summary.gist,
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


def _unheard(summary: Summary) -> Summary:
    """A new round: what the requester said of the one before is not said of this one."""
    return replace(summary, callback_outcome=None, contacted=None, solved=None, attitude=None, result=None)


# --- ended, and after ------------------------------------------------------------------------------------------------


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
    return _unheard(fresh)


# --- pressed, supervised, linked -------------------------------------------------------------------------------------


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


# --- told ------------------------------------------------------------------------------------------------------------


summaries.on(NoticeGivenUp)(lambda s, _, __: replace(s, undelivered=s.undelivered + 1))


# --- timed -----------------------------------------------------------------------------------------------------------


@clocks.begins(c.ClockStarted)
def _clock_started(fact: c.ClockStarted, _at: datetime) -> ClockRow:
    return ClockRow(
        ticket=fact.ticket,
        clock_id=fact.clock_id,
        clock=fact.clock.value,
        owner=fact.owner,
        started_at=fact.started_at,
        due=remind_by(fact.due),
        due_latest=breach_by(fact.due),
        explanation=_json(fact.explanation),
    )


def _due_anew(row: ClockRow, due: Due, explanation: dict[str, Any]) -> ClockRow:
    return replace(row, due=remind_by(due), due_latest=breach_by(due), explanation=_json(explanation))


def _json(explanation: dict[str, Any]) -> str:
    return to_json(explanation).decode()


@clocks.on(c.ClockExtended, c.ClockRederived, c.ClockRetiered)
def _clock_derived(
    row: ClockRow, fact: c.ClockExtended | c.ClockRederived | c.ClockRetiered, _at: datetime
) -> ClockRow:
    return _due_anew(row, fact.due, fact.explanation)


@clocks.on(c.ClockResumed)
def _clock_resumed(row: ClockRow, fact: c.ClockResumed, _at: datetime) -> ClockRow:
    """After a pause; or what had ended the clock was undone."""
    return _due_anew(replace(row, status="running", ended_at=None, late=None), fact.due, fact.explanation)


@clocks.on(c.ClockMet)
def _clock_met(row: ClockRow, fact: c.ClockMet, _at: datetime) -> ClockRow:
    met = replace(row, status="met", ended_at=fact.at, late=fact.late)
    return replace(met, due=remind_by(fact.due), due_latest=breach_by(fact.due))


clocks.on(c.ClockPaused)(lambda row, _, __: replace(row, status="paused", ended_at=None, late=None))
clocks.on(c.ClockBreached)(lambda row, _, __: replace(row, breached=True))
clocks.on(c.BreachWithdrawn)(lambda row, _, __: replace(row, breached=False))
clocks.on(c.ClockStopped)(lambda row, _, at: replace(row, status="stopped", ended_at=at))
clocks.on(c.ClockLapsed)(lambda row, _, at: replace(row, status="lapsed", ended_at=at))
