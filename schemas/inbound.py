"""What the outside may ask for: one class per action, grouped by who may speak it.

Who speaks is decided by the topic, never by the message. The door refuses unknown fields, nested ones too, where it
reads these: a misspelt optional field must not be lost silently. Behind the door, where actions travel inside other
messages, readers are tolerant as everywhere. The CloudEvent's source and id identify the submission.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from schemas.message import Message
from schemas.values import (
    CategoryCode,
    Channel,
    Code,
    Contact,
    Contacted,
    DepartmentCode,
    Grade,
    Instant,
    Kind,
    Name,
    PartyKind,
    Person,
    Place,
    Position,
    RequesterKind,
    Ruling,
    Solved,
    Text,
    TicketId,
    Tier,
    Upstream,
    Value,
)

CHANNELS: Final = frozenset({PartyKind.HOTLINE, PartyKind.WECHAT, PartyKind.SURVEY})


class Action(Message, owner="inbound"):
    """A request from outside; `do` names it inside other messages, the envelope's type names it on the wire."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset()


# --- requesters, by the channel that speaks for them -----------------------------------------------------------------


class Register(Action):
    """A call or a WeChat message raises a problem; `agent` is the hotline agent who took it."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.HOTLINE, PartyKind.WECHAT})
    do: Literal["register"] = "register"
    kind: Kind
    requester_kind: RequesterKind = RequesterKind.RESIDENT
    contact: Contact = Contact()
    place: Place
    text: Text
    category: CategoryCode | None = None
    tier: Tier | None = None
    suggested_department: DepartmentCode | None = None
    confidential: bool = False
    accused: tuple[DepartmentCode, ...] = ()
    upstream: Upstream | None = None
    occurred_at: Instant | None = None
    agent: Person | None = None


class AnswerOnLine(Action):
    """A call that the agent answered on the line (直办): recorded and counted, dispatched to nobody."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.HOTLINE})
    do: Literal["answer_on_line"] = "answer_on_line"
    kind: Kind
    requester_kind: RequesterKind = RequesterKind.RESIDENT
    contact: Contact = Contact()
    place: Place | None = None
    text: Text
    category: CategoryCode | None = None
    answer: Text
    agent: Person


class Problem(Value):
    """One problem that a household raised during a visit."""

    kind: Kind = Kind.HELP
    text: Text
    place: Place | None = None
    category: CategoryCode | None = None
    tier: Tier | None = None
    suggested_department: DepartmentCode | None = None


class RecordVisit(Action):
    """A survey visitor was at a household and heard zero or more problems; phones may deliver it days later."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.SURVEY})
    do: Literal["record_visit"] = "record_visit"
    visitor: Code
    device: Annotated[str, Field(min_length=1, max_length=100)]
    unit: Code
    position: Position
    visited_at: Instant
    household: Name
    address: Place
    contact: Contact = Contact()
    requester_kind: RequesterKind = RequesterKind.RESIDENT
    problems: Annotated[tuple[Problem, ...], Field(max_length=20)] = ()


class RequestDevice(Action):
    """A visitor whose phone was lost asks to bind a new one; the office approves it."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.SURVEY})
    do: Literal["request_device"] = "request_device"
    visitor: Code
    device: Annotated[str, Field(min_length=1, max_length=100)]
    reason: Text


class FollowUp(Action):
    """A contact about an open ticket: 催办 presses, 补充 adds; never a second ticket."""

    spoken_by: ClassVar[frozenset[PartyKind]] = CHANNELS
    do: Literal["follow_up"] = "follow_up"
    ticket: TicketId
    mode: Literal["press", "add"]
    text: Text
    agent: Person | None = None


class ProvideInfo(Action):
    """The requester answers what the centre or the department asked for."""

    spoken_by: ClassVar[frozenset[PartyKind]] = CHANNELS
    do: Literal["provide_info"] = "provide_info"
    ticket: TicketId
    text: Text


class Withdraw(Action):
    """The requester takes the matter back (撤诉)."""

    spoken_by: ClassVar[frozenset[PartyKind]] = CHANNELS
    do: Literal["withdraw"] = "withdraw"
    ticket: TicketId
    reason: Text


# --- the office: hotline centre and survey office, always a named person --------------------------------------------


class OfficeAction(Action, owner="inbound"):
    """An act of the office; `by` is the named person who acts, whose role the policy knows."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.OFFICE})
    by: Person


class OnTicket(OfficeAction, owner="inbound"):
    """An act of the office on one ticket."""

    ticket: TicketId


class ApproveDevice(OfficeAction):
    """Bind a visitor's account to the device that was asked for."""

    do: Literal["approve_device"] = "approve_device"
    visitor: Code
    device: Annotated[str, Field(min_length=1, max_length=100)]


class PassOn(OnTicket):
    """The visitor's unit or the survey office passes a survey ticket on."""

    do: Literal["pass_on"] = "pass_on"
    note: Text | None = None


class SettleAtUnit(OnTicket):
    """The visitor's unit settled the problem on the spot."""

    do: Literal["settle_at_unit"] = "settle_at_unit"
    reply: Text


