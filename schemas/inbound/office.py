"""What the office asks for: hotline centre and survey office, always a named person."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from schemas.attachments import AttachmentId
from schemas.inbound.base import Action, Version
from schemas.inbound.department import AskForContact
from schemas.more_time import MoreTimeAsked
from schemas.redaction import SHORTEST
from schemas.referral import Referral
from schemas.values import (
    TEXT_LIMIT,
    CategoryCode,
    Code,
    Contact,
    Contacted,
    DepartmentCode,
    DeviceName,
    DoubtVerdict,
    Grade,
    IncidentId,
    Instant,
    Name,
    PartyKind,
    Person,
    Place,
    Receipt,
    Ruling,
    Solved,
    Text,
    TicketId,
    Tier,
    Value,
    WatchOrder,
)


class OfficeAction(Action, owner="inbound"):
    """An act of the office; `by` is the named person who acts, whose role the policy knows."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.OFFICE})
    by: Person


class OnTicket(OfficeAction, owner="inbound"):
    """An act of the office on one ticket; refused when others acted on it after the version `if_seen`."""

    ticket: TicketId
    if_seen: Version | None = None


class ApproveDevice(OfficeAction):
    """Bind a visitor's account to the device that was asked for."""

    do: Literal["approve_device"] = "approve_device"
    visitor: Code
    device: DeviceName


class DeclineDevice(OfficeAction):
    """Leave a visitor's account with the device that it has, and say why; what was asked for waits no longer."""

    do: Literal["decline_device"] = "decline_device"
    visitor: Code
    device: DeviceName
    reason: Text


class SettleDoubts(OfficeAction):
    """A person of the survey office has looked into the doubts of a visit: it was as said, or it was not (核实存疑)."""

    do: Literal["settle_doubts"] = "settle_doubts"
    visit: Receipt
    verdict: DoubtVerdict
    reason: Text


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


class AcknowledgeUrgent(OnTicket):
    """A person on duty says that they know of an urgent matter and see to it; until then the next one is called."""

    do: Literal["acknowledge_urgent"] = "acknowledge_urgent"


class SeeToStopWords(OnTicket):
    """A person of the centre saw to what the machine had recognised in a later word of the requester."""

    do: Literal["see_to_stop_words"] = "see_to_stop_words"
    note: Text


class Classify(OnTicket):
    """The dispatcher sets category or tier; raising the tier waits for an approver."""

    do: Literal["classify"] = "classify"
    category: CategoryCode | None = None
    tier: Tier | None = None
    reason: Text | None = None


class Assign(OnTicket):
    """The dispatcher dispatches: who leads, who supports, and whether support blocks the lead's `handled`.

    One that raises the tier waits for an approver. `note` is for lead and supporters; another lead in place of one that
    is overdue or supervised needs it, as the reason.
    `despite` says why it goes to a department that the text names beside words of misconduct. `uncategorised` says that
    none of the categories fits that are suggested: without it, and without a category, nothing is dispatched then.
    """

    do: Literal["assign"] = "assign"
    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    blocking: bool = True
    category: CategoryCode | None = None
    uncategorised: bool = False
    tier: Tier | None = None
    note: Text | None = None
    despite: Text | None = None


class CheckDispatch(OnTicket):
    """A person checks what policy dispatched by itself; of a wrong one they say what it should have been."""

    do: Literal["check_dispatch"] = "check_dispatch"
    right: bool
    category: CategoryCode | None = None
    lead: DepartmentCode | None = None
    note: Text | None = None


class RestoreAutomation(OnTicket):
    """Policy may dispatch the category that fell back with this ticket by itself again."""

    do: Literal["restore_automation"] = "restore_automation"
    reason: Text


class LeaveToPeople(OnTicket):
    """People go on dispatching the category that fell back with this ticket; it can still be restored there."""

    do: Literal["leave_to_people"] = "leave_to_people"
    reason: Text


