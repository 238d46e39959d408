"""What waits at the desk of a ticket, read off the facts alone: the tasks that dispatch tells the desk of.

Most tasks follow from where the ticket stands. The others are marks that facts set and take away: a task by its code,
behind the colon whom or what it is about. `pressed:` marks are the nudges that the lead has not answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from chassis.reactions import Changes
from schemas import dispatch as d
from schemas.values import ENDED, Clock, DeskTaskKind, Tier, WatchOrder
from schemas.values import TicketState as S
from services.trace.core.holder import REVIEWED, UNIT
from services.trace.core.rows import UNCHECKED, Summary

K = DeskTaskKind
marks: Final = Changes[Summary]()

_LED: Final = frozenset(
    {
        S.DISPATCHED,
        S.IN_PROGRESS,
        S.REWORK,
        S.RETURN_REQUESTED,
        S.ADJUDICATING,
        S.SUSPENDED,
        S.HANDLED,
        S.CALLBACK_PENDING,
    }
)
_URGENT_IN: Final = frozenset(S) - ENDED - {S.SPLIT}
_STEPS: Final = (K.NUDGE, K.SUPERVISE, K.INTERVIEW)
_PRESSED: Final = "pressed"
_CALLED_FOR: Final = "called_for"
"""Said when it had ended, and somebody on duty has to know all the same."""
_LATE: Final = {Clock.UNIT_PASS_ON: K.UNIT_LATE, Clock.CALLBACK: K.CALLBACK_LATE}
_MAIN: Final = {
    S.PENDING_DISPATCH: K.DISPATCHING,
    S.RETURN_REQUESTED: K.RETURN_RULING,
    S.ADJUDICATING: K.ADJUDICATION,
}


# --- what waits ------------------------------------------------------------------------------------------------------


def with_desk(summary: Summary) -> Summary:
    """The same, with what waits at the desk now."""
    calm = summary if is_urgent(summary) else without(summary, K.URGENT_CALL)
    desk = tuple(each.value for each in _tasks(calm, S(calm.state)))
    return calm if desk == calm.desk else replace(calm, desk=desk)


def is_urgent(summary: Summary) -> bool:
    """Whether somebody on duty has to know: it goes on, or should by its requester, or was said after its end."""
    goes_on = summary.state in _URGENT_IN or summary.wish == K.REOPENING
    said_after_its_end = summary.state in ENDED and has(summary, _CALLED_FOR)
    return summary.tier == Tier.URGENT and (goes_on or said_after_its_end)


def _tasks(summary: Summary, state: S) -> Iterator[DeskTaskKind]:
    if has(summary, K.STOP_WORDS):
        yield K.STOP_WORDS
    yield from _of_automation(summary)
    if state is S.MERGED:
        return
    yield from _outliving(summary)
    if state in ENDED:
        if summary.awaits_ruling:
            yield K.OUTCOME_RULING
        if state is S.TRANSFERRED and has(summary, K.REFERRAL):
            yield K.REFERRAL
        return
    yield from _of_state(summary, state)
    for asked, task in ((summary.extension_asked, K.EXTENSION), (summary.suspension_asked, K.SUSPENSION)):
        if asked:
            yield task
    if summary.supervision == "answered":
        yield K.SUPERVISION
    yield from _marked(summary, state)


def _outliving(summary: Summary) -> Iterator[DeskTaskKind]:
    """What waits after the end too."""
    if has(summary, K.URGENT_CALL):
        yield K.URGENT_CALL
    if summary.commitment_due:
        yield K.COMMITMENT_CHECK
    if summary.callback_review == "answered":
        yield K.CALLBACK_REVIEW
    if summary.wish:
        yield K(summary.wish)


def _of_automation(summary: Summary) -> Iterator[DeskTaskKind]:
    """Whether policy was right is asked whatever became of the ticket."""
    if summary.check_verdict == UNCHECKED:
        yield K.DISPATCH_CHECK
    if summary.fell_back is not None:
        yield K.AUTOMATION


def _of_state(summary: Summary, state: S) -> Iterator[DeskTaskKind]:
    if state is S.SURVEY_REVIEW:
        yield K.UNIT_PASS_ON if summary.stage == UNIT else K.SURVEY_OFFICE
    elif state is S.HANDLED and summary.stage != REVIEWED:
        yield K.REVIEW
    elif state in _MAIN:
        yield _MAIN[state]


def _marked(summary: Summary, state: S) -> Iterator[DeskTaskKind]:
    """What stands as a mark, where the ticket is such that it waits."""
    set_ = {mark.partition(":")[0] for mark in summary.marks}
    yield from (task for task in (K.APPROVAL, K.ALIKE, *_STEPS) if task in set_)
    led = state in _LED or (state is S.NEEDS_INFO and bool(summary.resume) and summary.resume[-1] in _LED)
    if led:
        yield from (task for task in (K.TASK_REVIEW, K.REDISPATCH) if task in set_)
    if K.UNIT_LATE in set_ and state is S.SURVEY_REVIEW and summary.stage == UNIT:
        yield K.UNIT_LATE
    if K.CALLBACK_LATE in set_ and state is S.CALLBACK_PENDING:
        yield K.CALLBACK_LATE


# --- marks -----------------------------------------------------------------------------------------------------------


def marked(summary: Summary, task: str, about: str | None = None) -> Summary:
    """The same with a mark."""
    mark = f"{task}:{about or ''}"
    return summary if mark in summary.marks else replace(summary, marks=(*summary.marks, mark))


def without(summary: Summary, *tasks: str, about: Callable[[str], bool] = lambda _: True) -> Summary:
    """The same without the marks of these tasks, where what they are about is meant."""
    kept = tuple(mark for mark in summary.marks if not _is_meant(mark, tasks, about))
    return summary if len(kept) == len(summary.marks) else replace(summary, marks=kept)


def _is_meant(mark: str, tasks: tuple[str, ...], about: Callable[[str], bool]) -> bool:
    task, _, what = mark.partition(":")
    return task in tasks and about(what)


def has(summary: Summary, *tasks: str) -> bool:
    """Whether a mark of one of these tasks is set."""
    return any(mark.partition(":")[0] in tasks for mark in summary.marks)


def let_go(summary: Summary) -> Summary:
    """Every end lets go of support tasks, of supervision, and of what was asked for; nothing of that waits any more."""
    calm = replace(without(summary, K.TASK_REVIEW, K.ALIKE, _PRESSED, *_STEPS), supervision="", callback_review="")
    return replace(calm, extension_asked=False, suspension_asked=False, commitment_due=False, open_tasks=0, wish="")


def _referred(summary: Summary, complete: bool) -> Summary:  # noqa: FBT001 - the one thing that it is about
    return without(summary, K.REFERRAL) if complete else marked(summary, K.REFERRAL)


marks.on(d.UrgentCalled)(lambda s, _, __: marked(s, K.URGENT_CALL))
marks.on(d.UrgentAcknowledged)(lambda s, _, __: without(s, K.URGENT_CALL))


@marks.on(d.StopWordsFound)
def _stop_words_found(summary: Summary, fact: d.StopWordsFound, _at: datetime) -> Summary:
    waits = marked(summary, K.STOP_WORDS) if fact.waits else summary
    return marked(waits, _CALLED_FOR) if fact.called_for else waits


@marks.on(d.Reopened, d.ReworkOrdered, d.PartReopened)
def _goes_on(summary: Summary, fact: d.Reopened | d.ReworkOrdered | d.PartReopened, _at: datetime) -> Summary:
    """A split ticket rings nobody: what nobody knows of yet rings again when the whole ends."""
    rings_again = isinstance(fact, d.PartReopened) and has(summary, K.URGENT_CALL)
    was_open = isinstance(fact, d.ReworkOrdered) and not fact.reopens
    return summary if rings_again or was_open else without(summary, _CALLED_FOR)


marks.on(d.StopWordsSeenTo)(lambda s, _, __: without(s, K.STOP_WORDS))
marks.on(d.Transferred)(lambda s, fact, _: _referred(s, fact.record is not None and not fact.record.missing))
marks.on(d.ReferralRecorded)(lambda s, fact, _: _referred(s, fact.complete is not None))
marks.on(d.ApprovalRequested)(lambda s, _, __: marked(s, K.APPROVAL))
marks.on(d.ApprovalGranted, d.ApprovalDeclined, d.ApprovalLapsed)(lambda s, _, __: without(s, K.APPROVAL))


@marks.on(d.Corrected)
def _corrected(summary: Summary, fact: d.Corrected, _at: datetime) -> Summary:
    """Who would lead is asked anew where the place or the category is another."""
    if fact.lead is not None:
        return marked(summary, K.REDISPATCH)
    another = fact.new.place is not None or fact.new.category is not None
    return without(summary, K.REDISPATCH) if another else summary


marks.on(d.AlikeNoticed)(lambda s, _, __: marked(s, K.ALIKE))
marks.on(d.AlikeGathered, d.AlikeDismissed, d.IncidentJoined)(lambda s, _, __: without(s, K.ALIKE))
marks.on(d.DispatchChecked)(lambda s, fact, _: marked(s, K.REDISPATCH) if fact.waits else s)
marks.on(d.ReturnUpheld, d.ReturnOverruled, d.HandledAccepted)(lambda s, _, __: without(s, K.REDISPATCH))


@marks.on(d.Dispatched)
def _dispatched(summary: Summary, fact: d.Dispatched, _at: datetime) -> Summary:
    led = without(summary, K.REDISPATCH)
    return led if fact.same_lead else without(_answered(led), *_STEPS)


# --- support tasks ---------------------------------------------------------------------------------------------------


@marks.on(d.SupportTaskDone)
def _task_done(summary: Summary, fact: d.SupportTaskDone, _at: datetime) -> Summary:
    if fact.awaits_review:
        return marked(summary, K.TASK_REVIEW, fact.department)
    return _reviewed(summary, fact.department)


marks.on(d.SupportTaskOpened, d.SupportTaskEnded)(lambda s, fact, _: _reviewed(s, fact.department))
marks.on(d.SupportTaskAccepted, d.SupportTaskSentBack)(lambda s, fact, _: _reviewed(s, fact.department))


def _reviewed(summary: Summary, department: str) -> Summary:
    return without(summary, K.TASK_REVIEW, about=lambda code: code == department)


@marks.on(d.DepartmentReplaced)
def _replaced(summary: Summary, fact: d.DepartmentReplaced, _at: datetime) -> Summary:
    after = _reviewed(summary, fact.replaced)
    return after if after is summary else marked(after, K.TASK_REVIEW, fact.department)


# --- the ladder ------------------------------------------------------------------------------------------------------


@marks.on(d.EscalationProposed)
def _proposed(summary: Summary, fact: d.EscalationProposed, _at: datetime) -> Summary:
    return marked(without(summary, *_STEPS), fact.step, fact.breach)


@marks.on(d.Nudged)
def _nudged(summary: Summary, fact: d.Nudged, _at: datetime) -> Summary:
    """A nudge of the lead waits for its work, unless more than a nudge runs already."""
    after = without(summary, K.NUDGE)
    counts = fact.department is not None and fact.department == summary.lead and not summary.supervision
    return marked(after, _PRESSED, fact.breach) if counts else after


@marks.on(d.NudgeWithdrawn)
def _nudge_withdrawn(summary: Summary, fact: d.NudgeWithdrawn, _at: datetime) -> Summary:
    if fact.department is None or fact.department != summary.lead:
        return summary
    after = without(summary, _PRESSED, about=lambda breach: breach == fact.breach)
    return after if after is summary else without(after, K.SUPERVISE)


@marks.on(d.ProgressNoted, d.Handled, d.FirstContactMade)
def _worked_on(summary: Summary, fact: d.ProgressNoted | d.Handled | d.FirstContactMade, _at: datetime) -> Summary:
    """What the lead does answers the nudges so far; a report has all tasks reviewed with it."""
    after = without(summary, K.TASK_REVIEW) if isinstance(fact, d.Handled) else summary
    return _answered(after)


def _answered(summary: Summary) -> Summary:
    if summary.supervision or not has(summary, _PRESSED):
        return summary
    return without(without(summary, _PRESSED), *_STEPS, about=lambda breach: not breach)


marks.on(d.SupervisionOrdered, d.Interviewed, d.EscalationDeclined)(lambda s, _, __: without(s, *_STEPS))


@marks.on(d.SupervisionAnswered)
def _answered_for(summary: Summary, fact: d.SupervisionAnswered, _at: datetime) -> Summary:
    return summary if fact.answers is WatchOrder.CALLBACK_REVIEW else without(summary, *_STEPS)


@marks.on(d.SupervisionEnded)
def _ended(summary: Summary, fact: d.SupervisionEnded, _at: datetime) -> Summary:
    if fact.reason in d.TAKEN_BACK:
        return without(summary, K.INTERVIEW) if summary.supervision else summary
    return summary if fact.ended is WatchOrder.CALLBACK_REVIEW else without(summary, _PRESSED, *_STEPS)


@marks.on(d.Overdue)
def _overdue(summary: Summary, fact: d.Overdue, _at: datetime) -> Summary:
    late = _LATE.get(fact.clock)
    if not fact.withdrawn:
        return marked(summary, late, fact.clock_id) if late else summary
    calm = without(summary, *_STEPS, about=lambda breach: breach == fact.clock_id)
    return without(calm, late, about=lambda clock: clock == fact.clock_id) if late else calm


marks.on(d.CallbackAwaited)(lambda s, _, __: without(s, K.CALLBACK_LATE))