class RefuseTicket(OnTicket):
    """The centre does not accept the matter (不予受理), on a ground of the policy."""

    do: Literal["refuse_ticket"] = "refuse_ticket"
    ground: Code
    reason: Text


class AskRequester(OnTicket):
    """The centre asks the requester for what is missing (待补充)."""

    do: Literal["ask_requester"] = "ask_requester"
    question: Text


class Classify(OnTicket):
    """The dispatcher sets category or tier; raising the tier needs a named approver."""

    do: Literal["classify"] = "classify"
    category: CategoryCode | None = None
    tier: Tier | None = None
    approver: Person | None = None
    reason: Text | None = None


class Assign(OnTicket):
    """The dispatcher dispatches: who leads, who supports, and whether support blocks the lead's `handled`."""

    do: Literal["assign"] = "assign"
    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    blocking: bool = True
    category: CategoryCode | None = None
    tier: Tier | None = None
    approver: Person | None = None
    note: Text | None = None


class RuleOnReturn(OnTicket):
    """The centre upholds or overrules a return request; against precedent it needs a named approver."""

    do: Literal["rule_on_return"] = "rule_on_return"
    upheld: bool
    reason: Text
    lead: DepartmentCode | None = None
    approver: Person | None = None


class Adjudicate(OnTicket):
    """The referee rules who is responsible (确责); the ruling binds."""

    do: Literal["adjudicate"] = "adjudicate"
    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    reason: Text


class RuleOnExtension(OnTicket):
    """The approver grants working days, or refuses."""

    do: Literal["rule_on_extension"] = "rule_on_extension"
    granted: bool
    days: Annotated[int, Field(ge=1, le=15)] | None = None
    reason: Text


class RuleOnSuspension(OnTicket):
    """The approver suspends (挂账) until an end, or refuses."""

    do: Literal["rule_on_suspension"] = "rule_on_suspension"
    granted: bool
    until: Instant | None = None
    reason: Text


class EndSuspension(OnTicket):
    """The ground of the suspension is gone before its end."""

    do: Literal["end_suspension"] = "end_suspension"
    reason: Text


class Review(OnTicket):
    """The centre accepts a reported `handled`, or sends it back; with its ruling when it has one already."""

    do: Literal["review"] = "review"
    accepted: bool
    reason: Text | None = None
    ruling: Ruling | None = None
    department: DepartmentCode | None = None


class Nudge(OnTicket):
    """The centre presses whoever holds the ticket (催办)."""

    do: Literal["nudge"] = "nudge"
    reason: Text


class Supervise(OnTicket):
    """The supervisor issues a supervision order (督办), which has a clock of its own and cannot be returned."""

    do: Literal["supervise"] = "supervise"
    reason: Text


class Interview(OnTicket):
    """The supervisor calls the department in (约谈)."""

    do: Literal["interview"] = "interview"
    reason: Text


class EndSupervision(OnTicket):
    """The supervisor is content with what the department reported."""

    do: Literal["end_supervision"] = "end_supervision"
    result: Text


class ReviewCallback(OnTicket):
    """The centre orders the department to check what the callback heard: an order with a clock, not returnable."""

    do: Literal["review_callback"] = "review_callback"
    reason: Text


class Merge(OnTicket):
    """One requester's duplicate is merged (并案) into another ticket of the same requester."""

    do: Literal["merge"] = "merge"
    into: TicketId
    reason: Text


class Unmerge(OnTicket):
    """A merge is undone; the ticket goes on where it stood."""

    do: Literal["unmerge"] = "unmerge"
    reason: Text


class JoinIncident(OnTicket):
    """A ticket joins the incident (多人同诉) that `incident`, the first of its tickets, stands for."""

    do: Literal["join_incident"] = "join_incident"
    incident: TicketId
    reason: Text | None = None


class LeaveIncident(OnTicket):
    """A ticket leaves its incident: it was another matter after all."""

    do: Literal["leave_incident"] = "leave_incident"
    reason: Text


class ReportFix(OnTicket):
    """One fix is reported to every member of the incident that `ticket` stands for."""

    do: Literal["report_fix"] = "report_fix"
    text: Text


class Part(Value):
    """One part of a split ticket: its text, and its category where it is known."""

    text: Text
    category: CategoryCode | None = None


class Split(OnTicket):
    """A ticket with several matters is split (拆单) into parts that close together."""

    do: Literal["split"] = "split"
    parts: Annotated[tuple[Part, ...], Field(min_length=2, max_length=9)]
    reason: Text


class Reopen(OnTicket):
    """A closed ticket is reopened inside its window, and goes back to the department."""

    do: Literal["reopen"] = "reopen"
    reason: Text


class GiveFinalAnswer(OnTicket):
    """The way out (终结答复) when reworks changed nothing; needs a named approver."""

    do: Literal["give_final_answer"] = "give_final_answer"
    text: Text
    ruling: Ruling
    approver: Person


class TransferOut(OnTicket):
    """The matter belongs elsewhere: 110, 119, another district, or back to the city."""

    do: Literal["transfer_out"] = "transfer_out"
    to: Code
    reason: Text


