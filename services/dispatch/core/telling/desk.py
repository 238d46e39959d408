"""What the desk hears of a fact: the tasks that begin, end, or say something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from chassis.frozen import replace
from chassis.service import Tell
from rulebook import Policy
from rulebook.codes import Passing
from rulebook.rules import Automation
from rulebook.stop_words import StopGroup
from schemas import dispatch as d
from schemas.message import reason_of
from schemas.public import DeskTask
from schemas.referral import Referral
from schemas.registry import DESK
from schemas.values import CategoryCode, Code, DepartmentCode, DeskTaskKind, IncidentId, Person, StopWord
from services.dispatch.core.attachments import shown_to_desk
from services.dispatch.core.desk import task_in_review
from services.dispatch.core.regions import (
    Drawn,
    ExtensionAsked,
    Made,
    Member,
    Noticed,
    NotUrgent,
    NoWish,
    Owed,
    SuspensionAsked,
)
from services.dispatch.core.rules import Rules
from services.dispatch.core.sealing import is_confidential, recognised_in, veil_for
from services.dispatch.core.standing import Transferred
from services.dispatch.core.ticket import Seen, Ticket, WaitingAtDesk

_JUDGED: Final = frozenset(
    {
        DeskTaskKind.REVIEW,
        DeskTaskKind.OUTCOME_RULING,
        DeskTaskKind.CALLBACK_LATE,
        DeskTaskKind.CALLBACK_REVIEW,
        DeskTaskKind.REOPENING,
    }
)
"""Tasks by which somebody judges what the lead answered."""
SAID_ANEW: Final = (
    d.AlikeNoticed,
    d.AttachmentRemoved,
    d.Corrected,
    d.MergeTaken,
    d.MergeDropped,
    d.Redacted,
    d.ReferralRecorded,
    d.ReopeningAsked,
    d.StopWordsFound,
)
"""What changes what a task says: each that waits at the desk is told again, and waits since when it did."""


def tell_desk(state: Ticket, fact: d.DispatchFact, at: datetime, now: Seen, rules: Rules) -> Iterator[Tell]:
    for task in state.before.desk:
        if task not in now.desk and not _by_itself(task, rules.automation):
            over = WaitingAtDesk(since=at, reason=reason_of(fact))
            yield _task(state, over, task, rules.policy, is_open=False)
    said_anew = isinstance(fact, SAID_ANEW)
    for task in now.desk:
        another = task is DeskTaskKind.TASK_REVIEW and now.in_review != state.before.in_review
        waits = WaitingAtDesk(since=at) if another else state.waiting.get(task, WaitingAtDesk(since=at))
        if (another or said_anew or task not in state.before.desk) and not _by_itself(task, rules.automation):
            yield _task(state, waits, task, rules.policy, is_open=True)


def _by_itself(task: DeskTaskKind, automation: Automation) -> bool:
    """Tasks that policy does itself in the same moment: the desk need not hear of those."""
    match task:
        case DeskTaskKind.UNIT_PASS_ON:
            passing = automation.unit_pass_on
        case DeskTaskKind.SURVEY_OFFICE:
            passing = automation.survey_office
        case DeskTaskKind.REVIEW:
            passing = automation.review
        case _:
            return False
    return passing is Passing.AUTOMATIC


def _task(state: Ticket, asked: WaitingAtDesk, task: DeskTaskKind, policy: Policy, *, is_open: bool) -> Tell:
    return Tell(DESK, state.id, _message(state, asked, task, policy, is_open=is_open), veil_for(state))


def _message(state: Ticket, asked: WaitingAtDesk, task: DeskTaskKind, policy: Policy, *, is_open: bool) -> DeskTask:
    matter, groups = state.matter, policy.stop_groups(state.stop_words.groups)
    last, noticed = state.heard[-1] if state.heard else None, _noticed(state, task)
    waits = _pressing(asked, groups) if task is DeskTaskKind.DISPATCHING else asked
    return DeskTask.model_construct(
        task=task.value,
        open=is_open,
        ticket=state.id,
        since=waits.since,
        reason=waits.reason,
        department=_whose(state, task),
        requested_by=_asker(state, task),
        suggestion=waits.suggestion,
        alternatives=waits.alternatives,
        refer=_outside(state) or waits.refer,
        referral=_referral(state, task),
        stop_words=_in_order(state.stop_words.found, groups) or None,
        made_urgent_by=None if isinstance(state.urgency, NotUrgent) else state.urgency.said,
        category=_about(state, task),
        tier=matter.tier,
        kind=matter.kind,
        subdistrict=matter.place.subdistrict,
        place=matter.place,
        text=matter.text,
        supplements=state.supplements or None,
        contacted=state.contact.note if isinstance(state.contact, Made | Owed) else None,
        said=last.spoken if last else None,
        noted=last.note if last and last.declined else None,
        reply=_reply(state, task),
        incident=noticed.incident if noticed else _incident(state),
        alike=noticed.tickets if noticed else None,
        callers=noticed.callers if noticed else None,
        lead=state.would_lead if task is DeskTaskKind.REDISPATCH else None,
        confidential=is_confidential(state) or None,
        recognised=recognised_in(state),
        wish=None if isinstance(state.wish, NoWish) else state.wish.text,
        recurrence_of=matter.recurrence_of,
        attachments=shown_to_desk(state),
        version=state.version,
    )


def _noticed(state: Ticket, task: DeskTaskKind) -> Noticed | None:
    return state.alike if task is DeskTaskKind.ALIKE and isinstance(state.alike, Noticed) else None


def _incident(state: Ticket) -> IncidentId | None:
    return state.incident.incident if isinstance(state.incident, Member) else None


def _outside(state: Ticket) -> Code | None:
    return state.standing.to if isinstance(state.standing, Transferred) else None


def _referral(state: Ticket, task: DeskTaskKind) -> Referral | None:
    match state.standing:
        case Transferred(record=record) if task is DeskTaskKind.REFERRAL:
            return record
        case _:
            return None


def _pressing(waits: WaitingAtDesk, groups: Sequence[StopGroup]) -> WaitingAtDesk:
    """What is proposed once words came in that weigh more than what was known when the ticket came to the desk."""
    suggestion = next((group.category for group in groups if group.category), waits.suggestion)
    others = dict.fromkeys(each for each in (waits.suggestion, *(waits.alternatives or ())) if each != suggestion)
    return replace(
        waits,
        suggestion=suggestion,
        alternatives=tuple(each for each in others if each) or None,
        refer=next((group.refer for group in groups if group.refer), waits.refer),
    )


def _in_order(found: Sequence[StopWord], groups: Sequence[StopGroup]) -> tuple[StopWord, ...]:
    """The most pressing words first, whenever they were said; those of a group that policy has no more stand last."""
    place = {group.code: number for number, group in enumerate(groups)}
    return tuple(sorted(found, key=lambda word: place.get(word.group, len(place))))


def _whose(state: Ticket, task: DeskTaskKind) -> DepartmentCode | None:
    if task is DeskTaskKind.TASK_REVIEW:
        return task_in_review(state) or state.before.in_review
    if task is DeskTaskKind.DISPATCH_CHECK and isinstance(state.check, Drawn):
        return state.check.lead
    return state.order.lead if state.order else None


def _about(state: Ticket, task: DeskTaskKind) -> CategoryCode | None:
    """The category that the task is about: the one that policy dispatched by, or that fell back."""
    if task is DeskTaskKind.DISPATCH_CHECK and isinstance(state.check, Drawn):
        return state.check.category
    return state.fell_back if task is DeskTaskKind.AUTOMATION and state.fell_back else state.matter.category


def _reply(state: Ticket, task: DeskTaskKind) -> str | None:
    """What the department answered whose work is to be judged; a supporter's reply is its newest note."""
    if task is DeskTaskKind.TASK_REVIEW:
        department = task_in_review(state)
        return next((note.text for note in reversed(state.notes) if note.department == department), None)
    return state.reply if task in _JUDGED else None


def _asker(state: Ticket, task: DeskTaskKind) -> Person | None:
    match task:
        case DeskTaskKind.EXTENSION if isinstance(state.extension, ExtensionAsked):
            return state.extension.by.person
        case DeskTaskKind.SUSPENSION if isinstance(state.suspension, SuspensionAsked):
            return state.suspension.by.person
        case _:
            return next((each.by.person for each in state.asked if each.desk is task), None)
