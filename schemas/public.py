"""`liuhen.public.*`: what the outside hears. Intake writes answers and news, dispatch all else.

Readers may see a message twice, and an old one after a newer one: of each ticket and type keep the
highest `ce_sequence`; those of different tickets cannot be compared.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar, Literal

from schemas.attachments import ShownAttachment
from schemas.message import Message
from schemas.more_time import MoreTime
from schemas.recognised import Sort, could_hold, masked
from schemas.referral import Referral
from schemas.spoken import reworded
from schemas.values import (
    CategoryCode,
    Channel,
    Clock,
    Code,
    Contact,
    DepartmentCode,
    DueTime,
    IncidentId,
    Instant,
    Kind,
    Name,
    Person,
    Place,
    Receipt,
    RequesterKind,
    StopWord,
    Supplement,
    Text,
    TicketId,
    TicketState,
    Tier,
    Utterance,
    Value,
    WatchOrder,
    Wording,
)


class PublicMessage(Message, owner="public"):
    """A message of the published language: identity-card and bank-card numbers are masked in whatever it says."""

    shows_all: ClassVar[bool] = False
    """Whether somebody was shown what is masked elsewhere, by an act that stands in the trace."""

    def model_dump_json(self, **options: Any) -> str:
        """Write the message as JSON, as it goes out: no word of it needs such a number."""
        body = super().model_dump_json(**options)
        if self.shows_all or not could_hold(body):
            return body
        document = json.loads(body)
        hidden = reworded(document, masked)
        return body if hidden is document else json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))


class SharedNote(Value):
    """A note that lead and supporters share.

    `kind` says what the requester did (`press`, `add`), or that the dispatcher wrote it (`dispatch`), and `at` when.
    `unverified` marks what somebody said of whom nobody made sure that it was the requester.
    """

    department: DepartmentCode | None = None
    text: Text
    plan: bool = False
    kind: Literal["press", "add", "dispatch"] | None = None
    at: Instant | None = None
    unverified: Literal[True] | None = None


class InternalNote(Value):
    """A note that one department made for itself."""

    by: Person | None = None
    at: Instant
    text: Text


class ExtensionPending(MoreTime, Value):
    """More time that was asked for and that nobody has decided on yet."""

    ground: Code


class SuspensionPending(Value):
    """A suspension that was asked for and that nobody has decided on yet."""

    ground: Code
    until: Instant


class Order(PublicMessage):
    """All that one department must know about one of its orders, and what has just happened to it (`happened`).

    `clock` names the limit that this concerns, where it is about one: missed, pressed for, or due at another time.
    Each message is the whole truth at its moment: the newest replaces all earlier ones of the ticket. An action that
    sends `version` back as `if_seen` is refused when somebody else acted in between. `supplements` are what tickets say
    that were merged into this one; `said` is what the requester said at the last callback; `to_answer` names the
    supervision order and the callback review that wait for an answer; `recurrence_of` is an earlier
    ticket whose matter came back; `section` and `handler` are to whom the reader
    passed it on inside, `internal_notes` what it noted for itself, which nobody else reads; `incident` is the one that
    it belongs to, which `incident_lead` can act on as a whole. Of a `confidential` one the requester is masked:
    `contact` is no way to reach them, and no text names them. `may` names what the reader can ask for at this moment,
    as far as that does not hang on what the act says. `due` has the due times that the order starts with from its first
    message on. `attachments` are those of the ticket, to be fetched at the door of persons; `proof`
    is what the lead has to attach to its report that the matter is handled.
    """

    happened: Code
    clock: Clock | None = None
    reason: str | None = None
    ticket: TicketId
    order: int
    role: Literal["lead", "supporting", "none"]
    state: TicketState
    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    returnable: bool
    kind: Kind
    tier: Tier
    category: CategoryCode | None = None
    category_name: str | None = None
    requester_kind: RequesterKind
    contact: Contact
    place: Place
    text: Text
    due: tuple[DueTime, ...] = ()
    follow_ups: int = 0
    supervised: bool = False
    blocking_tasks: tuple[DepartmentCode, ...] = ()
    notes: tuple[SharedNote, ...] = ()
    supplements: tuple[Supplement, ...] | None = None
    said: Text | None = None
    to_answer: tuple[WatchOrder, ...] | None = None
    incident: IncidentId | None = None
    incident_title: Name | None = None
    incident_lead: DepartmentCode | None = None
    recurrence_of: TicketId | None = None
    confidential: Literal[True] | None = None
    section: Name | None = None
    handler: Person | None = None
    internal_notes: tuple[InternalNote, ...] | None = None
    first_contact: Literal["owed", "made", "exempt"] | None = None
    extensions: int | None = None
    extension_pending: ExtensionPending | None = None
    suspension_pending: SuspensionPending | None = None
    suspended_until: Instant | None = None
    may: tuple[Code, ...] | None = None
    attachments: tuple[ShownAttachment, ...] | None = None
    proof: str | None = None
    version: int | None = None


class CallbackRequest(PublicMessage):
    """The callback agency is asked to call, is told a new time, has missed it, or need not call any more.

    After `overdue` the call is still owed, at once: the time for it, or the appointment, went by. Of a `confidential`
    ticket it has the number to call and nothing else of the requester.
    """

    happened: Literal["requested", "appointed", "overdue", "cancelled"]
    ticket: TicketId
    round: int
    attempts: int
    contact: Contact
    text: Text
    reply: Text | None = None
    at: Instant | None = None
    confidential: Literal[True] | None = None


class ShownContact(PublicMessage):
    """What is sealed of a ticket, for whoever was granted to see it; an empty one says that it is sealed again.

    It replaces the one before, so that nothing is left to read once the ticket has ended or gone on to somebody else.
    """

    shows_all: ClassVar[bool] = True
    told_apart_by: ClassVar[tuple[str, ...]] = ("shown",)

    shown: Literal["contact"] = "contact"
    ticket: TicketId
    receipt: Receipt | None = None
    contact: Contact
    place: Place | None = None
    text: Text | None = None


class DeskTask(PublicMessage):
    """Something waits for a person of the office, or does not any more; the newest of a ticket and task counts.

    `task` says what is asked: urgent_call, stop_words, unit_pass_on, survey_office, dispatching, return_ruling,
    adjudication, extension, suspension, approval, review, task_review, unit_late, callback_late, outcome_ruling,
    referral, redispatch, alike, dispatch_check, automation, commitment_check, withdrawal, reopening, supervision,
    callback_review, nudge, supervise, interview. The last three are steps of the ladder that the policy leaves to a
    person; unit_late and callback_late wait until what was missed is done.

    `requested_by` is who asked for what waits for an approver, who has to be somebody else.

    `suggestion` is the likeliest category, `alternatives` the next ones; `refer` is the outside body that the policy
    refers such matters to: a proposal, which a person decides. `place` is where the matter is, as an order says it;
    `subdistrict` is the one that it lies in, where that is known. `supplements` are what merged tickets say,
    `stop_words` what no machine may answer, `contacted` is the note of the lead's first contact, `said` what the
    requester said at the last callback, `noted` what the agent wrote who was told nothing there. `lead` would lead by
    what was corrected since the order was given. `recognised` says which kinds of numbers that nobody should have
    written are masked here: the desk decides whether they are redacted. `reply` is what the department answered, where
    somebody has to judge it.
    `alike` are the tickets of so many `callers` about what seems to be one thing, and `incident` the one that gathered
    earlier ones of them.
    `referral` is what is written down by now of the matter's being handed over to the outside body `refer`.
    `made_urgent_by` is what somebody said that made it urgent last, where that is not the text of the matter itself.
    `wish` is what the requester said who wants the ticket withdrawn or reopened; `recurrence_of` is an earlier ticket
    whose matter came back. `attachments` are those of the ticket, to be fetched at the door of persons.
    """

    told_apart_by: ClassVar[tuple[str, ...]] = ("task",)

    task: Code
    open: bool
    ticket: TicketId
    since: Instant
    reason: str | None = None
    department: DepartmentCode | None = None
    requested_by: Person | None = None
    suggestion: CategoryCode | None = None
    alternatives: tuple[CategoryCode, ...] | None = None
    refer: Code | None = None
    stop_words: tuple[StopWord, ...] | None = None
    made_urgent_by: Utterance | None = None
    category: CategoryCode | None = None
    tier: Tier
    kind: Kind
    subdistrict: DepartmentCode | None = None
    place: Place | None = None
    text: Text
    supplements: tuple[Supplement, ...] | None = None
    contacted: Text | None = None
    said: Text | None = None
    noted: Text | None = None
    reply: Text | None = None
    incident: IncidentId | None = None
    lead: DepartmentCode | None = None
    confidential: Literal[True] | None = None
    recognised: tuple[Sort, ...] | None = None
    wish: Text | None = None
    referral: Referral | None = None
    recurrence_of: TicketId | None = None
    alike: tuple[TicketId, ...] | None = None
    callers: int | None = None
    attachments: tuple[ShownAttachment, ...] | None = None
    version: int | None = None


class ReceiptGiven(PublicMessage):
    """A submission was taken: the ticket's number, or the numbers of a visit's problems.

    `source` and `submission` are the ce_source and ce_id of what is answered. `final` says that nothing can refuse it
    any more; where it is not, the ticket's life decides next, and a `receipt-refused` of the same submission can
    follow. `follow_up` says that a report is about a ticket that exists, which is the one named: it presses for an
    open one, and asks that one which ended be reopened; `incident` is the one that was opened. `notice` is what whoever
    submitted has to know: what was left out of what came along.
    """

    receipt: Receipt
    source: str
    submission: str
    channel: Channel | None = None
    action: str
    final: bool
    tickets: tuple[TicketId, ...] = ()
    follow_up: bool = False
    incident: IncidentId | None = None
    notice: Wording | None = None


class ReceiptRefused(PublicMessage):
    """A submission was refused, by the door or in the ticket's life: the field, what was expected, and the reason.

    `source` and `submission` are the ce_source and ce_id of what is answered. `ticket` of an act on an incident is the
    one member that it was refused for. `version` is that of the ticket now, where its author had seen an older one.
    """

    receipt: Receipt
    source: str
    submission: str
    action: str
    ticket: str | None = None
    code: Code
    field: str | None = None
    reason: Wording
    version: int | None = None


class TicketNews(PublicMessage):
    """What the requester may know of a step of the ticket: progress, a question, a reply, the result."""

    ticket: TicketId
    happened: Code
    state: TicketState
    text: Wording


class DeviceAsked(PublicMessage):
    """The survey office is asked to bind a visitor's account to another device."""

    receipt: Receipt
    visitor: Code
    device: str
    reason: Text
