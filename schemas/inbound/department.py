"""What a department asks for, on its own topic, by a named person of it."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas.attachments import Names
from schemas.inbound.base import Action, Version
from schemas.more_time import MoreTimeAsked
from schemas.values import Code, DepartmentCode, Instant, Name, PartyKind, Person, Text, TicketId, WatchOrder


class DepartmentAction(Action, owner="inbound"):
    """An act of the department whose topic it came on, by a named person of it.

    It is refused when others acted on the ticket after the version `if_seen`.
    """

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.DEPARTMENT})
    ticket: TicketId
    by: Person
    if_seen: Version | None = None


class Accept(DepartmentAction):
    """The lead takes the order (签收)."""

    do: Literal["accept"] = "accept"


class RequestReturn(DepartmentAction, Names):
    """The lead asks to return the order (退单): inside the window, on a legal ground, with a reason."""

    do: Literal["request_return"] = "request_return"
    ground: Code
    reason: Text
    suggested: DepartmentCode | None = None


class MakeFirstContact(DepartmentAction):
    """The lead contacted the requester first (先行联系), or tried to."""

    do: Literal["make_first_contact"] = "make_first_contact"
    reached: bool
    method: Literal["phone", "visit", "message"] = "phone"
    note: Text | None = None


class AskForContact(DepartmentAction):
    """The lead asks for a contact that is masked in its orders.

    Of a confidential ticket it waits for an approver, and so does more than the policy lets one person see in an hour.
    """

    do: Literal["ask_for_contact"] = "ask_for_contact"
    ground: Code | None = None
    reason: Text


class NoteProgress(DepartmentAction, Names):
    """A note for the file, for everyone who holds the ticket; a plan is a note of its own kind.

    The requester reads `for_requester` alone: it is written for the requester, or nothing is told.
    """

    do: Literal["note_progress"] = "note_progress"
    text: Text
    plan: bool = False
    for_requester: Text | None = None


class Delegate(DepartmentAction):
    """The department passes the order on to a section or a person of its own (内部转办); the newest counts."""

    do: Literal["delegate"] = "delegate"
    section: Name | None = None
    handler: Person | None = None
    note: Text | None = None


class TakeBack(DepartmentAction):
    """The department takes back what it had passed on to a section or a person of its own."""

    do: Literal["take_back"] = "take_back"
    reason: Text | None = None


class NoteInternally(DepartmentAction):
    """A note inside of the department: no other department reads it, and no requester ever does."""

    do: Literal["note_internally"] = "note_internally"
    text: Text


class AskForInfo(DepartmentAction):
    """The lead cannot go on without something that only the requester knows; its clock pauses."""

    do: Literal["ask_for_info"] = "ask_for_info"
    question: Text


class ReportHandled(DepartmentAction, Names):
    """The lead reports the matter handled (办结): `reply` is for the requester, `note` for the file alone."""

    do: Literal["report_handled"] = "report_handled"
    reply: Text
    note: Text | None = None


class ReportTaskDone(DepartmentAction, Names):
    """A supporting department reports its task done."""

    do: Literal["report_task_done"] = "report_task_done"
    reply: Text


class RequestExtension(DepartmentAction, MoreTimeAsked, Names):
    """The lead asks for more time before its due time, in the unit that policy extends its limit by."""

    do: Literal["request_extension"] = "request_extension"
    ground: Code
    reason: Text


class RequestSuspension(DepartmentAction, Names):
    """The lead asks to suspend (挂账) on a ground of the policy until an end.

    `reason` is for the file; of it the requester reads what `for_requester` says, beside the ground and the end.
    """

    do: Literal["request_suspension"] = "request_suspension"
    ground: Code
    until: Instant
    reason: Text
    for_requester: Text | None = None


class Commit(DepartmentAction):
    """The lead promises a date that the works need; it comes back for checking.

    `text` is for the file; of it the requester reads what `for_requester` says, beside the date.
    """

    do: Literal["commit"] = "commit"
    promised: Instant
    text: Text
    for_requester: Text | None = None


class AnswerSupervision(DepartmentAction, Names):
    """The lead answers a supervision order or a callback review; where both wait, `answers` names which."""

    do: Literal["answer_supervision"] = "answer_supervision"
    report: Text
    answers: WatchOrder | None = None
