"""`liuhen.dispatch.v1`: the life of a ticket. Owner: dispatch.

Every fact names the ticket and who did it; the moment stands in the envelope.
"""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from schemas.message import Message
from schemas.more_time import MoreTime
from schemas.values import (
    Actor,
    CategoryCode,
    Channel,
    Clock,
    Code,
    Contact,
    Contacted,
    DepartmentCode,
    Due,
    Grade,
    Instant,
    Kind,
    Party,
    Place,
    Receipt,
    RequesterKind,
    Ruling,
    Solved,
    Text,
    TicketId,
    Tier,
    Upstream,
    VisitRef,
)


class DispatchFact(Message, owner="dispatch"):
    """A fact of a ticket's life."""

    ticket: TicketId
    by: Actor


# --- recorded, passed on, classified ---------------------------------------------------------------------------------


class Opened(DispatchFact):
    """The life of a ticket began; the citizen's clock runs from here, a part's from where its whole was registered."""

    receipt: Receipt
    channel: Channel
    kind: Kind
    requester_kind: RequesterKind
    requester: str | None = None
    contact: Contact
    place: Place
    text: Text
    category: CategoryCode | None = None
    tier: Tier
    suggested_department: DepartmentCode | None = None
    confidential: bool = False
    accused: tuple[DepartmentCode, ...] = ()
    upstream: Upstream | None = None
    visit: VisitRef | None = None
    part_of: TicketId | None = None
    registered_at: Instant | None = None


class AnsweredOnLine(DispatchFact):
    """A ticket was born closed: the agent answered on the line (直办)."""

    receipt: Receipt
    channel: Channel
    kind: Kind
    requester_kind: RequesterKind
    requester: str | None = None
    place: Place | None = None
    category: CategoryCode | None = None
    answer: Text


class PassOnAwaited(DispatchFact):
    """A survey ticket waits for the visitor's unit or for the survey office to pass it on."""

    stage: Literal["unit", "survey_office"]
    unit: Code | None = None


class PassedOn(DispatchFact):
    """The unit or the survey office passed the ticket on, or policy did."""

    stage: Literal["unit", "survey_office"]


class SettledAtUnit(DispatchFact):
    """The visitor's unit settled the problem on the spot; the ticket is closed."""

    reply: Text


class CategorySuggested(DispatchFact):
    """A category was suggested from the text; above the threshold of the policy it counts."""

    category: CategoryCode
    score: float
    method: Code
    taken: bool


class Classified(DispatchFact):
    """Category and tier stand, or were changed under way."""

    category: CategoryCode
    tier: Tier
    raised_by: Actor | None = None


class DispatchAwaited(DispatchFact):
    """The ticket waits on the desk for a dispatcher, and why."""

    reason: Code
    suggestion: CategoryCode | None = None
    precedents: tuple[TicketId, ...] = ()


# --- dispatched, disputed --------------------------------------------------------------------------------------------


class Dispatched(DispatchFact):
    """A department leads, others support: order number `order` of this ticket. A binding one cannot be returned."""

    order: int
    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    blocking: bool = True
    tier: Tier
    category: CategoryCode | None = None
    reason: Code
    binding: bool = False
    same_lead: bool = False
    precedents: tuple[TicketId, ...] = ()


class Accepted(DispatchFact):
    """The lead took the order; `presumed` when the return window lapsed."""

    department: DepartmentCode
    presumed: bool = False


class ReturnRequested(DispatchFact):
    """The lead asked to return the order."""

    department: DepartmentCode
    ground: Code
    reason: Text
    suggested: DepartmentCode | None = None
    dispute: int
    against_precedent: bool = False
    precedents: tuple[TicketId, ...] = ()


class ReturnUpheld(DispatchFact):
    """The return stands: the time of the dispute is charged to the dispute, the ticket is dispatched anew."""

    department: DepartmentCode
    reason: Text
    approver: Actor | None = None


class ReturnOverruled(DispatchFact):
    """The order stands with the same lead."""

    department: DepartmentCode
    reason: Text
    approver: Actor | None = None


class AdjudicationOpened(DispatchFact):
    """Disputed twice, or between two departments: a referee rules (确责)."""

    departments: tuple[DepartmentCode, ...]
    reason: Code


class Adjudicated(DispatchFact):
    """The ruling, which binds and is kept as precedent."""

    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    reason: Text
    category: CategoryCode | None = None


# --- handled ---------------------------------------------------------------------------------------------------------


class FirstContactTried(DispatchFact):
    """The lead tried to contact the requester and did not reach them."""

    department: DepartmentCode
    method: Code


class FirstContactMade(DispatchFact):
    """The lead contacted the requester first (先行联系)."""

    department: DepartmentCode
    method: Code


class FirstContactExempt(DispatchFact):
    """Nobody can be contacted: the requester is anonymous."""

    department: DepartmentCode


class ProgressNoted(DispatchFact):
    """A note of progress or a plan, shared by lead, supporters and requester."""

    department: DepartmentCode
    text: Text
    plan: bool = False