class GatherAlike(OnTicket):
    """The callers who were noticed speak of one thing: their tickets go to an incident, a new one or that of the like.

    Without a title a new one is called by place and category; where it `gathers`, those who still call belong to it.
    """

    do: Literal["gather_alike"] = "gather_alike"
    title: Name | None = None
    lead: DepartmentCode | None = None
    gathers: bool = True
    reason: Text | None = None


class DismissAlike(OnTicket):
    """The callers who were noticed do not speak of one thing."""

    do: Literal["dismiss_alike"] = "dismiss_alike"
    reason: Text


class RuleOnReturn(OnTicket):
    """The centre upholds or overrules a return request; against precedent it waits for an approver."""

    do: Literal["rule_on_return"] = "rule_on_return"
    upheld: bool
    reason: Text
    lead: DepartmentCode | None = None


class Adjudicate(OnTicket):
    """The referee rules who is responsible (确责); the ruling binds."""

    do: Literal["adjudicate"] = "adjudicate"
    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    reason: Text


class RuleOnExtension(OnTicket, MoreTimeAsked):
    """The approver, who is somebody else than whoever asked, grants what was asked for, or this much, or refuses."""

    do: Literal["rule_on_extension"] = "rule_on_extension"
    granted: bool
    reason: Text


class RuleOnSuspension(OnTicket):
    """The approver, who is somebody else than whoever asked, suspends (挂账) until an end, or refuses."""

    do: Literal["rule_on_suspension"] = "rule_on_suspension"
    granted: bool
    until: Instant | None = None
    reason: Text


class EndSuspension(OnTicket):
    """The ground of the suspension is gone before its end."""

    do: Literal["end_suspension"] = "end_suspension"
    reason: Text


class Review(OnTicket):
    """The centre accepts a reported `handled`, or sends it back on a ground; with its ruling if it has one."""

    do: Literal["review"] = "review"
    accepted: bool
    ground: Code | None = None
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
    """The supervisor called the department in (约谈): why, when, with whom, and what came of it."""

    do: Literal["interview"] = "interview"
    reason: Text
    held_at: Instant | None = None
    persons: tuple[Name, ...] | None = None
    agreed: Text | None = None


class DeclineEscalation(OnTicket):
    """Whoever may order the step of the ladder that waits for a decision does not order it; what runs goes on."""

    do: Literal["decline_escalation"] = "decline_escalation"
    reason: Text


class EndSupervision(OnTicket):
    """The supervisor is content with what the department reported; where two orders run, `order` names which ends."""

    do: Literal["end_supervision"] = "end_supervision"
    result: Text
    order: WatchOrder | None = None


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
    """A ticket joins an incident (多人同诉)."""

    do: Literal["join_incident"] = "join_incident"
    incident: IncidentId
    reason: Text | None = None


class LeaveIncident(OnTicket):
    """A ticket leaves its incident: it was another matter after all."""

    do: Literal["leave_incident"] = "leave_incident"
    reason: Text


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


class DeclineReopening(OnTicket):
    """The requester wants the ticket reopened, and the centre does not reopen it: the requester is told why."""

    do: Literal["decline_reopening"] = "decline_reopening"
    reason: Text


class ConfirmWithdrawal(OnTicket):
    """A person of the centre confirms that what is overdue or supervised ends, for its requester takes it back."""

    do: Literal["confirm_withdrawal"] = "confirm_withdrawal"
    note: Text | None = None


class DeclineWithdrawal(OnTicket):
    """The ticket is not withdrawn, and goes on: the requester is told why."""

    do: Literal["decline_withdrawal"] = "decline_withdrawal"
    reason: Text


class GiveFinalAnswer(OnTicket):
    """The way out (终结答复) when reworks changed nothing; needs a ground, and waits for an approver."""

    do: Literal["give_final_answer"] = "give_final_answer"
    ground: Code | None = None
    text: Text
    ruling: Ruling


class LookAtContact(OnTicket):
    """A person of the centre looks at the contact, and at words masked elsewhere; the trace says who and why.

    More than the policy lets one person look at within an hour waits for an approver.
    """

    do: Literal["look_at_contact"] = "look_at_contact"
    ground: Code | None = None
    reason: Text


