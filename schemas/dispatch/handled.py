"""What the departments do, with whom, and for how long."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from schemas.dispatch.base import Carrying, Dated, DispatchFact
from schemas.more_time import MoreTime
from schemas.values import (
    Clock,
    Code,
    DepartmentCode,
    Due,
    IncidentId,
    Instant,
    Name,
    Person,
    Ruling,
    Text,
    Verified,
)


class FirstContactTried(DispatchFact):
    """The lead tried to contact the requester and did not reach them."""

    department: DepartmentCode
    method: Code
    note: Text | None = None


class FirstContactMade(DispatchFact):
    """The lead contacted the requester first (先行联系); `note` is what was said."""

    department: DepartmentCode
    method: Code
    note: Text | None = None


class FirstContactExempt(DispatchFact):
    """Nobody can be contacted, for this reason: the requester is anonymous, or left no number and no address."""

    department: DepartmentCode
    reason: Literal["anonymous", "no_number"] | None = None


class FirstContactOwed(DispatchFact):
    """A way leads to the requester now, where there was none: whoever leads owes the first contact from here on.

    So it is where a first contact was made by a number that was not theirs: that contact counts no more.
    """

    department: DepartmentCode


class ProgressNoted(Carrying):
    """A note of progress or a plan for the file, shared by lead and supporters; `for_requester` is what is told."""

    department: DepartmentCode
    text: Text
    plan: bool = False
    for_requester: Text | None = None


class Delegated(DispatchFact):
    """A department passed its order on inside: to a section, to a person, or to a person of a section."""

    department: DepartmentCode
    section: Name | None = None
    handler: Person | None = None
    note: Text | None = None


class DelegationTakenBack(DispatchFact):
    """A department took back what it had passed on inside."""

    department: DepartmentCode
    reason: Text | None = None


class InternallyNoted(DispatchFact):
    """A note inside of a department: the department, the centre and the trace have it, and nobody else."""

    department: DepartmentCode
    text: Text


class InfoAsked(Dated):
    """The requester is asked for something; a department's clock pauses meanwhile."""

    dates: ClassVar[Clock] = Clock.NEEDS_INFO

    question: Text
    department: DepartmentCode | None = None


class InfoProvided(Carrying):
    """The requester answered; departments hear of it unless it speaks of misconduct."""

    text: Text
    verified: Verified | None = None
    withheld: bool | None = None


class InfoTimedOut(DispatchFact):
    """The requester did not answer in time; the ticket goes on without."""


class SupportTaskOpened(DispatchFact):
    """A supporting department has a task of its own on the ticket, `due` as long as no clock says otherwise."""

    word: ClassVar[str] = "task_opened"

    department: DepartmentCode
    blocking: bool
    due: Due | None = None


class SupportTaskDone(Carrying):
    """A supporting department reported its task done; `awaits_review` where the centre reviews that by itself."""

    word: ClassVar[str] = "task_done"

    department: DepartmentCode
    reply: Text
    awaits_review: Literal[True] | None = None


class SupportTaskAccepted(DispatchFact):
    """The centre accepted a supporting department's task as done."""

    word: ClassVar[str] = "task_accepted"

    department: DepartmentCode


class SupportTaskSentBack(DispatchFact):
    """The centre sent a supporting department's task back, and on which ground."""

    word: ClassVar[str] = "task_sent_back"

    department: DepartmentCode
    ground: Code | None = None
    reason: Text


class TaskEnd(StrEnum):
    """Why a supporting department owes its task no more, where nobody took it back."""

    LEAD_CHANGED = "lead_changed"
    ORDER_CHANGED = "order_changed"
    REORGANISED = "reorganised"
    RETURN_UPHELD = "return_upheld"
    TICKET_CLOSED = "ticket_closed"
    TICKET_REFUSED = "ticket_refused"
    TICKET_SPLIT = "ticket_split"
    TICKET_TRANSFERRED = "ticket_transferred"
    TICKET_WITHDRAWN = "ticket_withdrawn"


class SupportTaskEnded(DispatchFact):
    """A supporting department's task fell away: the office took it back, or for what `reason` says."""

    word: ClassVar[str] = "task_ended"

    department: DepartmentCode
    taken_back: bool | None = None
    reason: TaskEnd | None = None


class Handled(Carrying):
    """The lead reported the matter handled (办结); whether that stands, the centre's review says.

    `reply` is for the requester, `note` for the file. What proves it came with `incident`, where that is named.
    """

    department: DepartmentCode
    reply: Text
    round: int
    note: Text | None = None
    incident: IncidentId | None = None


class HandledAccepted(DispatchFact):
    """The centre accepted the reported `handled`; it counts from the moment of the report."""

    department: DepartmentCode
    handled_at: Instant
    ruling: Ruling | None = None


class HandledSentBack(DispatchFact):
    """The centre sent the reported `handled`, or that of a rework, back, and on which ground; it does not count."""

    department: DepartmentCode
    ground: Code | None = None
    reason: Text
    rework: Literal[True] | None = None


class ExtensionRequested(Carrying, MoreTime):
    """The lead asked for more time, before its due time."""

    department: DepartmentCode
    ground: Code
    reason: Text
    count: int


class ExtensionGranted(DispatchFact, MoreTime):
    """More time was granted, on the ground on which it was asked for."""

    department: DepartmentCode
    ground: Code | None = None
    reason: Text


class ExtensionRefused(DispatchFact):
    """No more time."""

    department: DepartmentCode
    reason: Text


class SuspensionRequested(Carrying):
    """The lead asked to suspend the ticket (挂账)."""

    department: DepartmentCode
    ground: Code
    until: Instant
    reason: Text
    for_requester: Text | None = None


class RequestLapsed(DispatchFact):
    """What the lead had asked for need not be decided any more, and why."""

    department: DepartmentCode
    what: Literal["extension", "suspension"]
    reason: Text


class Suspended(DispatchFact):
    """The ticket is suspended on a ground until an end; the department's clock pauses, the citizen's does not."""

    department: DepartmentCode
    ground: Code
    until: Instant
    reason: Text
    for_requester: Text | None = None


class SuspensionRefused(DispatchFact):
    """The ticket is not suspended."""

    department: DepartmentCode
    reason: Text


class SuspensionEnded(DispatchFact):
    """The suspension ended by its date or by an event; the department's clock runs on."""

    department: DepartmentCode
    reason: Text


class Committed(DispatchFact):
    """The lead promised a date; it comes back for checking."""

    department: DepartmentCode
    promised: Instant
    text: Text
    for_requester: Text | None = None


class CommitmentDue(DispatchFact):
    """The promised date has come: the centre checks."""

    department: DepartmentCode


class CommitmentChecked(DispatchFact):
    """The promise was kept, or not."""

    department: DepartmentCode
    kept: bool
    note: Text