class InfoAsked(DispatchFact):
    """The requester is asked for something; a department's clock pauses meanwhile."""

    question: Text
    department: DepartmentCode | None = None


class InfoProvided(DispatchFact):
    """The requester answered."""

    text: Text


class InfoTimedOut(DispatchFact):
    """The requester did not answer in time; the ticket goes on without."""


class SupportTaskOpened(DispatchFact):
    """A supporting department has a task of its own on the ticket."""

    department: DepartmentCode
    blocking: bool


class SupportTaskDone(DispatchFact):
    """A supporting department reported its task done; `awaits_review` where the centre reviews that by itself."""

    department: DepartmentCode
    reply: Text
    awaits_review: Literal[True] | None = None


class SupportTaskAccepted(DispatchFact):
    """The centre accepted a supporting department's task as done."""

    department: DepartmentCode


class SupportTaskSentBack(DispatchFact):
    """The centre sent a supporting department's task back."""

    department: DepartmentCode
    reason: Text


class SupportTaskEnded(DispatchFact):
    """A supporting department's task fell away, because the lead changed or the ticket ended."""

    department: DepartmentCode


class Handled(DispatchFact):
    """The lead reported the matter handled (办结); whether that stands, the centre's review says."""

    department: DepartmentCode
    reply: Text
    round: int


class HandledAccepted(DispatchFact):
    """The centre accepted the reported `handled`; it counts from the moment of the report."""

    department: DepartmentCode
    handled_at: Instant
    ruling: Ruling | None = None


class HandledSentBack(DispatchFact):
    """The centre sent the reported `handled`, or that of a rework, back; it does not count."""

    department: DepartmentCode
    reason: Text
    rework: Literal[True] | None = None


class ExtensionRequested(DispatchFact, MoreTime):
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


class SuspensionRequested(DispatchFact):
    """The lead asked to suspend the ticket (挂账)."""

    department: DepartmentCode
    ground: Code
    until: Instant
    reason: Text


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


class CommitmentDue(DispatchFact):
    """The promised date has come: the centre checks."""

    department: DepartmentCode


class CommitmentChecked(DispatchFact):
    """The promise was kept, or not."""

    department: DepartmentCode
    kept: bool
    note: Text


# --- called back, closed ---------------------------------------------------------------------------------------------


class CallbackAwaited(DispatchFact):
    """The callback agency is asked to call the requester, round `round` (0 is the first)."""

    round: int
    attempts: int


class CallbackTried(DispatchFact):
    """The requester was not reached."""

    attempt: int


class CallbackAppointed(DispatchFact):
    """The requester wants to be called at another time."""

    at: Instant


class CallbackRecorded(DispatchFact):
    """What the requester said."""

    round: int
    contacted: Contacted
    solved: Solved
    attitude: Grade
    result: Grade


class CallbackExempt(DispatchFact):
    """Nobody can be called: the requester is anonymous."""


class CallbackGivenUp(DispatchFact):
    """The requester could not be reached in N attempts, which is an outcome of its own."""

    attempts: int


class ReworkOrdered(DispatchFact):
    """The callback said unsolved or dissatisfied: the department works again (重办), with a clock of its own."""

    department: DepartmentCode
    round: int
    reason: Code


class Closed(DispatchFact):
    """The ticket is closed (结案), with the centre's ruling; `lead` is None where nobody led."""

    counted_by: ClassVar[str] = "ruling"

    outcome: Code
    ruling: Ruling
    lead: DepartmentCode | None = None
    reply: Text | None = None


class OutcomeRuled(DispatchFact):
    """The centre ruled otherwise on the outcome."""

    ruling: Ruling
    reason: Text


class FinalAnswerGiven(DispatchFact):
    """The centre gave the final answer (终结答复) under a named approver."""

    text: Text
    ruling: Ruling
    approver: Actor


class Reopened(DispatchFact):
    """A closed ticket was reopened inside its window."""

    reason: Text
    count: int


class Archived(DispatchFact):
    """The reopen window lapsed; the ticket is at rest."""


class NotAccepted(DispatchFact):
    """The centre does not accept the matter."""

    ground: Code
    reason: Text


class Withdrawn(DispatchFact):
    """The requester took the matter back."""

    reason: Text


class Transferred(DispatchFact):
    """The matter went out: to the city, 110, 119 or another district."""

    to: Code
    reason: Text


class CityVerdictRecorded(DispatchFact):
    """The city's own callback verdict came in."""

    solved: Solved
    satisfaction: Grade


# --- follow-ups, supervision -----------------------------------------------------------------------------------------


class FollowUpAdded(DispatchFact):
    """A contact about the open ticket was counted and sent to whoever holds it."""

    receipt: Receipt
    channel: Channel
    mode: Literal["press", "add"]
    text: Text
    count: int


class Nudged(DispatchFact):
    """Whoever holds the ticket was pressed (催办); `breach` is the clock whose breach a rule ordered it for."""

    reason: Text
    department: DepartmentCode | None = None
    breach: str | None = None


