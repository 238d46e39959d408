"""The words of the field, as types: each appears in messages, in code and in the rulebook under one name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    StringConstraints,
    WithJsonSchema,
    model_serializer,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import SkipJsonSchema

from schemas.numbering import LENGTH
from schemas.text import fitted

TEXT_LIMIT: Final = 20_000
"""The longest text, in characters, that anybody may send in one field."""


class Kept(StrEnum):
    """How the door keeps text: to the letter where somebody speaks, as seen what is called so; all else in plain form.

    Marks a type of text; `schemas.text` has the forms.
    """

    AS_SAID = "as_said"
    AS_SEEN = "as_seen"


class Inside(StrEnum):
    """Marks a field that only the system itself writes: it stands in no contract, and the door refuses it."""

    ALONE = "alone"


def _shortened(text: object) -> object:
    return fitted(text, TEXT_LIMIT) if isinstance(text, str) else text


TicketId = Annotated[str, StringConstraints(pattern=rf"^\d{{{LENGTH}}}(-[1-9])?$")]
"""The ticket's number: date, lane, sequence, check digit; a part of a split ticket adds its own digit."""

IncidentId = Annotated[str, StringConstraints(pattern=r"^M[0-9A-HJKMNP-TV-Z]{12}$")]
"""The code of an incident, made of the submission that opened it."""

