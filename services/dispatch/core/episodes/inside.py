"""Inside of a department the order goes to a section or a person (内部转办), with notes that nobody else reads."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chassis.frozen import replace
from schemas import dispatch as d
from schemas import inbound as i
from schemas.values import DepartmentCode
from services.dispatch.core import standing as s
from services.dispatch.core.draft import Draft
from services.dispatch.core.episode import Episode, Refusal, state_guard
from services.dispatch.core.episodes.supervision import REVIEWED_AFTER
from services.dispatch.core.holder import participants
from services.dispatch.core.notes import counted, kept, not_too_many_notes
from services.dispatch.core.regions import Inside, InsideNote
from services.dispatch.core.ticket import Ticket
from services.dispatch.core.who import NOT_YOURS

episode = Episode("inside")

_THEIRS: Final = s.WITH_LEAD | s.DISPUTED | s.WAITING | s.AFTER | REVIEWED_AFTER
"""The states in which a department can have the ticket."""

_Fact = d.Delegated | d.DelegationTakenBack | d.InternallyNoted


@state_guard
def takes_part(draft: Draft) -> Refusal | None:
    return None if draft.department in participants(draft.ticket) else NOT_YOURS


def _itself(_ticket: Ticket, fact: _Fact) -> tuple[DepartmentCode, ...]:
    """Nobody but the department hears of it."""
    return (fact.department,)


def inside_of(ticket: Ticket, department: DepartmentCode) -> Inside:
    """What a department keeps to itself."""
    return ticket.inside.get(department, Inside())


def _kept(ticket: Ticket, department: DepartmentCode, inside: Inside) -> Ticket:
    return replace(ticket, inside={**ticket.inside, department: inside})


# --- passed on -------------------------------------------------------------------------------------------------------


def somebody_named(_draft: Draft, action: i.Delegate) -> Refusal | None:
    if action.section is not None or action.handler is not None:
        return None
    return Refusal("nobody_named", "请写明转给本单位哪个科室（section），或者哪位经办人（handler）。")


def section_known(draft: Draft, action: i.Delegate) -> Refusal | None:
    """A department that lists its sections has those; one that lists none names them as it likes."""
    department = draft.rules.policy.department(draft.department or "")
    sections = department.sections if department is not None else ()
    if action.section is None or not sections or action.section in sections:
        return None
    return Refusal("unknown_section", f"本单位没有名为“{action.section}”的科室，请选择：{'、'.join(sections)}。")


@episode.action(i.Delegate, _THEIRS, takes_part, somebody_named, section_known, not_too_many_notes)
def delegate(draft: Draft, action: i.Delegate) -> None:
    delegated = d.Delegated(
        **draft.by_author,
        department=draft.department or "",
        section=action.section,
        handler=action.handler,
        note=action.note,
    )
    draft.say(delegated)


@episode.fact(d.Delegated, heard_by=_itself)
def _delegated(ticket: Ticket, fact: d.Delegated, at: datetime) -> Ticket:
    before = _noted(inside_of(ticket, fact.department), fact, fact.note, at)
    passed_on = replace(before, section=fact.section, handler=fact.handler)
    return counted(_kept(ticket, fact.department, passed_on), fact.department, at)


# --- taken back ------------------------------------------------------------------------------------------------------


@state_guard
def delegated_before(draft: Draft) -> Refusal | None:
    if inside_of(draft.ticket, draft.department or "").is_delegated:
        return None
    return Refusal("not_delegated", "该工单没有转给科室或者经办人，无须收回；要转办的，请用内部转办。")


@episode.action(i.TakeBack, _THEIRS, takes_part, delegated_before, not_too_many_notes)
def take_back(draft: Draft, action: i.TakeBack) -> None:
    draft.say(d.DelegationTakenBack(**draft.by_author, department=draft.department or "", reason=action.reason))


@episode.fact(d.DelegationTakenBack, heard_by=_itself)
def _taken_back(ticket: Ticket, fact: d.DelegationTakenBack, at: datetime) -> Ticket:
    before = _noted(inside_of(ticket, fact.department), fact, fact.reason, at)
    return counted(_kept(ticket, fact.department, replace(before, section=None, handler=None)), fact.department, at)


# --- noted -----------------------------------------------------------------------------------------------------------


@episode.action(i.NoteInternally, _THEIRS, takes_part, not_too_many_notes)
def note_internally(draft: Draft, action: i.NoteInternally) -> None:
    draft.say(d.InternallyNoted(**draft.by_author, department=draft.department or "", text=action.text))


@episode.fact(d.InternallyNoted, heard_by=_itself)
def _internally_noted(ticket: Ticket, fact: d.InternallyNoted, at: datetime) -> Ticket:
    inside = _noted(inside_of(ticket, fact.department), fact, fact.text, at)
    return counted(_kept(ticket, fact.department, inside), fact.department, at)


def _noted(inside: Inside, fact: _Fact, text: str | None, at: datetime) -> Inside:
    if text is None:
        return inside
    note = InsideNote(by=fact.by.person, at=at, text=text)
    return replace(inside, notes=kept((*inside.notes, note)))
