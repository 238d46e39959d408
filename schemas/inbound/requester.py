"""What requesters ask for, by the channel that speaks for them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.attachments import Names
from schemas.inbound.base import COMES_BY, FOR_REQUESTERS, Action
from schemas.values import (
    CategoryCode,
    Code,
    Contact,
    Contacted,
    DepartmentCode,
    DeviceName,
    Grade,
    Instant,
    Kind,
    Name,
    PartyKind,
    Person,
    Place,
    Position,
    RequesterKind,
    Solved,
    Text,
    TicketId,
    Tier,
    Upstream,
    Verified,
)

Accused = Annotated[tuple[DepartmentCode, ...], Field(max_length=20)]
"""Whom a matter may accuse: more than a city has departments of one kind is no accusation."""


class Register(Action, Names):
    """A call, a WeChat message or the city raises a problem; `agent` is the hotline agent who took it.

    `about` names an earlier ticket that it is about: an open one is pressed for, one that ended is to be reopened as
    long as its window is open, and later the new ticket is linked to it as a recurrence.
    """

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset(COMES_BY) - {PartyKind.SURVEY}
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
    accused: Accused = ()
    upstream: Upstream | None = None
    occurred_at: Instant | None = None
    about: TicketId | None = None
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


class Problem(Names):
    """One problem that a household raised during a visit."""

    kind: Kind = Kind.HELP
    text: Text
    place: Place | None = None
    category: CategoryCode | None = None
    tier: Tier | None = None
    suggested_department: DepartmentCode | None = None
    confidential: bool | None = None
    accused: Accused | None = None
    upstream: Upstream | None = None


class RecordVisit(Action):
    """A survey visitor was at a household and heard zero or more problems; phones may deliver it days later."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.SURVEY})
    do: Literal["record_visit"] = "record_visit"
    visitor: Code
    device: DeviceName
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
    device: DeviceName
    reason: Text


class FromRequester(Action, owner="inbound"):
    """Somebody speaks about a ticket that exists; only whose contact is the requester's is shown its news.

    The door compares `contact` and keeps nothing of it. Where it is another one, or none, `agent` can have verified
    in another way that it is the requester who speaks: `verified` says how.
    """

    ticket: TicketId
    contact: Contact | None = None
    agent: Person | None = None
    verified: Verified | None = None


class FollowUp(FromRequester, Names):
    """A contact about a ticket: 催办 presses, 补充 adds; about one that ended, the wish that it be reopened."""

    spoken_by: ClassVar[frozenset[PartyKind]] = FOR_REQUESTERS
    do: Literal["follow_up"] = "follow_up"
    mode: Literal["press", "add"]
    text: Text


class ProvideInfo(FromRequester, Names):
    """The requester answers what the centre or the department asked for."""

    spoken_by: ClassVar[frozenset[PartyKind]] = FOR_REQUESTERS
    do: Literal["provide_info"] = "provide_info"
    text: Text


class Withdraw(FromRequester):
    """The requester takes the matter back (撤诉); a person of the centre confirms it for what is overdue."""

    spoken_by: ClassVar[frozenset[PartyKind]] = FOR_REQUESTERS
    do: Literal["withdraw"] = "withdraw"
    reason: Text


class AnswerCallback(FromRequester):
    """The requester answers by themself what the callback agent would ask: once a round, and nobody calls then."""

    spoken_by: ClassVar[frozenset[PartyKind]] = frozenset({PartyKind.CITIZEN})
    do: Literal["answer_callback"] = "answer_callback"
    contacted: Contacted
    solved: Solved
    attitude: Grade
    result: Grade
    note: Text | None = None