class NudgeWithdrawn(DispatchFact):
    """A rule takes back the nudge that it ordered for a breach which was withdrawn."""

    reason: Text
    department: DepartmentCode | None = None
    breach: str


class EscalationProposed(DispatchFact):
    """The ladder asks a person to order a step that it does not take by itself; `breach` is the clock it is for."""

    step: Literal["nudge", "supervise", "interview"]
    reason: Text
    department: DepartmentCode
    breach: str | None = None


class SupervisionOrdered(DispatchFact):
    """A supervision order (督办) was issued; it has a clock and cannot be returned.

    `cause` says why a rule ordered it: the breach of a clock, which `breach` names, nudges in vain, or callbacks.
    """

    department: DepartmentCode
    reason: Text
    number: int
    cause: Literal["breach", "nudges", "callbacks"] | None = None
    breach: str | None = None


class SupervisionAnswered(DispatchFact):
    """The department answered the supervision order or the callback review."""

    department: DepartmentCode
    report: Text


class Interviewed(DispatchFact):
    """The department was called in (约谈)."""

    department: DepartmentCode
    reason: Text


BREACH_WITHDRAWN: Final = "breach_withdrawn"


class SupervisionEnded(DispatchFact):
    """The supervisor is content, the ticket ended, or a rule takes its order back (`reason` breach_withdrawn).

    The callback review ends with it, unless only the rule's order was taken back.
    """

    result: Text
    reason: Code | None = None


class CallbackReviewOrdered(DispatchFact):
    """The department must check what the callback heard: an order with a clock, not returnable."""

    department: DepartmentCode
    reason: Text


# --- one ticket and another ------------------------------------------------------------------------------------------


class MergeAsked(DispatchFact):
    """Another ticket of the same requester is asked to take this one in."""

    into: TicketId
    reason: Text
    receipt: Receipt


class Merged(DispatchFact):
    """The ticket was merged into another of the same requester; only un-merging leaves this."""

    into: TicketId
    reason: Text


class Unmerged(DispatchFact):
    """The merge was undone, or the other ticket did not take this one; it goes on where it stood."""

    into: TicketId
    reason: Text


class MergeTaken(DispatchFact):
    """This ticket took in another one of the same requester, and whom that one accuses."""

    other: TicketId
    accused: tuple[DepartmentCode, ...] = ()


class MergeDropped(DispatchFact):
    """A ticket that was taken in goes its own way again; with a reason when it was never taken in."""

    other: TicketId
    reason: Text | None = None


class MergedTicketEnded(DispatchFact):
    """The ticket that took this one in came to its end; the requester hears the same result, or why there is none.

    `outcome` is that of its Closed, or `settled_at_unit`, `withdrawn`, `transferred` (and `to` whom), `not_accepted`.
    """

    into: TicketId
    outcome: Code
    ruling: Ruling | None = None
    reply: Text | None = None
    reason: Text | None = None
    to: Code | None = None


class IncidentAsked(DispatchFact):
    """The ticket that an incident stands under is asked to admit this one."""

    incident: TicketId
    reason: Text | None = None
    receipt: Receipt


class IncidentJoined(DispatchFact):
    """The ticket belongs to an incident (多人同诉) that stands under its first ticket's number."""

    incident: TicketId


class IncidentLeft(DispatchFact):
    """The ticket left its incident."""

    incident: TicketId
    reason: Text


class MemberJoined(DispatchFact):
    """The incident that this ticket stands for has one member more, and whom that one accuses."""

    member: TicketId
    accused: tuple[DepartmentCode, ...] = ()


class MemberLeft(DispatchFact):
    """The incident that this ticket stands for has one member less."""

    member: TicketId


class FixReported(DispatchFact):
    """One fix was reported for the whole incident; every member hears it and keeps its own clock and callback."""

    incident: TicketId
    text: Text


class SplitUp(DispatchFact):
    """The ticket was split into parts that close together."""

    parts: tuple[TicketId, ...]
    texts: tuple[Text, ...]
    categories: tuple[str, ...]
    reason: Text


class PartEnded(DispatchFact):
    """A part of this split ticket came to its end."""

    part: TicketId
    outcome: Code
    ruling: Ruling | None = None


class RequestRefused(DispatchFact):
    """What another ticket asked of this one was not granted; `request` names it, `origin` hears the reason."""

    origin: TicketId
    request: Code
    code: Code
    reason: Text
    receipt: Receipt


# --- clocks, refusals ------------------------------------------------------------------------------------------------


class DueNoted(DispatchFact):
    """A due time became known or changed; the department hears it with its order."""

    clock: Clock
    clock_id: str
    due: Due | None = None
    owner: str
    reason: Code


class Overdue(DispatchFact):
    """A clock of this ticket was missed by its owner; withdrawn again when an earlier fact turned up."""

    clock: Clock
    clock_id: str
    owner: str
    withdrawn: bool = False


class ActionRefused(DispatchFact):
    """An action was not legal in the ticket's state; its author hears the reason, and nothing else changes."""

    counted_by: ClassVar[str] = "code"

    receipt: Receipt
    party: Party
    action: Code
    code: Code
    reason: Text