class RuleOnOutcome(OnTicket):
    """The centre's own ruling on a ticket that is called back or closed (结案评判), kept apart from the citizen's."""

    do: Literal["rule_on_outcome"] = "rule_on_outcome"
    ruling: Ruling
    reason: Text


class CheckCommitment(OnTicket):
    """The centre checked whether a promised date was kept."""

    do: Literal["check_commitment"] = "check_commitment"
    kept: bool
    note: Text


class RecordCityVerdict(OnTicket):
    """The city's own callback verdict on a ticket that came from it."""

    do: Literal["record_city_verdict"] = "record_city_verdict"
    solved: Solved
    satisfaction: Grade
    note: Text | None = None


# --- a department, on its own topic ----------------------------------------------------------------------------------


class DepartmentAction(Action, owner="inbound"):
    """An act of the department whose topic it came on, by a named person of it."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.DEPARTMENT})
    ticket: TicketId
    by: Person


class Accept(DepartmentAction):
    """The lead takes the order (签收)."""

    do: Literal["accept"] = "accept"


class RequestReturn(DepartmentAction):
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


class NoteProgress(DepartmentAction):
    """A note for the requester and everyone who holds the ticket; a plan is a note of its own kind."""

    do: Literal["note_progress"] = "note_progress"
    text: Text
    plan: bool = False


class AskForInfo(DepartmentAction):
    """The lead cannot go on without something that only the requester knows; its clock pauses."""

    do: Literal["ask_for_info"] = "ask_for_info"
    question: Text


class ReportHandled(DepartmentAction):
    """The lead reports the matter handled (办结) with the reply to the requester."""

    do: Literal["report_handled"] = "report_handled"
    reply: Text


class ReportTaskDone(DepartmentAction):
    """A supporting department reports its task done."""

    do: Literal["report_task_done"] = "report_task_done"
    reply: Text


class RequestExtension(DepartmentAction):
    """The lead asks for more working days, before its due time."""

    do: Literal["request_extension"] = "request_extension"
    days: Annotated[int, Field(ge=1, le=15)]
    ground: Code
    reason: Text


class RequestSuspension(DepartmentAction):
    """The lead asks to suspend (挂账) on a ground of the policy until an end."""

    do: Literal["request_suspension"] = "request_suspension"
    ground: Code
    until: Instant
    reason: Text


class Commit(DepartmentAction):
    """The lead promises a date that the works need; it comes back for checking."""

    do: Literal["commit"] = "commit"
    promised: Instant
    text: Text


class AnswerSupervision(DepartmentAction):
    """The lead answers a supervision order or a callback review."""

    do: Literal["answer_supervision"] = "answer_supervision"
    report: Text


# --- the callback agency ---------------------------------------------------------------------------------------------


class CallbackAction(Action, owner="inbound"):
    """An act of the callback agent on a ticket that waits for its callback."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.CALLBACK})
    ticket: TicketId
    by: Person


class NoteUnreached(CallbackAction):
    """The requester was not reached; after N attempts that is the outcome."""

    do: Literal["note_unreached"] = "note_unreached"
    note: Text | None = None


class AppointCallback(CallbackAction):
    """The requester asked to be called at another time."""

    do: Literal["appoint_callback"] = "appoint_callback"
    at: Instant


class RecordCallback(CallbackAction):
    """What the requester said: four answers."""

    do: Literal["record_callback"] = "record_callback"
    contacted: Contacted
    solved: Solved
    attitude: Grade
    result: Grade
    note: Text | None = None


OnExisting = (
    FollowUp
    | ProvideInfo
    | Withdraw
    | PassOn
    | SettleAtUnit
    | RefuseTicket
    | AskRequester
    | Classify
    | Assign
    | RuleOnReturn
    | Adjudicate
    | RuleOnExtension
    | RuleOnSuspension
    | EndSuspension
    | Review
    | Nudge
    | Supervise
    | Interview
    | EndSupervision
    | ReviewCallback
    | Merge
    | Unmerge
    | JoinIncident
    | LeaveIncident
    | ReportFix
    | Split
    | Reopen
    | GiveFinalAnswer
    | TransferOut
    | RuleOnOutcome
    | CheckCommitment
    | RecordCityVerdict
    | Accept
    | RequestReturn
    | MakeFirstContact
    | NoteProgress
    | AskForInfo
    | ReportHandled
    | ReportTaskDone
    | RequestExtension
    | RequestSuspension
    | Commit
    | AnswerSupervision
    | NoteUnreached
    | AppointCallback
    | RecordCallback
)

TicketAction = Annotated[OnExisting, Field(discriminator="do")]
"""The actions that concern one ticket which exists already."""

AnyAction = Annotated[
    Register | AnswerOnLine | RecordVisit | RequestDevice | ApproveDevice | OnExisting,
    Field(discriminator="do"),
]

CHANNEL_OF: Final = {
    PartyKind.HOTLINE: Channel.HOTLINE,
    PartyKind.SURVEY: Channel.SURVEY,
    PartyKind.WECHAT: Channel.WECHAT,
}
