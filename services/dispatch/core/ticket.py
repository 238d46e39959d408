"""What a ticket is: its matter, where it stands, and the regions that run beside."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.values import (
    CategoryCode,
    Channel,
    Clock,
    Code,
    Contact,
    DepartmentCode,
    Due,
    Instant,
    Kind,
    Place,
    RequesterKind,
    Ruling,
    TicketId,
    TicketState,
    Tier,
    Upstream,
)


class Part(BaseModel):
    """A frozen part of a ticket."""

    model_config = ConfigDict(frozen=True)


class Matter(Part):
    """What was raised, by whom, where; it changes only in category and tier."""

    receipt: str
    channel: Channel
    kind: Kind
    requester_kind: RequesterKind
    requester: str | None = None
    contact: Contact
    place: Place
    text: str
    category: CategoryCode | None = None
    tier: Tier
    suggested_department: DepartmentCode | None = None
    confidential: bool = False
    accused: tuple[DepartmentCode, ...] = ()
    upstream: Upstream | None = None
    unit: str | None = None
    part_of: TicketId | None = None
    opened_at: Instant


class Order(Part):
    """The order that a lead holds: number, lead and supporting departments; a binding one cannot be returned."""

    number: int
    lead: DepartmentCode
    supporting: tuple[DepartmentCode, ...] = ()
    binding: bool = False
    returnable: bool = True
    reason: Code


class Registered(Part):
    state: Literal[TicketState.REGISTERED] = TicketState.REGISTERED


class SurveyReview(Part):
    state: Literal[TicketState.SURVEY_REVIEW] = TicketState.SURVEY_REVIEW
    stage: Literal["unit", "survey_office"]


class NeedsInfo(Part):
    state: Literal[TicketState.NEEDS_INFO] = TicketState.NEEDS_INFO
    department: DepartmentCode | None = None
    back: TicketState


class PendingDispatch(Part):
    state: Literal[TicketState.PENDING_DISPATCH] = TicketState.PENDING_DISPATCH
    reason: Code
    suggestion: CategoryCode | None = None


class Dispatched(Part):
    state: Literal[TicketState.DISPATCHED] = TicketState.DISPATCHED


class ReturnRequested(Part):
    state: Literal[TicketState.RETURN_REQUESTED] = TicketState.RETURN_REQUESTED
    suggested: DepartmentCode | None = None
    against_precedent: bool = False


class Adjudicating(Part):
    state: Literal[TicketState.ADJUDICATING] = TicketState.ADJUDICATING


class InProgress(Part):
    state: Literal[TicketState.IN_PROGRESS] = TicketState.IN_PROGRESS


class Suspended(Part):
    state: Literal[TicketState.SUSPENDED] = TicketState.SUSPENDED
    until: Instant
    back: TicketState


class Handled(Part):
    state: Literal[TicketState.HANDLED] = TicketState.HANDLED
    reply: str
    at: Instant


class CallbackPending(Part):
    state: Literal[TicketState.CALLBACK_PENDING] = TicketState.CALLBACK_PENDING
    attempts: int = 0
    at: Instant | None = None


class Rework(Part):
    state: Literal[TicketState.REWORK] = TicketState.REWORK


class Closed(Part):
    state: Literal[TicketState.CLOSED] = TicketState.CLOSED
    ruling: Ruling


class Archived(Part):
    state: Literal[TicketState.ARCHIVED] = TicketState.ARCHIVED


class Answered(Part):
    state: Literal[TicketState.ANSWERED] = TicketState.ANSWERED


class NotAccepted(Part):
    state: Literal[TicketState.NOT_ACCEPTED] = TicketState.NOT_ACCEPTED


class Withdrawn(Part):
    state: Literal[TicketState.WITHDRAWN] = TicketState.WITHDRAWN


class Merged(Part):
    state: Literal[TicketState.MERGED] = TicketState.MERGED
    into: TicketId
    back: TicketState


class Split(Part):
    state: Literal[TicketState.SPLIT] = TicketState.SPLIT
    waiting: tuple[TicketId, ...]


class Transferred(Part):
    state: Literal[TicketState.TRANSFERRED] = TicketState.TRANSFERRED


Standing = Annotated[
    Registered
    | SurveyReview
    | NeedsInfo
    | PendingDispatch
    | Dispatched
    | ReturnRequested
    | Adjudicating
    | InProgress
    | Suspended
    | Handled
    | CallbackPending
    | Rework
    | Closed
    | Archived
    | Answered
    | NotAccepted
    | Withdrawn
    | Merged
    | Split
    | Transferred,
    Field(discriminator="state"),
]


class Task(Part):
    """What a supporting department still owes, or has done."""

    blocking: bool
    done: bool = False


class Asked(Part):
    """Something that the lead asked for and the office has not decided."""

    department: DepartmentCode
    at: Instant
    days: int | None = None
    until: Instant | None = None
    ground: Code


class Supervision(Part):
    """Where supervision stands: orders so far, and whether one is open, and answered."""

    number: int = 0
    interviews: int = 0
    open: Literal["none", "ordered", "answered"] = "none"
    review: Literal["none", "ordered", "answered"] = "none"


class Commitment(Part):
    """A promised date; `due` once it has come."""

    promised: Instant
    due: bool = False


class Noted(Part):
    """A due time as sla last told it."""

    clock: Clock
    due: Due
    owner: str


class Note(Part):
    """A note that lead and supporters share."""

    department: DepartmentCode | None = None
    text: str
    plan: bool = False


class Ticket(Part):
    """The whole of a ticket as dispatch remembers it."""

    id: TicketId
    matter: Matter
    standing: Standing
    order: Order | None = None
    orders: int = 0
    disputes: int = 0
    refused_by: tuple[DepartmentCode, ...] = ()
    contact: Literal["none", "owed", "tried", "made", "exempt"] = "none"
    extension: Asked | None = None
    extensions: int = 0
    suspension: Asked | None = None
    supervision: Supervision = Supervision()
    tasks: dict[DepartmentCode, Task] = Field(default_factory=dict)
    commitment: Commitment | None = None
    rounds: int = 0
    follow_ups: int = 0
    presses: int = 0
    reopened: int = 0
    reply: str | None = None
    ruling: Ruling | None = None
    incident: TicketId | None = None
    members: tuple[TicketId, ...] = ()
    taken: tuple[TicketId, ...] = ()
    joining: TicketId | None = None
    dues: dict[str, Noted] = Field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @property
    def state(self) -> TicketState:
        """Where the ticket stands, by name."""
        return self.standing.state