class Approve(OnTicket):
    """The approver grants what somebody else asked for (批准): it is done as it was asked for, under both names."""

    do: Literal["approve"] = "approve"
    reason: Text | None = None


class Decline(OnTicket):
    """The approver does not grant what somebody else asked for (不批准), and says why."""

    do: Literal["decline"] = "decline"
    reason: Text


class ReplaceDepartment(OnTicket):
    """What a department that is gone still held goes on to its successor (机构改革移交), as a plan says."""

    do: Literal["replace_department"] = "replace_department"
    department: DepartmentCode
    successor: DepartmentCode
    reason: Text


class TransferOut(OnTicket):
    """Refer a matter (转介) to 110, 119, 120, another district or the city, with what is known of that by then."""

    do: Literal["transfer_out"] = "transfer_out"
    to: Code
    reason: Text
    record: Referral | None = None


class RecordReferral(OnTicket):
    """Write down what was missing in the record of a referral: their number, with whom it was spoken of, and what."""

    do: Literal["record_referral"] = "record_referral"
    record: Referral = Referral()


class RuleOnOutcome(OnTicket):
    """The centre's own ruling on a ticket that is called back or closed (结案评判), kept apart from the citizen's."""

    do: Literal["rule_on_outcome"] = "rule_on_outcome"
    ruling: Ruling
    reason: Text


class Correct(OnTicket):
    """A mistake in what was recorded is corrected (更正): what is named here stands from now on, and why.

    Of a contact, and of the answers of a callback, what is not named stays; without `round` the newest are meant.
    What becomes `confidential` is so at once for whoever had it before; that it is confidential no more waits for
    somebody else's approval.
    """

    do: Literal["correct"] = "correct"
    reason: Text
    text: Text | None = None
    contact: Contact | None = None
    confidential: bool | None = None
    place: Place | None = None
    category: CategoryCode | None = None
    reply: Text | None = None
    round: Annotated[int, Field(ge=0)] | None = None
    contacted: Contacted | None = None
    solved: Solved | None = None
    attitude: Grade | None = None
    result: Grade | None = None


Approvable = Annotated[
    Classify | Assign | RuleOnReturn | GiveFinalAnswer | AskForContact | LookAtContact | Correct,
    Field(discriminator="do"),
]
"""What an act can be that waits for an approver."""


class Redact(OnTicket):
    """A passage that should never have been written is covered everywhere (涂去): in which text, from where to where.

    `where` names the text: text, place, reply, first_contact, note-1 (the newest), callback-1 (the first) or
    supplement-1; `start` counts its characters from 0. The passage itself is never repeated, nor may the reason.
    `seal` instead of both is the keyed hash of a passage that stands in none of these texts, as in what was refused or
    said long ago. The door of persons alone takes `passage`, and puts its hash there before it keeps or says anything.
    """

    do: Literal["redact"] = "redact"
    where: Code | None = None
    start: Annotated[int, Field(ge=0)] | None = None
    length: Annotated[int, Field(ge=SHORTEST, le=TEXT_LIMIT)]
    seal: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None
    passage: Annotated[str, Field(min_length=SHORTEST, max_length=TEXT_LIMIT)] | None = None
    reason: Text


class RemoveAttachment(OnTicket):
    """What should never have been uploaded is deleted (撤下附件): its content and name; id, size and hash stay."""

    do: Literal["remove_attachment"] = "remove_attachment"
    attachment: AttachmentId
    reason: Text


class ForgetContact(OnTicket):
    """The contact of a ticket that is over for good is forgotten (删除联系方式), as its person asked or time is up."""

    do: Literal["forget_contact"] = "forget_contact"
    reason: Text


class CheckCommitment(OnTicket):
    """The centre checked whether a promised date was kept."""

    do: Literal["check_commitment"] = "check_commitment"
    kept: bool
    note: Text


class RecordCityVerdict(OnTicket):
    """The city's own callback verdict on a ticket that came from it."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.OFFICE, PartyKind.CITY})
    do: Literal["record_city_verdict"] = "record_city_verdict"
    solved: Solved
    satisfaction: Grade
    note: Text | None = None