Receipt = Annotated[str, StringConstraints(pattern=r"^R[0-9A-HJKMNP-TV-Z]{12}([0-9A-HJKMNP-TV-Z]{8})?$")]
"""A hundred bits of chance, twenty characters, which nobody can guess; what was said before had twelve."""
DeviceName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
DepartmentCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
CategoryCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT), Kept.AS_SAID]
Wording = Annotated[
    str,
    BeforeValidator(_shortened),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT),
    Kept.AS_SAID,
]
"""Words of ours around somebody's text: cut with an ellipsis where both are too long together; facts keep it whole."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), Kept.AS_SEEN]
Instant = AwareDatetime


class Value(BaseModel):
    """A part of a message; unknown fields are tolerated, because readers are older than writers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def shown_fields(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """The fields of a model that stand in its contract: all but those that only the system itself writes."""
    return {name: field for name, field in model.model_fields.items() if Inside.ALONE not in field.metadata}


class Channel(StrEnum):
    """The way in by which a contact came, and on which its answers go back."""

    HOTLINE = "hotline"
    SURVEY = "survey"
    WECHAT = "wechat"


class Kind(StrEnum):
    """What a contact wants: 咨询, 求助, 投诉, 举报, 建议, 表扬."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAIN = "complain"
    REPORT = "report"
    SUGGEST = "suggest"
    PRAISE = "praise"


class RequesterKind(StrEnum):
    """Who asks: 个人, 企业, 匿名."""

    RESIDENT = "resident"
    ENTERPRISE = "enterprise"
    ANONYMOUS = "anonymous"


class Tier(StrEnum):
    """How long a matter may take: 简单 1, 复杂 5, 特别复杂 15 working days; 紧急 in hours."""

    SIMPLE = "simple"
    COMPLEX = "complex"
    PARTICULARLY_COMPLEX = "particularly_complex"
    URGENT = "urgent"


class TicketState(StrEnum):
    """Where a ticket stands; the regions beside it (first contact, supervision, …) have states of their own."""

    REGISTERED = "registered"
    SURVEY_REVIEW = "survey_review"
    NEEDS_INFO = "needs_info"
    PENDING_DISPATCH = "pending_dispatch"
    DISPATCHED = "dispatched"
    RETURN_REQUESTED = "return_requested"
    ADJUDICATING = "adjudicating"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    HANDLED = "handled"
    CALLBACK_PENDING = "callback_pending"
    REWORK = "rework"
    CLOSED = "closed"
    ARCHIVED = "archived"
    ANSWERED = "answered"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    SPLIT = "split"
    TRANSFERRED = "transferred"


ENDED: Final = frozenset(
    {
        TicketState.CLOSED,
        TicketState.ARCHIVED,
        TicketState.ANSWERED,
        TicketState.NOT_ACCEPTED,
        TicketState.WITHDRAWN,
        TicketState.TRANSFERRED,
    }
)
"""The states in which nobody owes anything any more."""
CARRIED_ON: Final = frozenset({TicketState.MERGED, TicketState.SPLIT})
"""The states in which other tickets carry the matter on."""


class PartyKind(StrEnum):
    """Who may speak to the system: one inbound topic, or one for each department, is theirs alone."""

    HOTLINE = "hotline"
    SURVEY = "survey"
    WECHAT = "wechat"
    CITY = "city"
    CITIZEN = "citizen"
    OFFICE = "office"
    CALLBACK = "callback"
    DEPARTMENT = "department"


class Clock(StrEnum):
    """The clocks of the rulebook; limits and owners stand in policy/limits.yaml under these names."""

    CITIZEN = "citizen"
    FIRST_CONTACT = "first_contact"
    RETURN_WINDOW = "return_window"
    HANDLING = "handling"
    URGENT_FIRST_REPORT = "urgent_first_report"
    SUPPORTING_TASK = "supporting_task"
    SUPERVISION = "supervision"
    REWORK = "rework"
    CALLBACK_REVIEW = "callback_review"
    COMMITMENT = "commitment"
    NEEDS_INFO = "needs_info"
    REOPEN_WINDOW = "reopen_window"
    SUSPENSION = "suspension"
    UNIT_PASS_ON = "unit_pass_on"  # noqa: S105 - the unit passes a ticket on; no password
    SURVEY_OFFICE = "survey_office"
    DISPATCHING = "dispatching"
    RETURN_RULING = "return_ruling"
    ADJUDICATION = "adjudication"
    REVIEW = "review"
    APPROVAL = "approval"
    CALLBACK = "callback"
    WITHDRAWAL = "withdrawal"
    REOPENING = "reopening"
    REFERRAL = "referral"
    OUTCOME_RULING = "outcome_ruling"
    STOP_WORDS = "stop_words"
    REDISPATCH = "redispatch"
    ALIKE = "alike"
    DISPATCH_CHECK = "dispatch_check"
    AUTOMATION = "automation"
    COMMITMENT_CHECK = "commitment_check"
    ANSWER_REVIEW = "answer_review"
    DUTY_ACKNOWLEDGEMENT = "duty_acknowledgement"


class DeskTaskKind(StrEnum):
    """What can wait at the desk, the most pressing first; the last three are steps of the ladder left to a person."""

    URGENT_CALL = "urgent_call"
    STOP_WORDS = "stop_words"
    UNIT_PASS_ON = "unit_pass_on"  # noqa: S105 - the unit passes a ticket on; no password
    SURVEY_OFFICE = "survey_office"
    DISPATCHING = "dispatching"
    RETURN_RULING = "return_ruling"
    ADJUDICATION = "adjudication"
    REVIEW = "review"
    TASK_REVIEW = "task_review"
    UNIT_LATE = "unit_late"
    CALLBACK_LATE = "callback_late"
    OUTCOME_RULING = "outcome_ruling"
    REFERRAL = "referral"
    REDISPATCH = "redispatch"
    ALIKE = "alike"
    DISPATCH_CHECK = "dispatch_check"
    AUTOMATION = "automation"
    EXTENSION = "extension"
    SUSPENSION = "suspension"
    APPROVAL = "approval"
    COMMITMENT_CHECK = "commitment_check"
    WITHDRAWAL = "withdrawal"
    REOPENING = "reopening"
    SUPERVISION = "supervision"
    CALLBACK_REVIEW = "callback_review"
    NUDGE = "nudge"
    SUPERVISE = "supervise"
    INTERVIEW = "interview"


class DoubtVerdict(StrEnum):
    """What became of the doubts of a visit: it was as the visitor said, 核实无误, or it was not, 确属不实."""

    SOUND = "sound"
    UNTRUE = "untrue"


class RequestKind(StrEnum):
    """What waits for somebody else than whoever asked for it: 报批."""

    APPROVAL = "approval"


class Solved(StrEnum):
    """The citizen's answer to "is it solved?": 已解决, 部分解决, 未解决, 未评价."""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT = "not"
    NOT_RATED = "not_rated"


class Grade(StrEnum):
    """The citizen's grade: 满意, 基本满意, 一般, 不满意, 未评价."""

    SATISFIED = "satisfied"
    FAIRLY = "fairly"
    AVERAGE = "average"
    DISSATISFIED = "dissatisfied"
    NOT_RATED = "not_rated"


class Contacted(StrEnum):
    """The citizen's answer to "did the department contact you first?": 是, 否, 未评价."""

    YES = "yes"
    NO = "no"
    NOT_RATED = "not_rated"


class Verified(StrEnum):
    """How somebody was verified to be the requester: 联系方式一致, 回拨核实, 核对登记信息."""

    NUMBER_MATCHED = "number_matched"
    CALLED_BACK = "called_back"
    DETAILS_CONFIRMED = "details_confirmed"


class Ruling(StrEnum):
    """What the centre rules on closing (结案评判): 实际解决, 解释说明, 参考备案, 诉求过高, 未解决."""

    SOLVED = "solved"
    EXPLAINED = "explained"
    FOR_REFERENCE = "for_reference"
    UNREASONABLE = "unreasonable"
    UNSOLVED = "unsolved"


class WatchOrder(StrEnum):
    """The orders beside the main one that the lead has to answer: 督办单, 回访复核单."""

    SUPERVISION = "supervision"
    CALLBACK_REVIEW = "callback_review"


class Unruled(StrEnum):
    """Why a ticket is closed without a ruling: the citizen did not say that it is solved, or that it is not."""

    PARTLY = "partly"
    NOT_RATED = "not_rated"
    UNREACHABLE = "unreachable"
    ANONYMOUS = "anonymous"
    NO_NUMBER = "no_number"
    PARTS = "parts"


class Party(Value):
    """Who speaks, as the topic says; `department` is set for departments and for nobody else."""

    kind: PartyKind
    department: DepartmentCode | None = None

    def __str__(self) -> str:
        """Name the party as in topic names and logs: `office`, `department:housing`."""
        return f"{self.kind}:{self.department}" if self.department else self.kind.value


class Person(Value):
    """A named person of an office, a department or an agency; the id is the one in their own directory."""

    id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    name: Name


class Actor(Value):
    """Who did something: a person of a party, or `by_rule` with the name of the policy or clock that did.

    `acting_for` is in whose stead the person did it, where the role is not the person's own.
    """

    party: Party | None = None
    person: Person | None = None
    acting_for: Person | None = None
    by_rule: Code | None = None


class Utterance(Value):
    """What somebody said that made a matter urgent, and in which act; without `text` it was the act itself.

    Departments must not read what is `withheld`; what was said `inside` is read by the department of its author alone.
    """

    act: Code
    by: Actor
    text: Text | None = None
    withheld: Literal[True] | None = None
    inside: Literal[True] | None = None


class Position(Value):
    """A place on earth as a phone reports it: degrees (WGS 84) and accuracy in metres."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    accuracy: Annotated[float, Field(ge=0, le=100_000)]
    at: Instant


class Place(Value):
    """Where the problem is: free text, and road and number or compound where they are known."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), Kept.AS_SEEN]
    road: Name | None = None
    number: Annotated[int, Field(ge=1, le=99_999)] | None = None
    compound: Name | None = None
    subdistrict: DepartmentCode | None = None

    def within(self, subdistrict: DepartmentCode | None) -> Place:
        """The same place, known to lie in this sub-district."""
        return Place(
            text=self.text, road=self.road, number=self.number, compound=self.compound, subdistrict=subdistrict
        )


class Contact(Value):
    """The personal data of a requester, apart from everything else, so that it can be sealed."""

    sealed: Annotated[SkipJsonSchema[tuple[str, ...] | None], Inside.ALONE] = None
    """Inside of the system: which rows keep what it says, of which a later one counts; the fields are masks then."""
    hashes: Annotated[SkipJsonSchema[tuple[str, ...] | None], Inside.ALONE] = None
    """Of a sealed one, each as `field:keyed hash`, by which two contacts of a ticket are compared."""
    name: Name | None = None
    phone: Annotated[str, StringConstraints(max_length=20)] | None = None
    wechat: Annotated[str, StringConstraints(max_length=64)] | None = None
    address: Annotated[str, StringConstraints(max_length=300), Kept.AS_SEEN] | None = None

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        """Who keeps what it says apart gives a context, which seals it."""
        document: dict[str, Any] = write(self)
        return info.context(document) if callable(info.context) and self.sealed is None else document


class ContactKeys(Value):
    """The keyed hashes by which a contact is compared: of its telephone number, and of its WeChat account."""

    phone: str | None = None
    wechat: str | None = None


class StopWord(Value):
    """A word that stops the machine, as it stood in what was said, and what its group means to the centre."""

    group: Code
    name: Name
    reason: Annotated[str, StringConstraints(max_length=300)]
    word: Annotated[str, StringConstraints(max_length=120)]


class Upstream(Value):
    """The city hotline's own number and due time of a ticket that came down from it; the earlier due wins."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    due: Instant | None = None


class VisitRef(Value):
    """Which visit a survey ticket came from; the household itself stands in the contact."""

    visitor: Code
    unit: Code
    visited_at: Instant


class Supplement(Value):
    """What a ticket that was merged into another one says: where, and in whose words."""

    ticket: TicketId
    place: Place
    text: Wording


class OfficialDue(Value):
    """A due time that rests on published calendars alone."""

    at: Instant


class ProvisionalDue(Value):
    """A due time that crosses into an unpublished year: it lies between these two instants."""

    earliest: Instant
    latest: Instant


Due = Annotated[OfficialDue | ProvisionalDue, Field(union_mode="left_to_right")]


OF_THE_CENTRE: Final = frozenset(
    {
        Clock.STOP_WORDS,
        Clock.REDISPATCH,
        Clock.ALIKE,
        Clock.DISPATCH_CHECK,
        Clock.AUTOMATION,
        Clock.COMMITMENT_CHECK,
        Clock.ANSWER_REVIEW,
    }
)
"""Clocks that count tasks of the centre's own: no order names one, and no client of the first release knows one."""


def _of_an_order(clock: Clock) -> Clock:
    if clock in OF_THE_CENTRE:
        raise ValueError(f"{clock.value} is no clock that an order names")
    return clock


OrderClock = Annotated[
    Clock,
    AfterValidator(_of_an_order),
    WithJsonSchema({"type": "string", "enum": [clock.value for clock in Clock if clock not in OF_THE_CENTRE]}),
]


class DueTime(Value):
    """One due time that the department must keep."""

    clock: OrderClock
    due: Due


def remind_by(due: Due) -> datetime:
    """Tell the instant that reminders go by: the due time, or the earliest that it can turn out to be."""
    return due.at if isinstance(due, OfficialDue) else due.earliest


def breach_by(due: Due) -> datetime:
    """Tell the instant after which the clock has certainly been missed."""
    return due.at if isinstance(due, OfficialDue) else due.latest
